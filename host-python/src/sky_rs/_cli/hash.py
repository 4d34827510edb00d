"""``sky-rs hash``: checksums of files, written and checked as the GNU tools do it."""

from __future__ import annotations

import os
from typing import List, Optional, Sequence, Tuple

import click

from sky_rs._cli import _checksums, _files, _writing
from sky_rs._cli._bar import Bar
from sky_rs._cli._check import Strictness, check

#: SkyPilot has no default. This one is still safe against forged files, unlike MD5.
_DEFAULT = "sha256"


def _algorithm(
    _context: click.Context, _parameter: click.Parameter, value: Optional[str]
) -> Optional[str]:
    if value is None:
        return None
    algorithm = _checksums.algorithm_named(value)
    if algorithm is None:
        raise click.BadParameter(
            f"{value!r} is none of md5, sha1, sha224, sha256, sha384, sha512, blake2b, blake2s, "
            "sha3-256 and what else hashlib has here"
        )
    return algorithm


@click.command("hash")
@click.argument("paths", nargs=-1)
@click.option(
    "-a",
    "--algorithm",
    callback=_algorithm,
    metavar="NAME",
    help=f"md5, sha1, sha256, sha512 and so on; {_DEFAULT} by default, and with --check as each "
    "line says or the length of its digest tells.",
)
@click.option("-b", "--binary", is_flag=True, help="Mark the files as binary, with a star.")
@click.option("-c", "--check", "checking", is_flag=True, help="Check what is listed in PATHS.")
@click.option("--tag", is_flag=True, help="Write lines in BSD's format, with the algorithm.")
@click.option("-z", "--zero", is_flag=True, help="End lines with NUL, and escape no names.")
@click.option("--ignore-missing", is_flag=True, help="Checking: pass over missing files.")
@click.option("--quiet", is_flag=True, help="Checking: print no OK.")
@click.option("--status", is_flag=True, help="Checking: print nothing, only exit with the status.")
@click.option("--strict", is_flag=True, help="Checking: fail if a line is improperly formatted.")
@click.option("-w", "--warn", is_flag=True, help="Checking: report each such line.")
def command(
    paths: Tuple[str, ...], algorithm: Optional[str], checking: bool, **flags: bool
) -> None:
    """Print or check the checksums of files, in the format of md5sum and sha256sum.

    Many files are hashed side by side. Without PATHS, or for -, the standard input is read. The
    exit status is 1 if a file cannot be read or does not match.
    """
    writing = {name: flags.pop(name) for name in ("binary", "tag", "zero")}
    # An option without effect is a mistake.
    for name, given in (writing if checking else flags).items():
        if given:
            when = "when checksums are printed" if checking else "with --check"
            raise click.UsageError(f"--{name.replace('_', '-')} has a meaning only {when}")
    names = paths or (_files.STDIN,)
    if checking:
        passed = check(names, algorithm, Strictness(**flags))
    else:
        passed = _hash(names, algorithm or _DEFAULT, **writing)
    if not passed:
        raise click.exceptions.Exit(1)


def _hash(names: Sequence[str], algorithm: str, *, binary: bool, tag: bool, zero: bool) -> bool:
    files = [_files.File(name, algorithm) for name in names]
    passed = True
    with Bar(_files.total_size(files)) as bar:
        for answers in _files.digests(files, bar):
            bar.hide()
            lines: List[bytes] = []
            for file, answer in answers:
                if isinstance(answer, OSError):
                    passed = False
                    _writing.write(lines)
                    _writing.complain("hash", file.path, answer)
                    continue
                lines.append(
                    _checksums.write(
                        answer,
                        os.fsencode(file.path),
                        tag=algorithm if tag else None,
                        binary=binary,
                        zero=zero,
                    )
                )
            _writing.write(lines)
    return passed
