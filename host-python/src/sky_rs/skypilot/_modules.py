"""Replaces functions in SkyPilot's modules, and puts them back."""

from __future__ import annotations

import sys
from types import ModuleType

from sky_rs import _loading
from sky_rs.skypilot import _drift
from sky_rs.skypilot._stand_in import stand_in
from sky_rs.skypilot._table import TABLE

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    import logging
    from types import FunctionType
    from typing import Dict, List, Set, Tuple

    from sky_rs.skypilot._table import Function

#: SkyPilot's functions and ours. Of one that was reloaded, each.
_replaced: List[Tuple[FunctionType, FunctionType]] = []

_reported: Set[Tuple[str, str]] = set()


def _logger() -> logging.Logger:
    import logging  # noqa: PLC0415 - slow to import, and seldom needed

    return logging.getLogger("sky_rs")


def patch(module: ModuleType) -> None:
    """Replaces the functions of one of the table's modules wherever SkyPilot has them.

    Whatever goes wrong: the module works as it is, and that is logged.
    """
    try:
        _patch(module)
    except Exception:
        _logger().exception("%s is left alone", module.__name__)


def _patch(module: ModuleType) -> None:
    namespace = vars(module)
    replacing: Dict[int, FunctionType] = {}
    known = []
    for function in TABLE[module.__name__]:
        original = namespace.get(function.name)
        if original is None or _is_ours(original):
            continue  # an older SkyPilot; or nothing to do
        answer = _answer(function)
        reason = _drift.found(function, original, answer, namespace)
        if reason is not None:
            _report(module.__name__, function.name, reason)
            continue
        ours, collaborators = stand_in(function, original, answer, namespace)
        _replaced.append((original, ours))
        replacing[id(original)] = ours
        known.append(collaborators)
    _replace(replacing)
    # Only now: some of ours are collaborators of others.
    for collaborators in known:
        collaborators.remember()


def unpatch() -> None:
    """Puts SkyPilot's own functions back."""
    _replace({id(ours): original for original, ours in _replaced})
    _replaced.clear()


def _replace(replacing: Dict[int, FunctionType]) -> None:
    """Replaces functions, by identity, in all of SkyPilot's loaded modules."""
    if not replacing:
        return
    for name, module in list(sys.modules.items()):
        if (name == "sky" or name.startswith("sky.")) and isinstance(module, ModuleType):
            namespace = vars(module)
            for key, value in list(namespace.items()):
                replacement = replacing.get(id(value))
                if replacement is not None:
                    namespace[key] = replacement


def _is_ours(value: object) -> bool:
    return any(value is ours for _, ours in _replaced)


def _answer(function: Function) -> FunctionType:
    module, name = function.answer.split(":")
    answer: FunctionType = getattr(_loading.module(module), name)
    return answer


def _report(module: str, name: str, reason: str) -> None:
    if (module, name) not in _reported:
        _reported.add((module, name))
        _logger().warning("SkyPilot's %s.%s() is left alone: %s", module, name, reason)
