"""Tables: drawn on a terminal, aligned columns for everything else."""

from __future__ import annotations

import sys
from typing import Sequence

import click

#: Characters that a column is never cut below.
_LEAST = 6


def show(header: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: int = 0) -> None:
    """Prints a table.

    Args:
        header: The columns' names.
        rows: As many cells each.
        numbers: How many of the last columns are numbers, and end at the right.
    """
    if sys.stdout.isatty():
        _draw(header, rows, numbers)
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


def _draw(header: Sequence[str], rows: Sequence[Sequence[str]], numbers: int) -> None:
    from rich import box  # noqa: PLC0415 - takes longer than most commands
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    widths = [max(map(len, column)) for column in zip(header, *rows)]
    # A row is a line: where it is too long, the longest of the columns with text are cut.
    texts = range(1, len(header) - numbers)
    while texts and sum(widths) + 3 * len(widths) > console.width:
        longest = max(texts, key=widths.__getitem__)
        if widths[longest] <= _LEAST:
            break
        widths[longest] -= 1
    for index, (name, width) in enumerate(zip(header, widths)):
        right = index >= len(header) - numbers
        table.add_column(name, justify="right" if right else "left", no_wrap=True, max_width=width)
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)
