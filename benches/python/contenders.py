"""Who is measured."""

from __future__ import annotations

import contextlib
import functools
import sys
from dataclasses import dataclass
from types import FrameType
from typing import Any, Callable, ContextManager, List, Set, Tuple

from sky.utils import common_utils

import sky_rs
from benches.python.settings import Arguments

_FALLBACK = "sky_rs._python"


class SkyPilot:
    """SkyPilot's functions, and for those that take many texts what it has: loops."""

    def __getattr__(self, name: str) -> Any:
        return getattr(common_utils, name)

    @staticmethod
    def base36_encode_many(hex_strings: List[str]) -> List[str]:
        return [common_utils.base36_encode(hex_str) for hex_str in hex_strings]

    @staticmethod
    def truncate_long_strings(strings: List[str], *arguments: Any) -> List[str]:
        return [common_utils.truncate_long_string(s, *arguments) for s in strings]


@dataclass(frozen=True)
class Contender:
    """One implementation of all functions."""

    name: str
    #: Has the functions.
    module: Any
    #: A context in which the functions are this implementation.
    chosen: Callable[[], ContextManager[Any]]

    def __str__(self) -> str:
        return self.name


SKYPILOT = Contender("skypilot", SkyPilot(), contextlib.nullcontext)

CONTENDERS = [
    SKYPILOT,
    *(
        Contender(backend, sky_rs, functools.partial(sky_rs.using, backend))
        for backend in ("python", "component")
    ),
    # As a program gets it that does not choose: in a block, a choice is looked for at each call.
    Contender("auto", sky_rs, contextlib.nullcontext),
]


def observe(function: Callable[..., Any], arguments: Arguments) -> Tuple[Any, bool]:
    """Calls a function; returns its answer and whether the fallback had a part in it.

    `using("component")` answers in Python what the component has no form for, and `auto` chooses:
    a table that did not say so would compare the fallback with itself.
    """
    modules: Set[str] = set()

    def note(frame: FrameType, _event: str, _argument: Any) -> None:
        modules.add(frame.f_globals.get("__name__", ""))

    sys.setprofile(note)
    try:
        answer = function(*arguments)
    finally:
        sys.setprofile(None)
    return answer, any(module.startswith(_FALLBACK) for module in modules)
