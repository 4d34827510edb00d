"""Text to lines, once for both backends."""

from __future__ import annotations

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any, List

# What ends a line for str.splitlines but not for us; in ASCII, and beyond.
_OTHER_ENDS = "\r\v\f\x1c\x1d\x1e"
_WIDE_ENDS = "\x85\u2028\u2029"

# Characters of a text that show how long its lines are, and the number of lines in them that makes
# them long.
_SAMPLE = 4096
_LONG = 16


def split(text: str, most: Any) -> List[str]:
    r"""The lines that ``\n`` joins, or the last ``most`` of them.

    Args:
        text: The lines.
        most: How many to return; an integer above 0.

    Returns:
        The lines, each but the last with its newline, without the ``\r`` before it.
    """
    # Whatever is split and not wanted is lost time: at most three lines for each that is.
    if 4 * most < len(text):
        # str.rsplit looks at each character, str.__contains__ at many at once.
        lines = text.rsplit("\n", most) if "\n" in text else [text]
    elif _only_short_lines(text):
        lines = text.splitlines(True)
        if not text or text[-1] == "\n":
            lines.append("")
        return lines if len(lines) <= most else lines[-most:]
    else:
        lines = text.split("\n")
    if len(lines) > most:
        del lines[:-most]
    last = lines.pop()
    if "\r" in text:
        lines = [line.rstrip("\r") + "\n" for line in lines]
        last = last.rstrip("\r")
    else:
        lines = [line + "\n" for line in lines]
    lines.append(last)
    return lines


def _only_short_lines(text: str) -> bool:
    r"""Whether str.splitlines, which looks at each character, is right and the fastest."""
    for end in _OTHER_ENDS:
        if end in text:
            return False
    if not text.isascii():
        for end in _WIDE_ENDS:
            if end in text:
                return False
    return len(text) < _SAMPLE or text.count("\n", 0, _SAMPLE) > _LONG
