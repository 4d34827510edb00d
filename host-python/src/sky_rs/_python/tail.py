"""The last lines of a file, read backwards in blocks."""

from __future__ import annotations

import contextlib
import errno
import io
import operator
import os
import stat

from sky_rs import _errors, _limits, _lines

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any, Callable, List

# Bytes to read at first, for each line that is wanted and in all. Reading more than needed costs
# less than reading again.
_GUESS = 128
_FIRST = 4 * 1024

# Bytes to read at a time: what is read, decoded and split has not left the processor's cache.
_BLOCK = 64 * 1024

# Bytes of a line for which memory is asked for in large pages.
_LARGE = 4 * 1024 * 1024

# Encodings in which a byte 0x0a is always a newline and never part of another character, so that
# lines can be decoded together; and error handlers that look at no more than the bytes in error.
_LINEWISE = frozenset(("utf-8", "utf8", "UTF-8", "ascii", "latin-1"))
_LOCAL_ERRORS = frozenset(("replace", "ignore", "backslashreplace", "surrogateescape"))

#: For os.open(): non-blocking, so that opening a FIFO does not wait for a writer.
FLAGS = os.O_RDONLY
for _name in ("O_CLOEXEC", "O_NONBLOCK", "O_NOCTTY", "O_BINARY", "O_NOINHERIT"):
    FLAGS |= getattr(os, _name, 0)


def read_last_n_lines(
    file_path: Any, n: Any, chunk_size: Any, encoding: Any, errors: Any
) -> List[str]:
    # AssertionError, raised and not asserted: SkyPilot's checks vanish under `python -O`, and then
    # it answers nonsense.
    if not n >= 0:
        raise AssertionError(f"n must be non-negative. Got {n}")
    if not chunk_size > 0:
        raise AssertionError(f"chunk_size must be positive. Got {chunk_size}")
    # For a plain path to read, opening it says the same.
    if type(file_path) is not str or n == 0:
        _check_exists(file_path)
        if n == 0:
            return []
    try:
        descriptor = open_file(file_path)
        try:
            end = size_of(descriptor, file_path)
            if type(n) in (int, bool) and type(chunk_size) is int:
                return last_lines(descriptor, end, n, encoding, errors)
            return _decoded(_as_skypilot(descriptor, end, n, chunk_size), encoding, errors)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _errors.tail_failed(n, file_path, error) from error


def _check_exists(path: Any) -> None:
    if not os.path.exists(path):
        raise AssertionError(f"File not found: {path}")


def open_file(path: Any) -> int:
    """A descriptor of the file, as ``open()`` would make it or take it.

    Raises:
        AssertionError: There is no such file.
        OSError: It cannot be opened.
    """
    if hasattr(path, "__index__"):
        return operator.index(path)
    try:
        return os.open(os.fspath(path), FLAGS)
    except (OSError, ValueError):
        _check_exists(path)
        raise


def size_of(descriptor: int, path: Any) -> int:
    """Where the file ends.

    Raises:
        OSError: Nothing can be read there, in SkyPilot's words.
    """
    status = os.fstat(descriptor)
    if stat.S_ISREG(status.st_mode) and status.st_size:
        return status.st_size
    if stat.S_ISDIR(status.st_mode):
        raise _errors.os_error(errno.EISDIR, path)
    try:
        os.lseek(descriptor, 0, os.SEEK_CUR)
    except OSError:
        # A FIFO with a writer; for one without, SkyPilot waits for ever.
        raise io.UnsupportedOperation("File or stream is not seekable.") from None
    if not stat.S_ISREG(status.st_mode) and hasattr(os, "set_blocking"):
        os.set_blocking(descriptor, True)
    return os.lseek(descriptor, 0, os.SEEK_END)


def last_lines(descriptor: int, end: int, n: int, encoding: Any, errors: Any) -> List[str]:
    r"""The last lines of the first ``end`` bytes, as ``read_last_n_lines`` returns them."""
    if not _is_linewise(encoding, errors):
        return _decoded(_concatenated(_blocks(descriptor, end, n, _split_bytes)), encoding, errors)

    def split_text(block: bytes, most: int) -> List[str]:
        return _lines.split(str(block, encoding, errors), most)

    blocks = _blocks(descriptor, end, n, split_text)
    for lines in blocks[:-1]:
        lines[-1] += "\n"
    return _concatenated(blocks)


def split(content: bytes, encoding: Any, errors: Any) -> List[str]:
    r"""The lines that ``\n`` joins, likewise."""
    if _is_linewise(encoding, errors):
        return _lines.split(content.decode(encoding, errors), len(content) + 1)
    return _decoded(content.split(b"\n"), encoding, errors)


