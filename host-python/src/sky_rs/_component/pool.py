"""Instances for whoever calls: each lent to one thread at a time, a few kept for the next."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Any, Deque, Iterator, List, Optional

from sky_rs import _limits
from sky_rs._component import sandbox
from sky_rs._component.instance import Instance

if TYPE_CHECKING:
    from sky_rs._component.runtime import Runtime

#: Idle instances kept, without directories and with some.
CAPACITY = 8


class Pool:
    """Lends instances by the directories they may read; most read none."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        # Taking from and giving back to a deque takes no lock.
        self._pure: Deque[Instance] = deque()
        self._lock = threading.Lock()
        # By directories, least recently used first.
        self._reading: OrderedDict[sandbox.Directories, List[Instance]] = OrderedDict()
        self._reading_count = 0

    @property
    def idle(self) -> int:
        """Instances that nobody has borrowed."""
        return len(self._pure) + self._reading_count

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
        self._give_back(directories, instance)

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
        self._lock = threading.Lock()
        for instance in self._empty():
            instance.abandon()

    def _empty(self) -> List[Instance]:
        with self._lock:
            reading, self._reading = self._reading, OrderedDict()
            self._reading_count = 0
        emptied = [instance for instances in reading.values() for instance in instances]
        with contextlib.suppress(IndexError):
            while True:
                emptied.append(self._pure.pop())
        return emptied

    def _take(self, directories: sandbox.Directories) -> Optional[Instance]:
        with self._lock:
            instances = self._reading.get(directories)
            if not instances:
                return None
            self._reading_count -= 1
            instance = instances.pop()
            if not instances:
                del self._reading[directories]
            return instance

    def _give_back(self, directories: sandbox.Directories, instance: Instance) -> None:
        dropped = None
        with self._lock:
            self._reading.setdefault(directories, []).append(instance)
            self._reading.move_to_end(directories)
            self._reading_count += 1
            if self._reading_count > CAPACITY:
                oldest, instances = next(iter(self._reading.items()))
                dropped = instances.pop(0)
                self._reading_count -= 1
                if not instances:
                    del self._reading[oldest]
        if dropped is not None:
            dropped.close()
