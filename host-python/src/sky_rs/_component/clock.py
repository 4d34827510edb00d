"""The clock that ends calls which take too long.

Compiled code compares the engine's epoch with its store's deadline. A daemon thread advances the
epoch while calls are under way. When none has been for a while, it gives idle instances back and
sleeps.
"""

from __future__ import annotations

import contextlib
import threading
from typing import Callable, Optional, Set

from sky_rs._component import sandbox
from sky_rs.exceptions import ComponentError


class Clock:
    """Advances an epoch every :data:`sandbox.TICK` seconds while someone is inside.

    Args:
        advance: Advances the epoch.
        rest: Called when the clock stops since nobody has been inside for some time.
    """

    def __init__(self, advance: Callable[[], None], rest: Callable[[], None]) -> None:
        #: Whoever is inside. Adding and discarding take no lock.
        self.inside: Set[object] = set()
        #: Whether the epoch advances. Whoever enters and finds it false calls :meth:`wake`.
        self.awake = False
        #: How often the epoch has been advanced.
        self.epoch = 0
        self._advance = advance
        self._rest = rest
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closed = threading.Event()
        self._thread: Optional[threading.Thread] = None

    def wake(self) -> None:
        """Makes the epoch advance.

        Raises:
            ComponentError: No thread can be started for it.
        """
        with self._lock:
            running = self._thread is not None and self._thread.is_alive()
            if not running and not self._closed.is_set():
                thread = threading.Thread(target=self._run, name="sky_rs-clock", daemon=True)
                try:
                    thread.start()
                except RuntimeError as error:
                    # Without the clock a call has no deadline, so it is not made.
                    raise ComponentError(f"the clock has no thread: {error}") from error
                self._thread = thread  # only now: the next call tries again if it cannot start
        self._wake.set()

    def close(self) -> None:
        """Ends the thread."""
        self._closed.set()
        self._wake.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _run(self) -> None:
        quiet = 0
        while True:
            if quiet * sandbox.TICK >= sandbox.IDLE:
                quiet = 0
                # In this order: who enters after the look at `inside` finds `awake` false.
                self.awake = False
                if not self.inside:
                    with contextlib.suppress(Exception):  # the clock goes on whatever happens
                        self._rest()
                    self._wake.wait()
            self._wake.clear()
            self.awake = True
            if self._closed.wait(sandbox.TICK):
                return
            self._advance()
            self.epoch += 1
            quiet = 0 if self.inside else quiet + 1
