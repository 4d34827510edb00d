"""The clock that ends calls which take too long.

Compiled code compares the engine's epoch with its store's deadline. A daemon thread advances the
epoch while calls are under way and sleeps otherwise.
"""

from __future__ import annotations

import math
import threading
from typing import Callable, Optional

from sky_rs._component import sandbox


class Clock:
    """Advances an epoch every :data:`sandbox.TICK` seconds while someone is inside."""

    def __init__(self, advance: Callable[[], None]) -> None:
        self._advance = advance
        self._lock = threading.Lock()
        self._inside = 0
        self._wake = threading.Event()
        self._closed = threading.Event()
        self._thread: Optional[threading.Thread] = None

    @staticmethod
    def ticks(seconds: float) -> int:
        """Ticks after which that many seconds have passed, the one under way not counted."""
        return math.ceil(seconds / sandbox.TICK) + 1

    def enter(self) -> None:
        """A call begins."""
        with self._lock:
            self._inside += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sky_rs-clock", daemon=True)
                self._thread.start()
        self._wake.set()

    def leave(self) -> None:
        """A call has ended."""
        with self._lock:
            self._inside -= 1

    def close(self) -> None:
        """Ends the thread."""
        self._closed.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while True:
            self._wake.wait()
            if self._closed.wait(sandbox.TICK):
                return
            self._advance()
            with self._lock:
                if self._inside == 0 and not self._closed.is_set():
                    self._wake.clear()
