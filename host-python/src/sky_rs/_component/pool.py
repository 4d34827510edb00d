"""Instances for whoever calls: each lent to one thread at a time, a few kept for the next.

There are no locks, only deques, whose operations cannot be interrupted: a thread may be stopped
anywhere else by a signal whose handler calls too, or be left behind by a fork.
"""

from __future__ import annotations

import contextlib
from collections import deque
from typing import TYPE_CHECKING, Any, Deque, Iterator, List, Optional

from sky_rs import _limits
from sky_rs._component import sandbox
from sky_rs._component.instance import Instance

if TYPE_CHECKING:
    from sky_rs._component.runtime import Runtime

#: Idle instances kept without directories, and directories that the others keep open.
CAPACITY = 8


class Pool:
    """Lends instances by the directories they may read; most read none."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._pure: Deque[Instance] = deque()
        # Least recently used first.
        self._reading: Deque[Instance] = deque()

    @property
    def idle(self) -> int:
        """Instances that nobody has borrowed."""
        return len(self._pure) + len(self._reading)

    def call(self, function: str, *arguments: Any) -> Any:
        """One call that needs no files; see :meth:`Instance.call`."""
        limits = _limits.current()
        try:
            instance = self._pure.pop()
        except IndexError:
            instance = Instance(self._runtime, (), limits)
        if instance.limits is not limits:
            instance = self._fitting(instance, limits)
        try:
            result = instance.call(function, *arguments)
        except BaseException:
            # A trap, a deadline, Ctrl-C in the middle: its state is unknown, and a new one cheap.
            instance.close()
            raise
        if len(self._pure) < CAPACITY:
            self._pure.append(instance)
        else:
            instance.close()
        return result

    @contextlib.contextmanager
    def lend(self, directories: sandbox.Directories) -> Iterator[Instance]:
        """An instance that reads directories, for the block; kept afterwards unless that fails."""
        limits = _limits.current()
        instance = self._take(directories) or Instance(self._runtime, directories, limits)
        instance = self._fitting(instance, limits)
        try:
            yield instance
        except BaseException:
            instance.close()
            raise
        self._give_back(instance)

    def _fitting(self, instance: Instance, limits: _limits.Limits) -> Instance:
        """The instance with these limits, or a new one if it may have grown beyond them."""
        if instance.fits(limits):
            instance.allow(limits)
            return instance
        instance.close()
        return Instance(self._runtime, instance.directories, limits)

    def close(self) -> None:
        """Frees every idle instance."""
        for instance in self._empty():
            instance.close()

    def abandon(self) -> None:
        """Forgets every idle instance without freeing it, in a child that was forked meanwhile."""
        for instance in self._empty():
            instance.abandon()

    def _empty(self) -> List[Instance]:
        emptied = []
        for idle in (self._pure, self._reading):
            with contextlib.suppress(IndexError):
                while True:
                    emptied.append(idle.pop())
        return emptied

    def _take(self, directories: sandbox.Directories) -> Optional[Instance]:
        for instance in reversed(self._reading.copy()):
            if instance.directories == directories:
                with contextlib.suppress(ValueError):  # somebody else was quicker
                    self._reading.remove(instance)
                    return instance
        return None

    def _give_back(self, instance: Instance) -> None:
        if len(instance.directories) > CAPACITY:
            instance.close()
            return
        self._reading.append(instance)
        with contextlib.suppress(IndexError):
            while sum(len(idle.directories) for idle in self._reading.copy()) > CAPACITY:
                self._reading.popleft().close()
