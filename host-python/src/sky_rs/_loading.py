"""Modules that are imported with the first call that needs them, even across a fork.

A fork must not find another thread in the middle of importing or loading: the child would wait for
ever for a module that nobody goes on importing. So whoever loads holds :data:`lock`, and a fork
waits for it. That holds for slow modules of the standard library, too. It also waits for whoever
tells telemetry something.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import sys

# Not from threading: importing that takes longer than importing sky_rs.
from _thread import RLock, get_ident

from sky_rs import _events

TYPE_CHECKING = False
if TYPE_CHECKING:
    import logging
    from types import ModuleType
    from typing import Any, Dict, Iterator, List

#: Seconds a fork waits for another thread to finish loading.
_PATIENCE = 5.0

#: Held by whoever imports modules of this package or loads the component.
lock = RLock()

#: Whether this process was forked from one that had imported wasmtime. The threads on which it
#: reads files stayed behind.
forked = False

# By thread, the locks that it holds for a fork.
_forking: Dict[int, List[Any]] = {}


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Keeps the garbage collector away from what the block makes, which is there to stay.

    Looking through modules and types again and again takes a fifth of the time of loading.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        if hasattr(gc, "freeze") and not gc.get_freeze_count():  # somebody's own must stay frozen
            # Moves everything to the oldest generation; else the next object that anybody makes
            # starts the look through all of it that was saved.
            gc.freeze()
            gc.unfreeze()
        gc.enable()


def module(name: str) -> ModuleType:
    """A module of this package by its name below it, such as '_python.files'."""
    with lock, uncollected():
        return importlib.import_module(f"sky_rs.{name}")


def logger(name: str) -> logging.Logger:
    """A logger. Importing logging is slow, and seldom needed."""
    with lock:
        import logging  # noqa: PLC0415

    return logging.getLogger(name)


def _before_fork() -> None:
    # In this order: who loads has something to tell.
    locks = (lock, _events.lock)
    _forking[get_ident()] = [each for each in locks if each.acquire(timeout=_PATIENCE)]


def _after_fork_in_parent() -> None:
    for each in _forking.pop(get_ident(), ()):
        each.release()


def _after_fork_in_child() -> None:
    global lock, forked  # noqa: PLW0603
    in_order = lock in _forking.get(get_ident(), ())
    _forking.clear()
    lock = RLock()
    forked = forked or "wasmtime" in sys.modules
    _events.after_fork_in_child()
    runtime = sys.modules.get("sky_rs._component.runtime")
    if runtime is not None:
        runtime.after_fork_in_child(in_order=in_order)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=_after_fork_in_parent,
        after_in_child=_after_fork_in_child,
    )
