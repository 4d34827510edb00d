"""The matrix as Markdown."""

from __future__ import annotations

from typing import Any, List, Sequence, Tuple

from tests.matrix.columns import Column

_NOTE = "<!-- Made by `make matrix`; not edited by hand. -->"

_READING = """\
Cells say how many of a function's golden vectors, recorded from the real SkyPilot, the host answers
as SkyPilot does; **bold** if those are not all. In CPython every case is a call of `sky_rs`. The
component takes as many of them as the second column says: it has no form for the others, odd types
of arguments mostly, and they are answered in Python. The other hosts call the component itself,
with the cases that can be calls of its interface; in Chromium, its files are in memory. A dash: the
component has no such export. Hosts with the same runtime and the same cells share a column."""


def render(columns: Sequence[Column], digest: str) -> str:
    """The page with the table."""
    lines = [
        _NOTE,
        "# One component, every host",
        "",
        f"`skypilot_utils.wasm` with the SHA-256 `{digest}`,",
        f"the same bytes in each of the {len(columns)} hosts but the fallback's.",
        "",
        _READING,
        "",
        *rows(columns),
        "",
        "The hosts:",
        "",
        *(f"- {column.host}, {column.runtime}" for column in columns),
    ]
    return "\n".join(lines) + "\n"


def rows(columns: Sequence[Column]) -> List[str]:
    """The lines of the table, its columns aligned."""
    groups = _alike(columns)
    cells = [
        ["function", "inside", *(group[0].runtime for group in groups)],
        ["", "", *map(_hosts, groups)],
    ]
    for name in sorted({name for column in columns for name in column.cells}):
        inside = {column.cells[name].inside for column in columns if name in column.cells}
        told = "/".join(str(count) for count in sorted(inside - {None}))
        cells.append([name, told or "–", *(_cell(group[0], name) for group in groups)])
    widths = [max(map(len, column)) for column in zip(*cells)]
    rule = [":" + "-" * (widths[0] - 1), *("-" * (width - 1) + ":" for width in widths[1:])]
    return [_line(row, widths) for row in (cells[0], rule, *cells[1:])]


def _alike(columns: Sequence[Column]) -> List[List[Column]]:
    """Neighbours that differ in nothing but the host's version."""
    groups: List[List[Column]] = []
    for column in columns:
        last = groups[-1][-1] if groups else None
        if last and _but_version(last) == _but_version(column):
            groups[-1].append(column)
        else:
            groups.append([column])
    return groups


def _but_version(column: Column) -> Tuple[Any, ...]:
    return column.host.partition(" ")[0], column.runtime, column.cells


def _hosts(group: Sequence[Column]) -> str:
    if len(group) == 1:
        return group[0].host
    name = group[0].host.partition(" ")[0]
    first, last = (group[end].host.partition(" ")[2].rpartition(".")[0] for end in (0, -1))
    return f"{name} {first}–{last}"


def _cell(column: Column, name: str) -> str:
    cell = column.cells.get(name)
    if cell is None:
        return "–"
    return str(cell.passed) if cell.passed == cell.total else f"**{cell.passed} of {cell.total}**"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = cells[0].ljust(widths[0])
    others = (cell.rjust(width) for cell, width in zip(cells[1:], widths[1:]))
    return f"| {' | '.join([first, *others])} |"
