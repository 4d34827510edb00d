r"""The bytes of files from their last lines on.

:func:`sky_rs.read_last_n_lines` and :func:`sky_rs.follow` return lines as SkyPilot does, without
``\r`` before their ends and without what tells whether the last one has an end. Whoever prints a
file needs it as it is.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from typing import Any, Iterator, List, Optional

from sky_rs import _errors, _following
from sky_rs._python import tail

# Bytes to read at a time.
_BLOCK = 256 * 1024


class Reader:
    """An open regular file that is read from its last lines on.

    Args:
        path: The file.
        n: How many lines before its end to begin with; None begins with the first.

    Raises:
        OSError: It cannot be read.
    """

    _descriptor = -1

    def __init__(self, path: str, n: Optional[int]) -> None:
        self._descriptor = os.open(path, tail.FLAGS)
        try:
            status = os.fstat(self._descriptor)
            if stat.S_ISDIR(status.st_mode):
                raise _errors.os_error(errno.EISDIR, path)
            #: Which file it is, whatever its name.
            self.identity = (status.st_dev, status.st_ino)
            #: Where it ended when it was opened.
            self.end = status.st_size
            #: Bytes read so far, or passed over.
            self.position = 0 if n is None else _start(self._descriptor, self.end, n)
        except BaseException:
            self.close()
            raise
        #: Nothing has been read ahead.
        self.first: List[str] = []

    def more(self) -> List[str]:
        """What follows, or a part of it: a text of which each character is a byte."""
        block = tail.read(self._descriptor, self.position, _BLOCK)
        self.position += len(block)
        return [block.decode("latin-1")] if block else []

    def to_the_end(self) -> Iterator[bytes]:
        """What the file had when it was opened, some at a time.

        Raises:
            OSError: It cannot be read.
        """
        while self.position < self.end:
            block = tail.read(
                self._descriptor, self.position, min(self.end - self.position, _BLOCK)
            )
            if not block:  # it has shrunk
                return
            self.position += len(block)
            yield block

    def rest(self) -> List[str]:
        """Nothing: unfinished lines have not been held back."""
        return []

    def close(self) -> None:
        """Closes the file. Closing again does nothing."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


class Follower(_following.Follower):
    """As :func:`sky_rs.follow` looks at a file, for bytes; see :class:`Reader`.

    Args:
        path: The file.
        n: How many lines before its end to begin with.

    Raises:
        OSError: It cannot be read.
    """

    def __init__(self, path: str, n: int) -> None:
        with _plain_errors():
            super().__init__(path, n, None, None, in_component=False)

    def new(self) -> Iterator[bytes]:
        """What is new, some at a time.

        Raises:
            OSError: The file cannot be read.
        """
        self.at_end = False
        while not self.at_end:
            with _plain_errors():
                texts = self.look()
            for text in texts:
                yield text.encode("latin-1")

    def _open(self, n: Optional[int]) -> Any:
        return Reader(self._path, n)


@contextlib.contextmanager
def _plain_errors() -> Iterator[None]:
    """Raises the OSError for the RuntimeError that SkyPilot makes of it."""
    try:
        yield
    except RuntimeError as error:
        if isinstance(error.__cause__, OSError):
            raise error.__cause__ from None
        raise


def _start(descriptor: int, end: int, n: int) -> int:
    """Where the last lines of a file's first ``end`` bytes start."""
    if n == 0:
        return end
    if end and tail.read(descriptor, end - 1, 1) == b"\n":
        end -= 1  # that of the last line
    while end:
        start = max(end - _BLOCK, 0)
        block = tail.read(descriptor, start, end - start)
        newlines = block.count(b"\n")
        if newlines >= n:
            at = len(block)
            for _ in range(n):
                at = block.rindex(b"\n", 0, at)
            return start + at + 1
        n -= newlines
        end = start
    return 0