def _is_linewise(encoding: Any, errors: Any) -> bool:
    if type(encoding) is not str or type(errors) is not str:
        return False
    return encoding in _LINEWISE and errors in _LOCAL_ERRORS


def _decoded(raw: List[bytes], encoding: Any, errors: Any) -> List[str]:
    """Lines that are decoded each by itself."""
    if not raw:
        return []
    *whole, last = [line.decode(encoding, errors=errors).rstrip("\r") for line in raw]
    return [line + "\n" for line in whole] + [last]


def _split_bytes(block: bytes, most: int) -> List[bytes]:
    return bytes(block).rsplit(b"\n", most)[-most:]


def _concatenated(blocks: List[List[Any]]) -> List[Any]:
    if not blocks:
        return []
    lines = blocks[0]
    for more in blocks[1:]:
        lines += more
    return lines


def _blocks(
    descriptor: int, end: int, n: int, split: Callable[[bytes, int], List[Any]]
) -> List[List[Any]]:
    r"""The last lines, as lists of what ``split`` makes of bytes without the last ``\n``."""
    blocks: List[List[Any]] = []
    wanted = n = min(n, end)  # it may be any number, but there are no more lines than bytes
    last = end
    size = min(max(n * _GUESS, _FIRST), _BLOCK)
    while end >= 0 and wanted:
        start = max(end - size, 0)
        block = read(descriptor, start, end - start)
        if len(block) < end - start:  # it has shrunk, so what was read may be gone as well
            last = end = min(start + len(block), os.fstat(descriptor).st_size)
            blocks.clear()
            wanted = min(n, end)
            continue
        if not blocks and block.endswith(b"\n"):
            end -= 1
            block = block[:-1]
        if start:
            newline = block.find(b"\n")
            if newline < 0:
                start = line_start(descriptor, start)
                block = _read_line(descriptor, start, end - start)
            else:
                start += newline + 1
                block = block[newline + 1 :]
        lines = split(block, wanted)
        blocks.append(lines)
        wanted -= len(lines)
        end = start - 1
        # As much as the lines that are left take if they are like those before.
        size = min(max((last - end) * wanted // (n - wanted) * 9 // 8, _FIRST), _BLOCK)
        _limits.check_cancelled()
    blocks.reverse()
    return blocks


def _read_line(descriptor: int, start: int, size: int) -> bytes:
    """A line that is longer than a block: bytes, or something that can be decoded like bytes."""
    if size >= _LARGE and hasattr(os, "preadv"):
        import mmap  # noqa: PLC0415 - seldom needed

        if hasattr(mmap, "MADV_HUGEPAGE"):
            # Getting the memory page by page takes three times as long as reading and decoding.
            memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            with contextlib.suppress(OSError):  # a kernel without
                memory.madvise(mmap.MADV_HUGEPAGE)
            if os.preadv(descriptor, [memory], start) == size:
                return memory  # type: ignore[return-value]
    return read(descriptor, start, size)


def line_start(descriptor: int, end: int) -> int:
    """Where the line starts of which the file's content up to an offset is a part."""
    while end > 0:
        start = max(end - _BLOCK, 0)
        newline = read(descriptor, start, end - start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end = start
        _limits.check_cancelled()
    return 0


def _as_skypilot(descriptor: int, end: int, n: Any, chunk_size: Any) -> List[bytes]:
    """SkyPilot's own steps, for numbers that are no integers of Python's.

    What it makes of them depends on the number's type: numpy's wrap around, for instance.
    """
    if end == 0:
        return []
    position: Any = end
    newlines = 0
    chunks = []
    while position > 0 and newlines <= n:
        size = min(chunk_size, position)
        position -= size
        # As seek() refuses what is no integer; os.read() has other words on some Pythons.
        chunks.append(read(descriptor, operator.index(position), size))
        newlines += chunks[-1].count(b"\n")
        _limits.check_cancelled()
    lines = b"".join(reversed(chunks)).split(b"\n")
    lines = lines[-n - 1 : -1] if lines[-1] == b"" else lines[-n:]
    lines[-1]
    return lines


def _read_at(descriptor: int, size: int, offset: int) -> bytes:
    os.lseek(descriptor, offset, os.SEEK_SET)
    return os.read(descriptor, size)


_pread = getattr(os, "pread", _read_at)  # Windows has none


def read(descriptor: int, offset: int, size: int) -> bytes:
    """What the file has from an offset on; less than ``size`` bytes only if it has shrunk."""
    block: bytes = _pread(descriptor, size, offset)
    while len(block) < size:
        # No more than 2 GB is read at a time.
        more = _pread(descriptor, size - len(block), offset + len(block))
        if not more:
            break
        block += more
    return block
