"""Instances for whoever calls: each lent to one thread at a time, a few kept for the next.

There are no locks, only lists, whose operations cannot be interrupted, with the GIL or without it:
a thread may be stopped anywhere else by a signal whose handler calls too, or be left behind by a
fork.
"""

from __future__ import annotations

import contextlib
import weakref
from typing import TYPE_CHECKING, Any, Iterator, List, Optional

from sky_rs import _events, _limits
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
        self._pure: List[Instance] = []
        # Least recently used first.
        self._reading: List[Instance] = []
        # Idle or lent. Those that nobody closes are not kept by this.
        self._open: weakref.WeakSet[Instance] = weakref.WeakSet()

    @property
    def idle(self) -> int:
        """Instances that nobody has borrowed."""
        return len(self._pure) + len(self._reading)

    @property
    def used(self) -> int:
        """Instances that somebody has borrowed."""
        return max(0, len(self._open) - self.idle)

    def call(self, function: str, *arguments: Any) -> Any:
        """One call that needs no files; see :meth:`Instance.call`."""
        limits = _limits.current()
        try:
            instance = self._pure.pop()
        except IndexError:
            instance = self._start((), limits)
        if instance.limits is not limits:
            instance = self._fitting(instance, limits)
        try:
            result = instance.call(function, *arguments)
        except BaseException:
            # A trap, a deadline, Ctrl-C in the middle: its state is unknown, and a new one cheap.
            self._end(instance)
            raise
        if len(self._pure) < CAPACITY:
            self._pure.append(instance)
        else:
            self._end(instance)
        return result

    @contextlib.contextmanager
    def lend(self, directories: sandbox.Directories) -> Iterator[Instance]:
        """An instance that reads directories, for the block; kept afterwards unless that fails.

        Without directories, it is one for several calls in a row.
        """
        limits = _limits.current()
        instance = self._take(directories) or self._start(directories, limits)
        instance = self._fitting(instance, limits)
        try:
            if _events.observer is not None:
                _events.observer.flush()
            yield instance
        except BaseException:
            self._end(instance)
            raise
        self._give_back(instance)

    def _fitting(self, instance: Instance, limits: _limits.Limits) -> Instance:
        """The instance with these limits, or a new one if it may have grown beyond them."""
        if instance.fits(limits):
            instance.allow(limits)
            return instance
        self._end(instance)
        return self._start(instance.directories, limits)

    def _start(self, directories: sandbox.Directories, limits: _limits.Limits) -> Instance:
        instance = Instance(self._runtime, directories, limits)
        self._open.add(instance)
        if _events.observer is not None:
            _events.observer.started()
        return instance

    def _end(self, instance: Instance) -> None:
        instance.close()
        self._open.discard(instance)
        if _events.observer is not None:
            _events.observer.discarded()

    def close(self) -> None:
        """Frees every idle instance."""
        for instance in self._empty():
            self._end(instance)

    def rest(self) -> None:
        """Frees every idle instance since nobody has called for some time."""
        self.close()
        if _events.observer is not None:
            _events.observer.flush()

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
        if not directories:
            with contextlib.suppress(IndexError):
                return self._pure.pop()
            return None
        for instance in reversed(self._reading.copy()):
            if instance.directories == directories:
                with contextlib.suppress(ValueError):  # somebody else was quicker
                    self._reading.remove(instance)
                    return instance
        return None

    def _give_back(self, instance: Instance) -> None:
        if not instance.directories and len(self._pure) < CAPACITY and not instance.grown:
            self._pure.append(instance)
            return
        if not 0 < len(instance.directories) <= CAPACITY or instance.grown:
            self._end(instance)
            return
        self._reading.append(instance)
        with contextlib.suppress(IndexError):
            while sum(len(idle.directories) for idle in self._reading.copy()) > CAPACITY:
                self._end(self._reading.pop(0))
