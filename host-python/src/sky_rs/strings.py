"""Text and numbers."""

from __future__ import annotations

from itertools import islice

from sky_rs._routing import Route

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any, Iterable, List

__all__ = [
    "base36_encode",
    "base36_encode_many",
    "format_float",
    "truncate_long_string",
    "truncate_long_strings",
]

#: How many of many texts are answered at once. Each such batch takes its own way.
_BATCH = 2048


def _length(text: Any, *_: Any) -> int:
    return len(text) if type(text) is str else 0


def _count(texts: List[Any], *_: Any) -> int:
    return len(texts)


_base36_encode = Route("base36_encode", "strings", size=_length, unit="characters")
_base36_encode_many = Route("base36_encode_many", "strings", size=_count, unit="texts")
_format_float = Route("format_float", "strings")
_truncate_long_string = Route("truncate_long_string", "strings", size=_length, unit="characters")
_truncate_long_strings = Route("truncate_long_strings", "strings", size=_count, unit="texts")


def base36_encode(hex_str: str) -> str:
    """Writes an integer given in base 16 in base 36.

    Args:
        hex_str: Anything ``int(hex_str, 16)`` takes, of any length.

    Returns:
        Lower-case digits without leading zeros.

    Raises:
        ValueError: ``hex_str`` is no integer in base 16, or is negative (for which SkyPilot's
            function never returns).
        TypeError: ``hex_str`` is neither text nor bytes.
    """
    run = _base36_encode.run
    return run(hex_str)  # type: ignore[no-any-return]


def base36_encode_many(hex_strings: Iterable[str]) -> List[str]:
    """Writes integers given in base 16 in base 36: ``[base36_encode(s) for s in hex_strings]``.

    Args:
        hex_strings: Anything :func:`base36_encode` takes, each.

    Returns:
        The answers in the same order.

    Raises:
        ValueError: One is no integer in base 16, or is negative: the first such.
        TypeError: One is neither text nor bytes.
    """
    return _in_batches(_base36_encode_many, hex_strings)


def format_float(num: float, precision: int = 1) -> str:
    """Writes a number, without a fraction if it is whole.

    Args:
        num: The number.
        precision: Digits after the point otherwise, rounded half to even on the binary value.

    Raises:
        AttributeError: ``num`` is no number with ``is_integer()``.
        ValueError: ``precision`` is no precision, and ``num`` is not whole.
    """
    run = _format_float.run
    return run(num, precision)  # type: ignore[no-any-return]


def truncate_long_string(s: str, max_length: int = 35, truncate_middle: bool = False) -> str:
    """Shortens text to about ``max_length`` code points and marks the cut with ``...``.

    Args:
        s: The text.
        max_length: Code points from which on the text is cut. The mark comes on top, and so may
            words whose spaces SkyPilot does not count, unless ``truncate_middle``.
        truncate_middle: Keep both ends, within ``max_length``; otherwise cut at a space near the
            end where that is possible.

    Returns:
        ``s`` itself if it is short enough.
    """
    run = _truncate_long_string.run
    return run(s, max_length, truncate_middle)  # type: ignore[no-any-return]


def truncate_long_strings(
    strings: Iterable[str], max_length: int = 35, truncate_middle: bool = False
) -> List[str]:
    """Shortens texts: ``[truncate_long_string(s, max_length, truncate_middle) for s in strings]``.

    Args:
        strings: The texts.
        max_length: Code points from which on a text is cut, as for :func:`truncate_long_string`.
        truncate_middle: Keep both ends of each, as there.

    Returns:
        The texts in the same order: those that are short enough themselves, the others shortened.
    """
    return _in_batches(_truncate_long_strings, strings, max_length, truncate_middle)


def _in_batches(route: Route, texts: Iterable[str], *arguments: Any) -> List[str]:
    """Answers a batch at a time, so that the memory of a call and its time are bounded."""
    answers: List[str] = []
    remaining = iter(texts)
    while batch := list(islice(remaining, _BATCH)):
        answers += route.run(batch, *arguments)
    return answers
