"""Opening files, and reading FIFOs, without waiting for what never comes.

A plain ``open()`` of a FIFO waits until somebody opens it for writing. If nobody ever does, so
waits SkyPilot. And a read waits as long as the writer is silent, even if nobody wants the result
any more; so a FIFO stays non-blocking.
"""

from __future__ import annotations

import os
import select
import stat
import time

from sky_rs import _limits

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from io import FileIO
    from typing import Any, Tuple

#: Seconds to wait for a writer.
PATIENCE = 5.0

_PAUSE = 0.005

# Milliseconds after which a reader that waits looks whether it still should.
_GLANCE = 50

_NON_BLOCKING = getattr(os, "O_NONBLOCK", 0)  # Windows has neither it nor FIFOs among its files

# A terminal must not become that of a daemon: it would die when the terminal is closed.
_AT_ONCE = _NON_BLOCKING | getattr(os, "O_NOCTTY", 0)

#: For ``os.open()``: to read bytes, and not to wait for a writer.
FLAGS = os.O_RDONLY | _AT_ONCE | getattr(os, "O_BINARY", 0)


def open_raw(path: Any) -> Tuple[FileIO, os.stat_result]:
    """Opens a file for reading, without a buffer.

    Returns:
        The file and what it is. A FIFO is non-blocking: ``readinto`` returns None when there is
        nothing to read yet, and 0 also as long as nobody has opened it for writing.

    Raises:
        OSError: As ``open()`` does.
    """
    file: FileIO = open(path, "rb", buffering=0, opener=_open_at_once)  # noqa: SIM115
    try:
        status = os.fstat(file.fileno())
        allow_waiting(file.fileno(), status)
    except BaseException:
        file.close()
        raise
    return file, status


def allow_waiting(descriptor: int, status: os.stat_result) -> None:
    """Makes what was opened with :data:`FLAGS` an ordinary file again, unless it is a FIFO."""
    # Non-blocking means nothing to regular files.
    if _NON_BLOCKING and not (stat.S_ISREG(status.st_mode) or stat.S_ISFIFO(status.st_mode)):
        os.set_blocking(descriptor, True)


def _open_at_once(path: Any, flags: int) -> int:
    return os.open(path, flags | _AT_ONCE)


def first_byte(file: FileIO, path: Any) -> bytes:
    """The first byte of a FIFO that has a writer, or gets one within :data:`PATIENCE` seconds.

    Returns:
        The byte; none if the writer has not written yet.

    Raises:
        TimeoutError: Nobody opened it for writing.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        first = file.read(1)
        if first is None:
            return b""  # there is a writer, and nothing to read yet
        if first:
            return first
        _limits.check_cancelled()
        if time.monotonic() > deadline:
            raise TimeoutError(
                f"nobody has opened the FIFO {path!r} for writing within {PATIENCE:g} s"
            )
        time.sleep(_PAUSE)


def wait(file: FileIO) -> None:
    """Waits a moment for something to read from a FIFO, or for its last writer to leave."""
    _limits.check_cancelled()
    readable = select.poll()
    readable.register(file, select.POLLIN)
    readable.poll(_GLANCE)
