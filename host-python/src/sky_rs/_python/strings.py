"""Pure functions on text and numbers."""

from __future__ import annotations

from sky_rs import _errors

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any, List

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"

# Every pair of base-36 digits, so that one division yields two of them.
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]

# Below this, dividing digit pair by digit pair beats splitting the number in halves.
_LARGE = 1 << 512


def base36_encode(hex_str: Any) -> str:
    number = int(hex_str, 16)
    if number < 0:
        raise _errors.negative_hex(hex_str)
    if number < _LARGE:
        return _small(number).lstrip("0") or "0"
    # Squarings of 36**(2 * pairs): the number is split at each in turn, so that the cost is that
    # of a few multiplications instead of growing with the square of the length.
    powers: List[int] = [36**64]
    while powers[-1] < number:
        powers.append(powers[-1] * powers[-1])
    return _split(number, powers, len(powers) - 1).lstrip("0")


def base36_encode_many(hex_strings: List[Any]) -> List[str]:
    return list(map(base36_encode, hex_strings))


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
    if num.is_integer():
        return f"{num:.0f}"
    return f"{num:.{precision}f}"


def truncate_long_string(s: Any, max_length: Any, truncate_middle: Any) -> Any:
    if len(s) <= max_length:
        return s
    if truncate_middle:
        if max_length <= 3:
            return "..."
        tail = (max_length - 3) // 2
        head = max_length - 3 - tail
        return s[:head] + "..." + s[-tail:] if tail else s[:head] + "..."
    if type(s) is str and type(max_length) is int and max_length > 0:
        return _truncate_end(s, max_length)
    return _truncate_words(s, max_length)


def truncate_long_strings(strings: List[Any], max_length: Any, truncate_middle: Any) -> List[Any]:
    if type(max_length) is not int or max_length < 5:
        return [truncate_long_string(s, max_length, truncate_middle) for s in strings]
    # As below, without a call for most texts.
    if truncate_middle:
        tail = (max_length - 3) // 2
        head = max_length - 3 - tail
        return [s if len(s) <= max_length else s[:head] + "..." + s[-tail:] for s in strings]
    return [
        s
        if len(s) <= max_length
        else truncate_long_string(s, max_length, truncate_middle)
        if type(s) is not str
        else kept + "..."
        if " " not in (more := s[max_length : max_length + (kept := s[:max_length]).count(" ")])
        else _cut_at_space(s, max_length, more)
        for s in strings
    ]


def _truncate_end(s: str, max_length: int) -> str:
    """As :func:`_truncate_words`, without looking beyond the word that reaches the limit."""
    kept = s[:max_length]
    # The spaces among these characters do not count, so as many more are looked at.
    more = s[max_length : max_length + kept.count(" ")]
    return kept + "..." if " " not in more else _cut_at_space(s, max_length, more)


def _cut_at_space(s: str, start: int, more: str) -> str:
    """Cuts at the last space before the word that reaches the limit.

    ``more``, which is at ``start``, has spaces. They do not count either, and so on.
    """
    while True:
        end = start + len(more)
        further = s[end : end + more.count(" ")]
        if " " not in further:
            return s[: start + more.rfind(" ")] + "..."
        start, more = end, further


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
