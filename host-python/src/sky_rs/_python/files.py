"""Reading files: last lines and digests."""

from __future__ import annotations

import io
import os

from sky_rs import _errors, _limits
from sky_rs._python import fifo

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from hashlib import _Hash
    from typing import Any, BinaryIO, List, Optional, Tuple


_HASH_BUFFER = 256 * 1024


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
        with _open_seekable(file_path) as file:
            lines = _last_lines(file, n, chunk_size)
    except OSError as error:
        raise _errors.tail_failed(n, file_path, error) from error
    if lines is None:
        return []
    decoded = [line.decode(encoding, errors=errors).rstrip("\r") + "\n" for line in lines[:-1]]
    decoded.append(lines[-1].decode(encoding, errors=errors).rstrip("\r"))
    return decoded


def _open_seekable(file_path: Any) -> BinaryIO:
    """Opens a file to be read from its end.

    Raises:
        OSError: As ``open()`` does. A FIFO is refused as not seekable, whether it has a writer
            (then SkyPilot says the same) or not (then SkyPilot waits for ever).
    """
    if fifo.is_fifo(file_path):
        fifo.check_access(file_path)
        raise io.UnsupportedOperation("File or stream is not seekable.")
    return open(file_path, "rb")


def _last_lines(file: BinaryIO, n: Any, chunk_size: Any) -> Optional[List[bytes]]:
    r"""The last lines without their ``\n``; none if the file is empty."""
    position = file.seek(0, os.SEEK_END)
    if position == 0:
        return None
    newlines = 0
    chunks: List[bytes] = []
    while position > 0 and newlines <= n:
        size = min(chunk_size, position)
        position -= size
        file.seek(position)
        chunk = file.read(size)
        chunks.append(chunk)
        newlines += chunk.count(b"\n")
        _limits.check_cancelled()
    chunks.reverse()
    content = b"".join(chunks)
    if not content:
        return None  # emptied meanwhile
    lines = content.split(b"\n")
    return lines[-n - 1 : -1] if lines[-1] == b"" else lines[-n:]


def hash_file(path: Any, hash_alg: Any) -> _Hash:
    import hashlib  # noqa: PLC0415 - slow to import, and needed only here

    file, first = _open(path)
    with file:
        digest = hashlib.new(hash_alg, first)
        buffer = memoryview(bytearray(_HASH_BUFFER))
        while True:
            size = file.readinto(buffer)  # type: ignore[attr-defined]
            if size is None:
                fifo.wait(file)
            elif size:
                digest.update(buffer[:size])
                _limits.check_cancelled()
            else:
                return digest


def _open(path: Any) -> Tuple[BinaryIO, bytes]:
    """An open file and the bytes already read from it."""
    if fifo.is_fifo(path):
        return fifo.open_fifo(path)
    return open(path, "rb", buffering=0), b""
