"""The results as tables for the terminal."""

from __future__ import annotations

from typing import List, Sequence

from benches.python import ratios
from benches.python.results import Machine, Results, Row

_HEADER = (
    "",
    "SkyPilot us",
    "fallback us",
    "component us",
    "auto us",
    "auto took",
    "SkyPilot/auto",
    "SkyPilot/fallback",
    "SkyPilot/component",
)


def render(results: Results) -> str:
    """The tables; ratios above 1 say that sky_rs is the faster one."""
    rows = [_row(row) for row in results.rows]
    rows += [
        [name, *[""] * 5, *(f"{mean:.2f} " for mean in columns)]
        for name, columns in ratios.means(results.rows).items()
    ]
    broken = ratios.broken(results.rows)
    lines = [
        machine(results.machine),
        "",
        *aligned([_HEADER, *rows]),
        "",
        f"{ratios.RULE}: {len(broken)} of {len(results.rows)} rows",
        *(f"  {row}" for row in broken),
    ]
    if results.boundary:
        figures = [[figure.name, str(figure), figure.aim] for figure in results.boundary]
        missed = ["  MISSED" if figure.missed else "" for figure in results.boundary]
        lines += ["", "The boundary:", *map(str.__add__, aligned(figures), missed)]
    if results.starts:
        lines += ["", "A fresh process, milliseconds:"]
        lines += [
            f"{start.name}: {start.total:.0f} = "
            + " + ".join(f"{step} {taken:.1f}" for step, taken in start.steps.items())
            for start in results.starts
        ]
    return "\n".join(lines)


def machine(info: Machine) -> str:
    """The machine and the versions in one line."""
    packages = ", ".join(f"{name} {version}" for name, version in info.packages.items())
    load = "" if info.load is None else f", load {info.load:.1f}"
    return f"{info.processor}, {info.cpus or '?'} CPUs{load}; {info.python}; {packages}"


def aligned(rows: Sequence[Sequence[str]]) -> List[str]:
    """Lines with the cells below each other, the first column to the left."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    return [
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip()
        for row in rows
    ]


def _row(row: Row) -> List[str]:
    component = row.timings["component"]
    return [
        row.name,
        ratios.microseconds(row.timings["skypilot"]),
        ratios.microseconds(row.timings["python"]),
        f"{ratios.microseconds(component)}{'*' if 'fallback' in component.took else ' '}",
        ratios.microseconds(row.timings["auto"]),
        ratios.takers(row.timings["auto"]),
        *(
            f"{ratio.best:.2f}{'~' if ratio.verdict == 'tie' else ' '}"
            for ratio in ratios.of(row).values()
        ),
    ]
