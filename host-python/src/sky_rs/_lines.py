"""Text to lines, once for both backends."""

from __future__ import annotations

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import List


def split(text: str) -> List[str]:
    r"""The lines that ``\n`` joins, each but the last with its newline."""
    lines = text.splitlines(keepends=True)
    newlines = text.count("\n")
    unfinished = not text.endswith("\n")
    if len(lines) == newlines + (unfinished and text != ""):
        if not unfinished or not lines:
            lines.append("")
        return lines
    # str.splitlines knows more line ends, and one of them is in the text.
    *whole, last = text.split("\n")
    return [line + "\n" for line in whole] + [last]
