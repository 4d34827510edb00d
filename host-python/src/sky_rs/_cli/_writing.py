"""Writing of bytes: of files, and of their names as they are."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import List, Optional, TextIO, Union

import click

from sky_rs._cli import _checksums


def marked(name: bytes) -> bytes:
    r"""The name on one line: as it is, or if it has several, escaped and with a ``\`` in front."""
    return b"\\" + _checksums.escaped(name) if b"\n" in name else name


def write(chunks: List[bytes]) -> None:
    """Writes bytes to the standard output at once, and empties the list.

    Raises:
        BrokenPipeError: Nobody reads them.
        click.ClickException: They cannot be written for another reason.
    """
    content = b"".join(chunks)
    chunks.clear()
    if not content:
        return
    try:
        _write(sys.stdout, content)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise click.ClickException(
            f"cannot write to the standard output: {error.strerror}"
        ) from error


def complain(command: str, name: str, reason: Union[str, Exception]) -> None:
    """Says on the standard error, if there is one, what is wrong with a file."""
    text = reason if isinstance(reason, str) else getattr(reason, "strerror", None) or str(reason)
    message = b"sky-rs %s: %s: %s\n" % (
        command.encode(),
        marked(os.fsencode(name)),
        text.encode("utf-8", "backslashreplace"),
    )
    with contextlib.suppress(OSError):
        _write(sys.stderr, message)


def _write(stream: Optional[TextIO], content: bytes) -> None:
    """Writes without a buffer: what has failed would be tried again when Python ends."""
    if stream is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    raw = getattr(stream.buffer, "raw", stream.buffer)
    rest = memoryview(content)
    while rest:
        written = raw.write(rest)
        if written is None:  # non-blocking, and full
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        rest = rest[written:]
