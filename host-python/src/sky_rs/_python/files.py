"""Reading files: last lines."""

from __future__ import annotations

import io
import os
import stat

from sky_rs import _errors, _limits, _lines
from sky_rs._python import fifo

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from io import FileIO
    from typing import Any, List, Optional


# Read backwards, each block is as large as all before it together, up to this size.
_LARGEST_BLOCK = 1024 * 1024

# Encodings in which a byte 0x0a is always a newline and never part of another character, so that
# all lines can be decoded at once; and error handlers that look at no more than the bytes in error.
_LINEWISE = frozenset(("utf-8", "utf8", "UTF-8", "ascii", "latin-1"))
_LOCAL_ERRORS = frozenset(("replace", "ignore", "backslashreplace", "surrogateescape"))


def read_last_n_lines(
    file_path: Any, n: Any, chunk_size: Any, encoding: Any, errors: Any
) -> List[str]:
    # AssertionError, raised and not asserted: SkyPilot's checks vanish under `python -O`, and then
    # it answers nonsense.
    if not n >= 0:
        raise AssertionError(f"n must be non-negative. Got {n}")
    if not chunk_size > 0:
        raise AssertionError(f"chunk_size must be positive. Got {chunk_size}")
    if not os.path.exists(file_path):
        raise AssertionError(f"File not found: {file_path}")
    if n == 0:
        return []
    try:
        file, status = fifo.open_raw(file_path)
        with file:
            # Whether it has a writer (then SkyPilot says the same) or not (then it waits for ever).
            if stat.S_ISFIFO(status.st_mode):
                raise io.UnsupportedOperation("File or stream is not seekable.")
            content = _last_lines(file, n, chunk_size)
    except OSError as error:
        raise _errors.tail_failed(n, file_path, error) from error
    if content is None:
        return []
    if encoding in _LINEWISE and errors in _LOCAL_ERRORS:
        text = content.decode(encoding, errors)
        if "\r" not in text:
            return _lines.split(text)
        whole = text.split("\n")
    else:
        whole = [line.decode(encoding, errors=errors) for line in content.split(b"\n")]
    last = whole.pop().rstrip("\r")
    return [line.rstrip("\r") + "\n" for line in whole] + [last]


def _last_lines(file: FileIO, n: Any, chunk_size: Any) -> Optional[bytes]:
    r"""The last lines joined by ``\n``; none if the file is empty."""
    position = file.seek(0, os.SEEK_END)
    if position == 0:
        return None
    plain = type(n) is int
    wanted = n if plain else position
    size = min(chunk_size, _LARGEST_BLOCK)
    blocks: List[bytes] = []
    while position > 0:
        size = min(size, position)
        position -= size
        block = _read(file, position, size)
        if block and not blocks and block.endswith(b"\n"):
            block = block[:-1]
            blocks.append(b"")
        newlines = block.count(b"\n")
        if newlines >= wanted:
            blocks.append(block.split(b"\n", newlines - wanted + 1)[-1])
            break
        wanted -= newlines
        if block:
            blocks.append(block)
        size = min(2 * size, _LARGEST_BLOCK)
        _limits.check_cancelled()
    if not blocks:
        return None  # emptied meanwhile
    ended = blocks[0] == b""
    blocks.reverse()
    content = b"".join(blocks)
    if not plain:
        # SkyPilot slices, and numpy's numbers wrap around or refuse to be negated.
        lines = content.split(b"\n")
        lines = [*lines, b""][-n - 1 : -1] if ended else lines[-n:]
        lines[-1]
        content = b"\n".join(lines)
    return content


def _read(file: FileIO, position: int, size: int) -> bytes:
    """A block of the file; less of it only if the file has shrunk."""
    file.seek(position)
    block = file.read(size)
    while len(block) < size:
        more = file.read(size - len(block))
        if not more:
            break
        block += more
    return block
