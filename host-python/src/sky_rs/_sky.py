"""What this process has of SkyPilot itself, looked up when it is needed and never imported before.

Importing SkyPilot takes more than a second, so most of this asks only whether somebody has.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import sys

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from types import ModuleType
    from typing import ContextManager, Mapping, Optional, Type

_UTILS = "sky.utils.subprocess_utils"
_STATUSES = ("INIT", "UP", "STOPPED")

# Asking for a logger takes longer than most of what is logged here for debugging.
_ours = logging.getLogger("sky_rs")
_skypilots = logging.getLogger(_UTILS)


def loaded(name: str) -> Optional[ModuleType]:
    """A module of SkyPilot's that this process has imported."""
    return sys.modules.get(f"sky.{name}")


def logger() -> logging.Logger:
    """Where SkyPilot's process helpers log: what they say is for its users to see."""
    return _skypilots if "sky.sky_logging" in sys.modules else _ours


def event(name: str) -> ContextManager[object]:
    """An event of SkyPilot's timeline, which ``SKYPILOT_TIMELINE_FILE_PATH`` makes it record."""
    timeline = loaded("utils.timeline")
    if timeline is None:
        return contextlib.nullcontext()
    recorded: ContextManager[object] = timeline.Event(f"{_UTILS}.{name}")
    return recorded


def command_error() -> Type[Exception]:
    """SkyPilot's ``CommandError`` if it is installed, else an equal class of ours."""
    try:
        error = importlib.import_module("sky.exceptions").CommandError
        if issubclass(error, Exception):
            return error  # type: ignore[no-any-return]
    except Exception:  # noqa: S110 - none is installed, or what is there is another `sky`
        pass
    from sky_rs._command_error import CommandError  # noqa: PLC0415 - only without SkyPilot

    return CommandError


def cluster_status() -> Mapping[str, object]:
    """SkyPilot's ``ClusterStatus`` by names if it is installed, else the names themselves."""
    try:
        known = importlib.import_module("sky.utils.status_lib").ClusterStatus.__members__
        return {name: known[name] for name in _STATUSES}
    except Exception:  # none is installed, or what is there is another `sky`
        return {name: name for name in _STATUSES}
