"""Makes an installed SkyPilot use sky_rs: ``sky_rs.skypilot.patch()``.

The functions of SkyPilot that sky_rs has as well are replaced in SkyPilot's modules, in those that
are loaded and in those that will be; SkyPilot itself is not imported for that. What they return,
raise and leave behind stays the same. Those that would not be faster stay SkyPilot's own.

A function stays SkyPilot's own, and that is logged once, if the installed version defines it
otherwise than the version that sky_rs knows. And a replacement steps aside for SkyPilot's function
in each call during which something that function uses (``open``, ``psutil.cpu_count``, ...) is
replaced by somebody, as tests do: patch first, replace things afterwards.
"""

from __future__ import annotations

import importlib
import os
import sys
from _thread import RLock

from sky_rs.skypilot import _modules
from sky_rs.skypilot._finder import Finder
from sky_rs.skypilot._table import TABLE

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from types import ModuleType, TracebackType
    from typing import Optional, Type

__all__ = ["Patch", "patch", "unpatch"]

_lock = RLock()

if hasattr(os, "register_at_fork"):
    # A child has no thread that would finish what another has begun.
    os.register_at_fork(
        before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release
    )


def _imported(module: ModuleType) -> None:
    """Patches a module that has just been imported, unless the patch was undone meanwhile."""
    with _lock:
        if _FINDER in sys.meta_path:
            _modules.patch(module)


_FINDER = Finder(_imported)


class Patch:
    """What :func:`patch` returns: a context manager that undoes it, unless it was done before."""

    def __init__(self, mine: bool) -> None:
        self._mine = mine

    def __enter__(self) -> Patch:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        if self._mine:
            unpatch()


def patch() -> Patch:
    """Replaces SkyPilot's functions by those of sky_rs, now or when SkyPilot is imported.

    A second call finds nothing to do; without SkyPilot, nothing ever happens.

    Returns:
        A context manager whose end undoes the patch, if this call was the one that made it.
    """
    for name in TABLE:
        spec = getattr(sys.modules.get(name), "__spec__", None)
        if getattr(spec, "_initializing", False):
            importlib.import_module(name)  # another thread is about it: wait
    with _lock:
        mine = _FINDER not in sys.meta_path
        if mine:
            sys.meta_path.insert(0, _FINDER)
        for name in TABLE:
            module = sys.modules.get(name)
            if module is not None:
                _modules.patch(module)
    return Patch(mine)


def unpatch() -> None:
    """Puts SkyPilot's own functions back everywhere. Finds nothing to do without a patch."""
    with _lock:
        if _FINDER in sys.meta_path:
            sys.meta_path.remove(_FINDER)
        _modules.unpatch()
