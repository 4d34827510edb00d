"""The clock that ends calls which take too long.

Compiled code compares the engine's epoch with its store's deadline. A daemon thread advances the
epoch while calls are under way and sleeps otherwise.
"""

from __future__ import annotations

import math
import threading
from typing import Callable

from sky_rs._component import sandbox


class Clock:
    """Advances an epoch every :data:`sandbox.TICK` seconds while someone is inside."""

    def __init__(self, advance: Callable[[], None]) -> None:
        self._advance = advance
        self._lock = threading.Lock()
        self._inside = 0
        self._wake = threading.Event()
        self._closed = False
        self._running = False

    @staticmethod
    def ticks(seconds: float) -> int:
        """Ticks after which that many seconds have passed, the one under way not counted."""
        return math.ceil(seconds / sandbox.TICK) + 1

    def enter(self) -> None:
        with self._lock:
            self._inside += 1
            if not self._running and not self._closed:
                self._running = True
                threading.Thread(target=self._run, name="sky_rs-clock", daemon=True).start()
        self._wake.set()

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1

    def close(self) -> None:
        self._closed = True
        self._wake.set()

    def _run(self) -> None:
        while True:
            self._wake.wait()
            if self._closed:
                return
            threading.Event().wait(sandbox.TICK)
            self._advance()
            with self._lock:
                if self._inside == 0:
                    self._wake.clear()
