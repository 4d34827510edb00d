"""Pure functions on text and numbers."""

from __future__ import annotations

from sky_rs import _errors

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any, List

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"

# Every pair of base-36 digits, so that one division yields two of them.
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]

# Below this many bits, dividing digit pair by digit pair beats splitting the number in halves.
_SMALL_BITS = 512


def base36_encode(hex_str: Any) -> str:
    number = int(hex_str, 16)
    if number < 0:
        raise _errors.negative_hex(hex_str)
    if number.bit_length() <= _SMALL_BITS:
        return _small(number).lstrip("0") or "0"
    # Squarings of 36**(2 * pairs): the number is split at each in turn, so that the cost is that
    # of a few multiplications instead of growing with the square of the length.
    powers: List[int] = [36**64]
    while powers[-1] < number:
        powers.append(powers[-1] * powers[-1])
    return _split(number, powers, len(powers) - 1).lstrip("0")


def _split(number: int, powers: List[int], level: int) -> str:
    """All digits of a number below ``powers[level]``'s square, zeros in front included."""
    if level < 0:
        return _small(number).rjust(64, "0")
    high, low = divmod(number, powers[level])
    return _split(high, powers, level - 1) + _split(low, powers, level - 1)


def _small(number: int) -> str:
    digits: List[str] = []
    while number:
        number, pair = divmod(number, 1296)
        digits.append(_PAIRS[pair])
    digits.reverse()
    return "".join(digits)


def format_float(num: Any, precision: Any) -> str:
    if isinstance(num, int):
        return str(num)
    # `{:.0f}` only for whole numbers: there it is exact, and the precision goes unused.
    return f"{num:.0f}" if num.is_integer() else f"{num:.{precision}f}"


def truncate_long_string(s: Any, max_length: Any, truncate_middle: Any) -> Any:
    if len(s) <= max_length:
        return s
    if truncate_middle:
        if max_length <= 3:
            return "..."
        tail, odd = divmod(max_length - 3, 2)
        return s[: tail + odd] + "..." + (s[-tail:] if tail else "")
    if type(s) is str and type(max_length) is int and max_length > 0:
        return _truncate_end(s, max_length)
    return _truncate_words(s, max_length)


def _truncate_end(s: str, max_length: int) -> str:
    """As :func:`_truncate_words`, without looking beyond the word that reaches the limit."""
    end, missing = 0, max_length
    while missing and end < len(s):
        start, end = end, end + missing
        missing = s.count(" ", start, end)  # what was no letter
    return s[: max(s.rfind(" ", 0, end), max_length)] + "..."


def _truncate_words(s: Any, max_length: Any) -> Any:
    """Cuts at a space where that is possible.

    The lengths of the words are added up without the spaces between them, so the words before the
    one that reaches the limit may be longer than the limit together.
    """
    words = s.split(" ")
    if len(words[0]) > max_length:
        return words[0][:max_length] + "..."
    letters = 0
    before = 0
    for index, word in enumerate(words):
        letters += len(word)
        before = index
        if letters >= max_length:
            break
    kept = " ".join(words[:before])
    if len(kept) < max_length:
        kept += s[len(kept) : max_length]
    return kept + "..."
