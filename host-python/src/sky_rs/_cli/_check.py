"""``sky-rs hash --check``: files against what checksum files say of them."""

from __future__ import annotations

import os
from typing import BinaryIO, List, NamedTuple, Optional, Sequence, Tuple

from sky_rs._cli import _checksums, _files, _writing
from sky_rs._cli._bar import Bar

_COMMAND = "hash"


class Strictness(NamedTuple):
    """What is an error, and what is said of it; by the names of the options."""

    ignore_missing: bool = False
    quiet: bool = False
    status: bool = False
    strict: bool = False
    warn: bool = False


def check(names: Sequence[str], algorithm: Optional[str], strictness: Strictness) -> bool:
    """Checks the files that checksum files list, and reports as ``md5sum --check`` does.

    Args:
        names: The checksum files; ``-`` is the standard input.
        algorithm: What lines without a tag were made with; None goes by each digest's length.
        strictness: What is an error, and what is said of it.

    Returns:
        Whether all is well.
    """
    passed = [_check_file(name, algorithm, strictness) for name in names]
    return all(passed)


def _check_file(name: str, algorithm: Optional[str], strictness: Strictness) -> bool:
    listing = _Listing(name, algorithm, strictness)
    try:
        with _files.reading(name) as file:
            listing.read(file)
    except OSError as error:
        _writing.complain(_COMMAND, name, error)
        return False
    if not listing.checksums:
        listing.complain("no properly formatted checksum lines found")
        return False
    return listing.verify()


class _Listing:
    """A checksum file: what it lists, and how that turned out."""

    def __init__(self, name: str, algorithm: Optional[str], strictness: Strictness) -> None:
        self._name = "standard input" if name == _files.STDIN else name
        self._algorithm = algorithm
        self._strictness = strictness
        self.checksums: List[_checksums.Checksum] = []
        self._improper = 0
        self._unread = 0
        self._mismatched = 0
        self._matched = 0

    def complain(self, reason: str) -> None:
        _writing.complain(_COMMAND, self._name, reason)

    def read(self, file: BinaryIO) -> None:
        for number, line in enumerate(file, 1):
            if line.startswith(b"#") or not line.rstrip(b"\r\n"):
                continue
            checksum = _checksums.parse(line, self._algorithm)
            if checksum is not None:
                self.checksums.append(checksum)
                continue
            self._improper += 1
            if self._strictness.warn:
                self.complain(f"{number}: improperly formatted checksum line")

    def verify(self) -> bool:
        files = [
            _files.File(os.fsdecode(checksum.name), checksum.algorithm)
            for checksum in self.checksums
        ]
        expected = iter(self.checksums)
        with Bar(_files.total_size(files)) as bar:
            for answers in _files.digests(files, bar):
                bar.hide()
                self._report([(next(expected), answer) for _, answer in answers])
        return self._sum_up()

    def _report(self, answers: Sequence[Tuple[_checksums.Checksum, _files.Answer]]) -> None:
        lines: List[bytes] = []
        for checksum, answer in answers:
            if isinstance(answer, OSError):
                if self._strictness.ignore_missing and isinstance(answer, FileNotFoundError):
                    continue
                self._unread += 1
                verdict = "FAILED open or read"
                _writing.write(lines)
                _writing.complain(_COMMAND, os.fsdecode(checksum.name), answer)
            elif answer == checksum.digest:
                self._matched += 1
                if self._strictness.quiet:
                    continue
                verdict = "OK"
            else:
                self._mismatched += 1
                verdict = "FAILED"
            if not self._strictness.status:
                lines.append(_writing.marked(checksum.name) + f": {verdict}\n".encode())
        _writing.write(lines)

    def _sum_up(self) -> bool:
        if not self._strictness.status:
            _warn(self._improper, "line is", "lines are", "improperly formatted")
            _warn(self._unread, "listed file", "listed files", "could not be read")
            _warn(self._mismatched, "computed checksum", "computed checksums", "did NOT match")
        if self._strictness.ignore_missing and not self._matched:
            self.complain("no file was verified")
            return False
        improper = self._improper if self._strictness.strict else 0
        return not (improper or self._unread or self._mismatched)


def _warn(count: int, one: str, several: str, what: str) -> None:
    if count:
        _writing.complain(_COMMAND, "WARNING", f"{count} {one if count == 1 else several} {what}")
