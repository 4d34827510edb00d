"""Pure functions on text and numbers."""

from __future__ import annotations

from typing import Any

from sky_rs import _errors
from sky_rs._component import NotRepresented, runtime
from sky_rs._component.outcome import error_tag

_U32 = range(1 << 32)
_S64 = range(-(1 << 63), 1 << 63)


def base36_encode(hex_str: Any) -> str:
    if type(hex_str) is not str or not hex_str.isascii():
        raise NotRepresented("hexadecimal digits that are no ASCII str")
    result = runtime.load().pool.call("strings#base36-encode", hex_str)
    tag = error_tag(result)
    if tag == "invalid-hex":
        raise _errors.invalid_hex(hex_str)
    if tag == "negative-hex":
        raise _errors.negative_hex(hex_str)
    return str(result)


def format_float(num: Any, precision: Any) -> str:
    if type(num) is not float or type(precision) is not int or precision not in _U32:
        raise NotRepresented("a number that is no float, or a precision that is no u32")
    result = runtime.load().pool.call("strings#format-float", num, precision)
    error_tag(result)
    return str(result)


def truncate_long_string(s: Any, max_length: Any, truncate_middle: Any) -> Any:
    if type(s) is not str or type(max_length) is not int or max_length not in _S64:
        raise NotRepresented("text that is no str, or a length that is no s64")
    shortened = runtime.load().pool.call(
        "strings#truncate-long-string", s, max_length, bool(truncate_middle)
    )
    return s if shortened is None else shortened
