"""The component backend: SkyPilot's answers from the sandboxed component.

``strings``, ``files``, ``network`` and ``system`` have the same functions as their namesakes in
``sky_rs._python``, and raise :class:`NotRepresented` for arguments the component has no form for.
Below them, ``runtime`` loads the component, ``pool`` lends instances, ``instance`` calls.

A fork must not find another thread in the middle of loading: the child would wait for ever for a
module that nobody goes on importing. So whoever loads holds :data:`loading`, and a fork waits.
"""

from __future__ import annotations

import importlib
import os
import sys

# Not from threading: importing that takes longer than importing sky_rs.
from _thread import RLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

#: Seconds a fork waits for another thread to finish loading.
_PATIENCE = 5.0

#: Held by whoever imports modules of this package or loads the component.
loading = RLock()

_held_for_fork = False


class NotRepresented(Exception):  # noqa: N818 - a signal to the router, no error
    """The component has no form for these arguments; the fallback answers the call."""


def module(name: str) -> ModuleType:
    """A module of this package, imported with the first call that needs it."""
    with loading:
        return importlib.import_module(f"{__name__}.{name}")


def _before_fork() -> None:
    global _held_for_fork  # noqa: PLW0603
    _held_for_fork = loading.acquire(timeout=_PATIENCE)


def _after_fork_in_parent() -> None:
    if _held_for_fork:
        loading.release()


def _after_fork_in_child() -> None:
    global loading  # noqa: PLW0603
    loading = RLock()
    runtime = sys.modules.get(f"{__name__}.runtime")
    if runtime is not None:
        runtime.after_fork_in_child(in_order=_held_for_fork)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=_after_fork_in_parent,
        after_in_child=_after_fork_in_child,
    )
