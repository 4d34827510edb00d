"""Locks that a child process does not find held by a thread that was left behind."""

from __future__ import annotations

import os
import threading
from weakref import WeakSet


class Lock:
    """As threading's, and free in each new process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        _all.add(self)

    def acquire(self, blocking: bool = True) -> bool:
        """Takes it; whether it has."""
        return self._lock.acquire(blocking)

    def release(self) -> None:
        """Gives it back."""
        self._lock.release()

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


_all: WeakSet[Lock] = WeakSet()


def _after_fork_in_child() -> None:
    for lock in _all:
        lock._lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
