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
        # Not a plain lock: a signal may come while the thread starts, and its handler may call.
        self._lock = threading.RLock()
        self._wake = threading.Event()
        self._closed = threading.Event()
        self._thread: Optional[threading.Thread] = None

    def wake(self) -> None:
        """Makes the epoch advance.

        Raises:
            ComponentError: No thread can be started for it.
        """
        with self._lock:
            if self._thread is None and not self._closed.is_set():
                self._start()
        self._wake.set()

    def close(self) -> None:
        """Ends the thread."""
        self._closed.set()
        self._wake.set()
        with self._lock:
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _start(self) -> None:
        try:
            self._thread = threading.Thread(target=self._run, name="sky_rs-clock", daemon=True)
            self._thread.start()
        except RuntimeError as error:
            self._thread = None  # the next call tries again
            # Without the clock a call has no deadline, so it is not made.
            raise ComponentError(f"the clock has no thread: {error}") from error
        except BaseException:  # Ctrl-C
            self._thread = None
            raise

    def _run(self) -> None:
        quiet = 0
        # After Ctrl-C while it started, there may be another one.
        while self._thread is threading.current_thread():
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
