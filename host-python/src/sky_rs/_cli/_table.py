"""Tables: drawn on a terminal that is wide enough, aligned columns everywhere else."""

from __future__ import annotations

import sys
from typing import Literal, Sequence

import click

#: Characters that a column is never cut below.
_LEAST = 6


def show(header: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: int = 0) -> None:
    """Prints a table.

    Args:
        header: The columns' names.
        rows: As many cells each. What would not be printed, but obeyed by a terminal, is escaped.
        numbers: How many of the last columns are numbers, and end at the right.
    """
    rows = [list(map(_printable, row)) for row in rows]
    if sys.stdout.isatty() and _draw(header, rows, numbers):
        return
    lines = [header, *rows]
    widths = [max(map(len, column)) for column in zip(*lines)]
    texts = len(header) - numbers
    for line in lines:
        cells = [
            cell.rjust(width) if index >= texts else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(line, widths))
        ]
        click.echo("  ".join(cells).rstrip())


def _printable(text: str) -> str:
    return "".join(
        character if character.isprintable() else repr(character)[1:-1] for character in text
    )


def _draw(header: Sequence[str], rows: Sequence[Sequence[str]], numbers: int) -> bool:
    """Draws the table, unless the terminal is too narrow."""
    from rich import box  # noqa: PLC0415 - takes longer than most commands
    from rich.cells import cell_len  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    widths = [max(map(cell_len, column)) for column in zip(header, *rows)]
    # A row is a line: where it is too long, the longest of the columns with text are cut.
    texts = range(1, len(header) - numbers)
    while sum(widths) + 3 * len(widths) > console.width:
        longest = max(texts, key=widths.__getitem__)
        if widths[longest] <= _LEAST:
            return False
        widths[longest] -= 1
    cut: Literal["ellipsis", "crop"]
    cut = "ellipsis" if console.encoding.startswith("utf") else "crop"
    for index, (name, width) in enumerate(zip(header, widths)):
        right = index >= len(header) - numbers
        table.add_column(
            name,
            justify="right" if right else "left",
            no_wrap=True,
            overflow=cut,
            max_width=width,
        )
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)
    return True
