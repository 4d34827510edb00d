"""Pure functions on text and numbers."""

from __future__ import annotations

from typing import Any, List

from sky_rs import _errors
from sky_rs._component import NotRepresented, runtime
from sky_rs._component.outcome import error_tag

_U32 = range(1 << 32)
_S64 = range(-(1 << 63), 1 << 63)

#: What joins many texts into one.
_NUL = "\0"

#: Characters of many texts that one call takes, so that it takes milliseconds; tens of them if they
#: are a few numbers of the greatest length. In between, Ctrl-C is heard.
_STEP = 1 << 17


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


def base36_encode_many(hex_strings: List[Any]) -> List[str]:
    try:
        joined = _NUL.join(hex_strings)
    except TypeError:
        raise NotRepresented("hexadecimal digits that are no str") from None
    if len(joined) > _STEP and len(hex_strings) > 1:
        half = len(hex_strings) // 2
        return base36_encode_many(hex_strings[:half]) + base36_encode_many(hex_strings[half:])
    pool = runtime.load().pool
    answers: List[str] = pool.call("strings#base36-encode-joined", joined).split(_NUL)
    if len(answers) != len(hex_strings):
        raise NotRepresented("a NUL among hexadecimal digits")
    if "" in answers:
        # By itself, the first without an answer tells why.
        answers = [answer or base36_encode(text) for answer, text in zip(answers, hex_strings)]
    return answers


def truncate_long_strings(strings: List[Any], max_length: Any, truncate_middle: Any) -> List[Any]:
    if {*map(type, strings)} != {str} or type(max_length) is not int or max_length not in _S64:
        raise NotRepresented("texts that are no str, or a length that is no s64")
    long = [text for text in strings if len(text) > max_length]
    if not long:
        return strings
    shortened = _shortened(long, max_length, bool(truncate_middle))
    if len(long) == len(strings):
        return shortened
    others = iter(shortened)
    return [text if len(text) <= max_length else next(others) for text in strings]


def _shortened(texts: List[str], max_length: int, middle: bool) -> List[str]:
    joined = _NUL.join(texts)
    if len(joined) > _STEP and len(texts) > 1:
        half = len(texts) // 2
        first = _shortened(texts[:half], max_length, middle)
        return first + _shortened(texts[half:], max_length, middle)
    call = runtime.load().pool.call
    if joined.count(_NUL) < len(texts):
        answer = call("strings#truncate-joined-strings", joined, max_length, middle)
        return answer.split(_NUL)  # type: ignore[no-any-return]
    return call("strings#truncate-long-strings", texts, max_length, middle)  # type: ignore[no-any-return]
