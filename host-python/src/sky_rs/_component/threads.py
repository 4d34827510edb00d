"""Whether wasmtime can start the threads it needs.

Where it cannot, as at a user's or a container's limit, it ends the process or waits for ever. So
that is tried beforehand, with threads of Python's, which raise an error.
"""

from __future__ import annotations

import time
from _thread import allocate_lock, start_new_thread
from typing import Any, Optional

from sky_rs import _host
from sky_rs.exceptions import ComponentError

#: How many threads that have done their work may still count for the system.
_LEAVING = 8

#: Seconds in which one that may go on ends; it takes microseconds.
_PATIENCE = 1.0

#: Seconds for which a thread that reads files is certainly kept after its last use; it is 10.
_KEPT = 5.0

_last_files: Optional[float] = None


def check(count: int) -> None:
    """Makes sure of threads.

    Raises:
        ComponentError: So many cannot be started.
    """
    # Not threading's: starting one takes a lock of the process, which a signal's handler that calls
    # too would wait for in vain.
    gate = allocate_lock()
    gate.acquire()
    passed = []

    def wait(own: Any) -> None:
        with gate:
            pass
        own.release()

    try:
        # More than needed, since some of these may not be gone when they are.
        for _ in range(count + min(count, _LEAVING)):
            own = allocate_lock()
            own.acquire()
            start_new_thread(wait, (own,))
            passed.append(own)
    except RuntimeError as error:
        raise ComponentError(f"there are no threads for wasmtime: {error}") from error
    finally:
        gate.release()
        # In a child that was forked by a signal's handler meanwhile, they never end: one is enough.
        all(own.acquire(timeout=_PATIENCE) for own in passed)


def check_for_files() -> None:
    """Makes sure of the threads on which files are read: one for each CPU, and one that blocks.

    Raises:
        ComponentError: They cannot be started.
    """
    global _last_files  # noqa: PLW0603 - the threads are the process's
    now = time.monotonic()
    if _last_files is None:
        check(_host.usable_cpus() + 1)
    elif now - _last_files > _KEPT:
        check(1)
    _last_files = now
