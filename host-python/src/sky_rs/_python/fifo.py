"""Reading a FIFO without waiting for what never comes.

A plain ``open()`` of a FIFO waits until somebody opens it for writing. If nobody ever does, so
waits SkyPilot. And a read waits as long as the writer is silent, even if nobody wants the result
any more; so the FIFO stays non-blocking.
"""

from __future__ import annotations

import os
import select
import stat
import time

from sky_rs import _limits

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any, BinaryIO, Tuple

#: Seconds to wait for a writer.
PATIENCE = 5.0

_PAUSE = 0.005

# Milliseconds after which a reader that waits looks whether it still should.
_GLANCE = 50


def is_fifo(path: Any) -> bool:
    """Whether the path is a FIFO; false if it cannot be examined, since opening will say why."""
    if not isinstance(path, (str, bytes, os.PathLike)):
        return False
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def check_access(path: Any) -> None:
    """Opens a FIFO for reading and closes it, without waiting.

    Raises:
        OSError: As ``open()`` does.
    """
    os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))


def open_fifo(path: Any) -> Tuple[BinaryIO, bytes]:
    """Opens a FIFO that has a writer, or gets one within :data:`PATIENCE` seconds.

    Returns:
        The open file and the bytes already read from it. A ``readinto`` of it returns None when
        there is nothing to read yet.

    Raises:
        TimeoutError: Nobody opened it for writing.
        OSError: As ``open()`` does.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        first = _first_byte(descriptor, path)
        return open(descriptor, "rb", buffering=0), first
    except BaseException:
        os.close(descriptor)
        raise


def wait(file: BinaryIO) -> None:
    """Waits a moment for something to read, or for the last writer to leave."""
    _limits.check_cancelled()
    readable = select.poll()
    readable.register(file, select.POLLIN)
    readable.poll(_GLANCE)


def _first_byte(descriptor: int, path: Any) -> bytes:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            first = os.read(descriptor, 1)
        except BlockingIOError:
            return b""  # there is a writer, and nothing to read yet
        if first:
            return first
        _limits.check_cancelled()
        if time.monotonic() > deadline:
            raise TimeoutError(
                f"nobody has opened the FIFO {path!r} for writing within {PATIENCE:g} s"
            )
        time.sleep(_PAUSE)
