"""Whether the installed SkyPilot's function is still the one that ours was written after."""

from __future__ import annotations

import zlib
from types import CodeType, FunctionType

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Iterator, Optional

    from sky_rs.skypilot._table import Function

_POSITIONAL_STAR = 0x04
_KEYWORD_STAR = 0x08

#: Numbers up to this are in the bytecode of some Python versions and among the constants in others.
_SMALL = 255


def found(
    function: Function, original: Any, answer: Callable[..., Any], namespace: Dict[str, Any]
) -> Optional[str]:
    """Why the function has drifted; none if it has not.

    It has if it is not defined in its module, if it takes other arguments than ours, or if it, or
    one of the functions it uses there, mentions other names or constants than in the SkyPilot that
    ours was compared with, or if a constant that it looks up has another value.
    """
    if type(original) is not FunctionType or original.__globals__ is not namespace:
        return "it is not defined there"
    if signature(original) != signature(answer):
        return "it takes other arguments"
    found_shape = shape(original, function, namespace)
    if found_shape not in function.shapes:
        return f"its code is another, or a constant it uses ({found_shape})"
    return None


def signature(function: Any) -> tuple[Any, ...]:
    """The names, kinds and defaults of a function's parameters."""
    # Not inspect.signature: annotations need not be equal, and inspect is slow to import.
    code = function.__code__
    stars = code.co_flags & (_POSITIONAL_STAR | _KEYWORD_STAR)
    count = code.co_argcount + code.co_kwonlyargcount + bin(stars).count("1")
    return (
        code.co_varnames[:count],
        (code.co_posonlyargcount, code.co_argcount, code.co_kwonlyargcount, stars),
        function.__defaults__,
        function.__kwdefaults__,
    )


def shape(original: FunctionType, function: Function, namespace: Dict[str, Any]) -> str:
    """A digest of the names and constants in a function and in its collaborators.

    The same for the same source on every Python from 3.9 to 3.13, which no digest of bytecode is.
    """
    words = set(_words(original))
    for path in function.collaborators:
        helper = _looked_up(path, namespace)
        helper = getattr(helper, "__wrapped__", helper)
        constant = getattr(helper, "pattern", helper)  # of a regular expression, its text
        if type(helper) is FunctionType and helper.__globals__ is namespace:
            words.update(_words(helper))
        elif isinstance(constant, (str, int)):
            words.add(f"{path} = {constant!r}")
    return f"{zlib.crc32(repr(sorted(words)).encode('utf-8', 'backslashreplace')):08x}"


def _looked_up(path: str, namespace: Dict[str, Any]) -> Any:
    """What a dotted name stands for; none if it is a builtin, or if finding out would import it."""
    name, *attributes = path.split(".")
    value = namespace.get(name)
    for attribute in attributes:
        value = getattr(value, "__dict__", {}).get(attribute)
    return value


def _words(function: FunctionType) -> Iterator[str]:
    return (word for word in _mentioned(function.__code__) if word != repr(function.__doc__))


def _mentioned(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    yield from _constants(code.co_consts)


def _constants(constants: Any) -> Iterator[str]:
    for constant in constants:
        if isinstance(constant, CodeType):
            yield from _mentioned(constant)
        elif isinstance(constant, (tuple, frozenset)):
            yield from _constants(constant)
        elif isinstance(constant, str):
            if "<locals>" not in constant:  # a nested function's name, before Python 3.11
                yield repr(constant)
        elif isinstance(constant, bytes) or (
            isinstance(constant, (int, float)) and abs(constant) > _SMALL
        ):
            yield repr(constant)
