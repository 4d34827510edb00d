"""Results from JSON; `guest/src/cloud/response/plain.rs` is the same."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any, Dict

from sky_rs._python import cloud_scalars

#: How deep arrays and objects may be in one another.
MAX_DEPTH = 128

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")
_CHANGE = {"[": 1, "{": 1, "]": -1, "}": -1}

# Half of a character that is written as two.
_HALF = re.compile(r"\\u[dD][89abAB]")
_SECOND_HALF = re.compile(r"\\u[dD][c-fC-F]")


def loads(text: str) -> Any:
    """What a text says.

    Raises:
        ValueError: It is no JSON as RFC 8259 has it, or too deep.
    """
    brackets = _BRACKET.findall(_STRING.sub("", text))
    depths = itertools.accumulate(map(_CHANGE.__getitem__, brackets))
    if len(brackets) > MAX_DEPTH and max(depths) > MAX_DEPTH:
        raise ValueError("more than 128 arrays and objects in one another")
    value = json.loads(text, parse_constant=_refuse)
    if _HALF.search(text) or _SECOND_HALF.search(text):
        # UnicodeEncodeError is a ValueError.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def read(model: Dict[str, Any], text: str) -> Any:
    """The result that a body has, without what is in headers.

    Raises:
        ValueError: The body is no JSON, or does not fit the model.
    """
    output = model.get("output")
    if not text.strip(" \t\r\n"):
        return {}
    value = loads(text)
    if output is None:
        return value
    shape = model["shapes"][output]
    if "payload" in shape:
        payload = shape["payload"]
        return {payload: _value(model, shape["members"][payload]["shape"], value)}
    if type(value) is not dict:
        raise ValueError("the result is no object")
    return _value(model, output, value)


def _value(model: Dict[str, Any], place: int, value: Any) -> Any:  # noqa: PLR0911 - a type each
    if value is None:
        return None
    shape = model["shapes"][place]
    kind = shape["type"]
    if kind == "structure":
        _check(dict, value)
        found = {}
        for name, member in shape["members"].items():
            inner = None if "in" in member else value.get(member["name"])
            if inner is not None:
                found[name] = _value(model, member["shape"], inner)
        return found
    if kind == "list":
        _check(list, value)
        return [_value(model, shape["shape"], item) for item in value]
    if kind == "map":
        _check(dict, value)
        return {name: _value(model, shape["shape"], item) for name, item in value.items()}
    if kind == "boolean":
        return value is True or (type(value) is str and value.lower() == "true")
    if kind in ("integer", "float", "timestamp"):
        if type(value) is float:
            value = repr(value)
        elif type(value) is int:
            value = str(value)
    if kind in cloud_scalars.READERS:
        _check(str, value)
        return cloud_scalars.READERS[kind](value)
    return value


def _check(kind: type, value: Any) -> None:
    if type(value) is not kind:
        raise ValueError(f"{type(value).__name__} instead of {kind.__name__}")
