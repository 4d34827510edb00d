"""Reading a file that grows."""

from __future__ import annotations

import os

from sky_rs import _limits
from sky_rs._python import tail

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any, List, Optional

# Bytes to read at a time; in between, whoever follows has a line to look at.
_BLOCK = 256 * 1024


class Reader:
    """An open file of which complete lines are read.

    Args:
        path: The file.
        n: How many lines before its end to begin with; None begins with the first.
        encoding: How each line is decoded.
        errors: What happens to bytes that ``encoding`` does not know.

    Raises:
        AssertionError: There is no such file.
        OSError: It cannot be read.
    """

    _descriptor = -1

    def __init__(self, path: Any, n: Optional[int], encoding: Any, errors: Any) -> None:
        self._encoding = encoding
        self._errors = errors
        #: Bytes read so far.
        self.position = 0
        #: The lines to begin with.
        self.first: List[str] = []
        # What stands after the last line end.
        self._unfinished = bytearray()
        self._descriptor = tail.open_file(path)
        try:
            status = os.fstat(self._descriptor)
            #: Which file it is, whatever its name.
            self.identity = (status.st_dev, status.st_ino)
            end = tail.size_of(self._descriptor, path)
            if n is not None:
                self.position = tail.line_start(self._descriptor, end)
                if n and self.position:
                    self.first = tail.last_lines(
                        self._descriptor, self.position, n, encoding, errors
                    )
                    self.first[-1] += "\n"
        except BaseException:
            self.close()
            raise

    def more(self) -> List[str]:
        """Reads what was appended, or a part of it, and returns the lines that are complete now."""
        _limits.check_cancelled()
        block = tail.read(self._descriptor, self.position, _BLOCK)
        self.position += len(block)
        newline = block.rfind(b"\n")
        if newline < 0:
            self._unfinished += block
            return []
        self._unfinished += block[:newline]
        lines = tail.split(bytes(self._unfinished), self._encoding, self._errors)
        self._unfinished = bytearray(block[newline + 1 :])
        lines[-1] += "\n"
        return lines

    def rest(self) -> List[str]:
        """The unfinished line, if there is one."""
        if not self._unfinished:
            return []
        return tail.split(bytes(self._unfinished), self._encoding, self._errors)

    def close(self) -> None:
        """Closes the file. Closing again does nothing."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __del__(self) -> None:
        self.close()  # a generator that was never started does not say that it ends
