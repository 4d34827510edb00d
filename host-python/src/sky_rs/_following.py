"""Following a file, as ``tail -F`` does: what is new, one look at a time."""

from __future__ import annotations

import contextlib
import operator
import os
import time
from _thread import allocate_lock  # importing threading takes longer than importing sky_rs

from sky_rs import _errors, _events, _limits, _loading
from sky_rs._component import NotRepresented

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any, Callable, Iterator, List, Optional

    from sky_rs._component.follow import Reader as ComponentReader
    from sky_rs._python.follow import Reader as PythonReader

# Seconds between two looks, at most.
_LONGEST_INTERVAL = 60


class Follower:
    """A file that is looked at now and then.

    Args:
        path: The file.
        n: How many complete lines before its end to begin with.
        encoding: How each line is decoded.
        errors: What happens to bytes that ``encoding`` does not know.
        in_component: Whether the component reads what it can.

    Raises:
        AssertionError: There is no such file.
        RuntimeError: It cannot be read; its cause is the OSError.
    """

    def __init__(
        self, path: Any, n: int, encoding: Any, errors: Any, *, in_component: bool
    ) -> None:
        self._path = path
        self._n = n
        self._encoding = encoding
        self._errors = errors
        self._in_component = in_component
        try:
            self._reader: Any = self._open(n)
        except OSError as error:
            raise _errors.tail_failed(n, path, error) from error
        self._first: List[str] = self._reader.first
        # asyncio may close while a look is taken in another thread.
        self._lock = allocate_lock()
        #: Whether the last look found nothing new.
        self.at_end = False

    def look(self) -> List[str]:
        """Lines that are new; not all of them if these are many.

        Raises:
            RuntimeError: The file cannot be read; its cause is the OSError.
        """
        with self._lock:
            try:
                return self._look()
            except OSError as error:
                raise _errors.tail_failed(self._n, self._path, error) from error

    def rest(self) -> List[str]:
        """The unfinished line, if there is one."""
        with self._lock:
            return self._reader.rest()  # type: ignore[no-any-return]

    def close(self) -> None:
        """Closes the file. Closing again does nothing."""
        with self._lock:
            self._reader.close()

    def _look(self) -> List[str]:
        self.at_end = False
        if self._first:
            first, self._first = self._first, []
            return first
        reader = self._reader
        status = None
        with contextlib.suppress(OSError):  # while it is replaced, there may be none
            status = os.stat(self._path)
        position = reader.position
        if status is not None and (status.st_dev, status.st_ino) == reader.identity:
            if status.st_size < position:  # truncated
                return self._begin_again()
            if status.st_size == position:
                self.at_end = True
                return []
        # What the file holds comes first, even if another one has its name by now: it did not have
        # it before all of that was written.
        lines: List[str] = reader.more()
        if reader.position > position:
            return lines
        if status is None or (status.st_dev, status.st_ino) == reader.identity:
            self.at_end = True
            return []
        return self._begin_again()

    def _begin_again(self) -> List[str]:
        """Goes on with the beginning of the file that has the name now."""
        try:
            reader = self._open(None)
        except (AssertionError, FileNotFoundError):  # it is gone again
            self.at_end = True
            return []
        before, self._reader = self._reader, reader
        try:
            return before.rest()  # type: ignore[no-any-return]
        finally:
            before.close()

    @_events.observed("follow")
    def _open(self, n: Optional[int]) -> ComponentReader | PythonReader:
        arguments = (self._path, n, self._encoding, self._errors)
        if self._in_component:
            call = _events.current.get()
            if call is not None:
                call.backend = "component"
            try:
                return _loading.module("_component.follow").Reader(*arguments)  # type: ignore[no-any-return]
            except NotRepresented as declined:
                if call is not None:
                    call.fell_back(declined)
        return _loading.module("_python.follow").Reader(*arguments)  # type: ignore[no-any-return]


def start(  # noqa: PLR0913 - the arguments of follow()
    path: Any, n: Any, encoding: Any, errors: Any, poll_interval: float, *, in_component: bool
) -> Follower:
    """A follower of a file.

    Raises:
        AssertionError: ``n`` is negative, or there is no such file.
        ValueError: ``poll_interval`` is out of its range.
        RuntimeError: The file cannot be read; its cause is the OSError.
    """
    n = operator.index(n)
    if n < 0:
        raise AssertionError(f"n must be non-negative. Got {n}")
    if not 0 < poll_interval <= _LONGEST_INTERVAL:
        raise ValueError(
            f"poll_interval must be above 0 and up to {_LONGEST_INTERVAL} seconds, "
            f"not {poll_interval!r}"
        )
    os.fspath(path)  # a descriptor has no name under which another file could come
    return Follower(path, n, encoding, errors, in_component=in_component)


def follow(
    follower: Follower, poll_interval: float, stop: Optional[Callable[[], bool]]
) -> Iterator[str]:
    """The lines of a file, those to come included; see :func:`sky_rs.follow`."""
    stopping = False
    try:
        while True:
            follower.at_end = False
            while not follower.at_end:
                yield from follower.look()
            if stopping:
                yield from follower.rest()
                return
            # What was written before it says so is still looked for.
            stopping = stop is not None and stop()
            if not stopping:
                _limits.check_cancelled()
                time.sleep(poll_interval)
    finally:
        follower.close()
