"""Instances for whoever calls: each lent to one thread at a time, a few kept for the next."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Iterator, List, Optional

from sky_rs._component import sandbox
from sky_rs._component.instance import Instance

if TYPE_CHECKING:
    from sky_rs._component.runtime import Runtime

#: Idle instances kept, over all directories.
CAPACITY = 8


class Pool:
    """Lends instances by the directory they may read; none reads nothing.

    The lock is held only to take and to give back, never during a call.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._lock = threading.Lock()
        # Least recently used directory first.
        self._idle: OrderedDict[Optional[sandbox.Directory], List[Instance]] = OrderedDict()
        self._count = 0

    def call(self, interface: str, function: str, *arguments: Any) -> Any:
        """One call that needs no files; see :meth:`Instance.call`."""
        with self.lend() as instance:
            return instance.call(interface, function, *arguments)

    @contextlib.contextmanager
    def lend(self, directory: Optional[sandbox.Directory] = None) -> Iterator[Instance]:
        """An instance for the block; it is kept afterwards unless the block fails."""
        instance = self._take(directory) or Instance(self._runtime, directory)
        try:
            yield instance
        except BaseException:
            # A trap, a deadline, Ctrl-C in the middle: its state is unknown, and a new one cheap.
            instance.close()
            raise
        self._give_back(instance)

    @property
    def idle(self) -> int:
        """Instances that nobody has borrowed."""
        return self._count

    def close(self) -> None:
        """Frees every idle instance."""
        with self._lock:
            idle, self._idle, self._count = self._idle, OrderedDict(), 0
        for instances in idle.values():
            for instance in instances:
                instance.close()

    def _take(self, directory: Optional[sandbox.Directory]) -> Optional[Instance]:
        with self._lock:
            instances = self._idle.get(directory)
            if not instances:
                return None
            self._count -= 1
            instance = instances.pop()
            if not instances:
                del self._idle[directory]
            return instance

    def _give_back(self, instance: Instance) -> None:
        dropped = None
        with self._lock:
            self._idle.setdefault(instance.directory, []).append(instance)
            self._idle.move_to_end(instance.directory)
            self._count += 1
            if self._count > CAPACITY:
                oldest, instances = next(iter(self._idle.items()))
                dropped = instances.pop()
                self._count -= 1
                if not instances:
                    del self._idle[oldest]
        if dropped is not None:
            dropped.close()
