"""The table of all processes, as text: what Linux writes to ``/proc/PID/stat`` for each of them."""

from __future__ import annotations

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Optional, Tuple

#: What is between entries: the one character that no process has in its name.
SEPARATOR = "\0"

_U32 = 0xFFFFFFFF
_U64 = 0xFFFFFFFFFFFFFFFF


def entry(text: str) -> Optional[Tuple[int, int, int]]:
    """A process's number, its parent's, and the clock tick of its start; none if it is no entry."""
    # Who runs a process chooses the name in the parentheses, and it may hold others.
    pid, _, _ = text.partition(" ")
    _, parenthesis, rest = text.rpartition(") ")
    fields = rest.split(" ", 20)
    if not parenthesis or len(fields) < 20:
        return None
    try:
        return _number(pid, _U32), _number(fields[1], _U32), _number(fields[19], _U64)
    except ValueError:
        return None


def _number(text: str, most: int) -> int:
    """A number without a sign, in ASCII digits.

    Raises:
        ValueError: The text is no such number.
    """
    if text.isascii() and text.isdigit() and len(text) <= 4000:
        number = int(text)
        if number <= most:
            return number
    raise ValueError(text)
