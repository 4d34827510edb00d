"""The threads that share the hashing of messages."""

from __future__ import annotations

import contextvars
import threading
from collections import deque

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any, Callable, Deque, List, Optional, Sequence, Tuple

    from sky_rs._message import Message

#: Seconds after which the caller's thread reports the progress of the others.
_GLANCE = 0.05


class Job:
    """The digests of some messages, worked out by several threads at once.

    Args:
        messages: The messages.
        progress: Called in the caller's thread with the number of bytes hashed since its last call.
    """

    def __init__(
        self, messages: Sequence[Message], progress: Optional[Callable[[int], Any]]
    ) -> None:
        self.messages = messages
        self._progress = progress
        self._hashed: Deque[int] = deque()
        self._digests = [""] * len(messages)
        # The largest first: the threads then finish at about the same time. Taking takes no lock.
        self._waiting = deque(sorted(range(len(messages)), key=lambda i: -(messages[i].size or 0)))
        self._errors: List[Tuple[int, BaseException]] = []
        self._owner = threading.get_ident()

    def run(self, work: Callable[[Job], None], threads: int) -> List[str]:
        """The digests in the order of the messages.

        Args:
            work: Takes messages until there is none; called in each thread.
            threads: How many at most, the caller's among them.

        Raises:
            BaseException: Whatever a thread met; an error of a message if nothing else, of the
                first one of those that were met.
        """
        others: List[threading.Thread] = []
        try:
            for _ in range(min(threads, len(self.messages)) - 1):
                run = contextvars.copy_context().run  # with the choices and limits of the caller
                other = threading.Thread(target=run, args=(self._attempt, work))
                try:
                    other.start()
                except RuntimeError:  # no more threads to be had: those there are do it all
                    break
                others.append(other)
            self._attempt(work)
            for other in others:
                while other.is_alive():
                    other.join(_GLANCE)
                    self._tell()
        except BaseException as error:  # Ctrl-C while waiting
            self._errors.append((-1, error))
        finally:
            for other in others:
                other.join()  # no longer than a step, since whoever has met an error stops all
        if self._errors:
            raise min(self._errors, key=lambda met: met[0])[1]
        self._tell()
        return self._digests

    def take(self) -> Optional[int]:
        """The number of a message that nobody has taken; None if there is none, or no use in it."""
        try:
            return None if self._errors else self._waiting.popleft()
        except IndexError:
            return None

    def report(self, size: int) -> bool:
        """Counts bytes that were hashed; tells whether to go on."""
        if self._progress is not None:
            self._hashed.append(size)
            if threading.get_ident() == self._owner:
                self._tell()
        return not self._errors

    def end(self, number: int, digest: str) -> None:
        """Takes the digest of a message."""
        self._digests[number] = digest

    def fail(self, number: int, error: BaseException) -> None:
        """Takes the error of a message and makes all threads stop."""
        self._errors.append((number, error))

    def _attempt(self, work: Callable[[Job], None]) -> None:
        try:
            work(self)
        except BaseException as error:
            self.fail(-1, error)

    def _tell(self) -> None:
        if self._progress is None:
            return
        size = 0
        while self._hashed:
            size += self._hashed.popleft()
        if size:
            self._progress(size)
