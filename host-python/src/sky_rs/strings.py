"""Text and numbers."""

from __future__ import annotations

from sky_rs._routing import Route

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any

__all__ = ["base36_encode", "format_float", "truncate_long_string"]


def _length(text: Any, *_: Any) -> int:
    return len(text) if type(text) is str else 0


_base36_encode = Route("base36_encode", "strings", size=_length, unit="characters")
_format_float = Route("format_float", "strings")
_truncate_long_string = Route("truncate_long_string", "strings", size=_length, unit="characters")


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
