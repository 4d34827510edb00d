"""How a command of ours ends if it is interrupted, or if its output cannot be written."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Callable, Sequence, TextIO

#: The exit status of a process that a signal ended, as a shell sees it, less the signal's number.
_SIGNALLED = 128
_SIGINT = 2
_SIGPIPE = 13  # Windows has no such signal, but readers that leave


def run(command: Callable[[Sequence[str]], int], words: Sequence[str]) -> int:
    """Runs a command as a Unix program would; returns the exit status.

    That is 130 after Ctrl-C, 141 without a word if nobody reads the output any more, and 1 if it
    cannot be written for another reason, which is one line on the standard error.

    Args:
        command: Gets the words and returns its exit status.
        words: The words of the command line.
    """
    # Python has no streams for descriptors that are closed.
    if sys.stdout is None:
        sys.stdout = _closed()
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the end
    try:
        status = command(words)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _SIGNALLED + _SIGINT
    except BrokenPipeError:
        _discard()
        return _SIGNALLED + _SIGPIPE
    except OSError as error:
        _discard()
        sys.stderr.write(f"sky-rs: {reason(error)}\n")
        return 1
    return status


def reason(error: Exception) -> str:
    """An error in the words of Unix: the file, if it is one's, and what is wrong."""
    strerror, filename = getattr(error, "strerror", None), getattr(error, "filename", None)
    if not strerror:
        return str(error)
    return strerror if filename is None else f"{os.fsdecode(filename)}: {strerror}"


def _discard() -> None:
    """Makes nothing of what has not been written: Python would try again when it ends."""
    try:
        descriptor = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(descriptor, sys.stdout.fileno())
        finally:
            os.close(descriptor)
    except (OSError, ValueError):
        sys.stdout = None  # as Python has it if there is none


def _closed() -> TextIO:
    """A stream for the closed standard output. Each write fails, as that of a C program."""
    import errno  # noqa: PLC0415 - seldom needed
    import io  # noqa: PLC0415

    class Closed(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, _: object) -> int:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))

    return io.TextIOWrapper(Closed(), encoding="utf-8", write_through=True)  # type: ignore[type-var]
