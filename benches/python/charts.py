"""The results as SVG charts.

They are read on white and on black pages: the ground is transparent, and every colour has enough
contrast to both. Win and loss differ in brightness and side as well as in colour.
"""

from __future__ import annotations

import io
import itertools
import math
from typing import Any, Dict, List, Optional, Sequence, Tuple

import matplotlib as mpl
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullLocator

from benches.python import ratios
from benches.python.results import Hashing, Results, Row, Start, all_steps

# Okabe and Ito's, which the colour-blind can tell apart.
_BLUE, _ORANGE, _GREEN, _GREY = "#0f7fc4", "#d55e00", "#009e73", "#80868e"
_TEXT = "#707880"

_VERDICTS = {"faster": _BLUE, "tie": _GREY, "slower": _ORANGE}
_MARKERS = {"faster": "o", "tie": "s", "slower": "D"}

#: Of the steps of a process, in their order.
_STEPS = (
    *("#80868e", "#0f7fc4", "#cc79a7", "#56b4e9", "#e69f00", "#009e73"),
    *("#d55e00", "#a8a020", "#7b5ea7", "#3fb8a0", "#a83232", "#adb3ba"),
)

#: A process that takes so many times as long as the shortest is not drawn beside it.
_DWARFING = 8

_STYLE = {
    "axes.edgecolor": _TEXT,
    "axes.labelcolor": _TEXT,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": _TEXT,
    "axes.titlesize": 10,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": 9,
    "grid.alpha": 0.35,
    "grid.color": _TEXT,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.labelcolor": _TEXT,
    # The same results give the same bytes, and text stays text.
    "svg.fonttype": "none",
    "svg.hashsalt": "sky_rs",
    "text.color": _TEXT,
    "xtick.color": _TEXT,
    "ytick.color": _TEXT,
}


def draw(results: Results) -> Dict[str, str]:
    """The charts by name, as SVG; none of what was not measured."""
    drawn = {}
    with mpl.rc_context(_STYLE):
        if results.rows:
            drawn["functions"] = _svg(_functions(results.rows))
            drawn["calls"] = _svg(_calls(results.rows))
        if results.boundary:
            drawn["boundary"] = _svg(_boundary(results))
        if results.scaling:
            drawn["scaling"] = _svg(_scaling(results.scaling))
        if results.starts:
            drawn["cold_start"] = _svg(_starts(results.starts))
    return drawn


def _svg(canvas: Canvas) -> str:
    file = io.StringIO()
    metadata = {"Date": None, "Creator": None, "Format": None, "Type": None}
    canvas.savefig(file, format="svg", transparent=True, metadata=metadata)
    return "".join(line.strip() + "\n" for line in file.getvalue().splitlines())


def _canvas(width: float, height: float, columns: int = 1, rows: int = 1) -> Tuple[Canvas, Any]:
    canvas = Canvas(figsize=(width, height), layout="constrained")
    return canvas, canvas.subplots(rows, columns, sharey="row", sharex=rows > 1, squeeze=False)


def _multiples(axes: Any, values: Sequence[float]) -> None:
    """A logarithmic axis of ratios with a line where both are as fast."""
    axes.set_xscale("log")
    least, most = min([*values, 0.8]), max([*values, 1.25])
    axes.set_xlim(least / 1.25, most * 1.25)
    decades = range(math.floor(math.log10(least)), math.ceil(math.log10(most)) + 1)
    digits = (1, 2, 5) if most / least < 300 else (1,)
    ticks = [digit * 10.0**decade for decade in decades for digit in digits]
    axes.set_xticks([tick for tick in ticks if least / 1.25 <= tick <= most * 1.25])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda tick, _: f"{tick:g}×"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.axvline(1, color=_TEXT, linewidth=1.2, zorder=1)
    axes.grid(axis="x")
    axes.set_axisbelow(True)


def _legend(canvas: Canvas, handles: List[Line2D]) -> None:
    canvas.legend(handles=handles, loc="outside upper center", ncols=len(handles))


def _verdict_handles(marker: Optional[str] = None) -> List[Line2D]:
    """For a legend: each with its own marker, or all with one."""
    words = {
        "faster": "faster than SkyPilot",
        "tie": "tie: laps disagree",
        "slower": "slower than SkyPilot",
    }
    return [
        Line2D([], [], color=_VERDICTS[each], marker=marker or _MARKERS[each], ls="", label=label)
        for each, label in words.items()
    ]


def _functions(rows: Sequence[Row]) -> Canvas:
    """One line a function, a point for each of its calls."""
    names = list(dict.fromkeys(row.function for row in rows))
    canvas, [[axes]] = _canvas(8, 1.1 + 0.26 * len(names))
    points = [(names.index(row.function), ratios.of(row)["auto"]) for row in rows]
    _multiples(axes, [ratio.best for _, ratio in points])
    for verdict, colour in _VERDICTS.items():
        those = [(ratio.best, place) for place, ratio in points if ratio.verdict == verdict]
        style = {"marker": _MARKERS[verdict], "color": colour, "alpha": 0.85, "linewidths": 0}
        axes.scatter(*(zip(*those) if those else ([], [])), s=34, zorder=3, **style)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", linestyle=":")
    axes.set_xlabel("SkyPilot's time over sky_rs's (auto), a point for each measured call")
    _legend(canvas, _verdict_handles())
    return canvas


def _calls(rows: Sequence[Row]) -> Canvas:
    """A bar for each call, from 1 to its ratio, with the quartiles of its laps."""
    canvas, [panels] = _canvas(10, 1.2 + 0.19 * len(rows), columns=2)
    titles = {"auto": "auto: what a program gets", "component": "component: all in the sandbox"}
    for axes, (rival, title) in zip(panels, titles.items()):
        bars = [ratios.of(row)[rival] for row in rows]
        _multiples(axes, [end for ratio in bars for end in (ratio.low, ratio.best, ratio.high)])
        colours = [_VERDICTS[ratio.verdict] for ratio in bars]
        places = range(len(bars))
        axes.barh(
            places,
            [ratio.best - 1 for ratio in bars],
            left=1,
            height=0.7,
            color=colours,
            alpha=0.55,
        )
        ends = [ratio.low for ratio in bars], [ratio.high for ratio in bars]
        axes.hlines(places, *ends, color=colours, linewidth=2)
        axes.set_title(title)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
    panels[0].set_yticks(range(len(rows)), [row.name for row in rows], fontsize=8)
    canvas.supxlabel("SkyPilot's time over ours; lines: quartiles of the laps", fontsize=9)
    _legend(canvas, _verdict_handles("s"))
    return canvas


def _boundary(results: Results) -> Canvas:
    """What is measured in microseconds, with the aims."""
    figures = [figure for figure in results.boundary if figure.unit == "us"]
    canvas, [[axes]] = _canvas(8, 0.9 + 0.3 * len(figures))
    axes.set_xscale("log")
    colours = [
        _GREY if "Func.__call__" in figure.name else _ORANGE if figure.missed else _BLUE
        for figure in figures
    ]
    values = [figure.value for figure in figures]
    least = min(values) / 2
    axes.barh(
        range(len(figures)), [v - least for v in values], left=least, color=colours, height=0.6
    )
    for place, figure in enumerate(figures):
        text, end = str(figure).replace("us", "µs"), figure.value
        if figure.most is not None:
            text, end = f"{text}, at most {figure.most:g}", max(end, figure.most)
            axes.vlines(figure.most, place - 0.42, place + 0.42, color=_TEXT, linewidth=2)
        axes.text(end * 1.08, place, text, va="center", fontsize=8)
    axes.set_xlim(least, max(values) * 6)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda tick, _: f"{tick:g}"))
    axes.set_yticks(range(len(figures)), [figure.name for figure in figures])
    axes.set_ylim(len(figures) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    axes.set_xlabel("microseconds a call; grey bars: by wasmtime-py's own way")
    return canvas


def _scaling(scaling: Sequence[Hashing]) -> Canvas:
    """A panel for each algorithm and number of threads."""
    algorithms = list(dict.fromkeys(hashing.algorithm for hashing in scaling))
    threads = sorted({hashing.workers for hashing in scaling} - {0})
    canvas, grid = _canvas(
        10, 0.9 + 2.3 * len(algorithms), columns=len(threads), rows=len(algorithms)
    )
    lines = {
        "skypilot": ("SkyPilot's loop", _GREY, "s", ":"),
        "hashlib": ("hashlib in a ThreadPoolExecutor", _ORANGE, "D", "--"),
        "component": ("sky_rs, component", _BLUE, "o", "-"),
    }
    for panels, algorithm in zip(grid, algorithms):
        for axes, workers in zip(panels, threads):
            for contender, (_, colour, marker, dashes) in lines.items():
                points = sorted(
                    (hashing.files, hashing.speed)
                    for hashing in scaling
                    if (hashing.algorithm, hashing.contender) == (algorithm, contender)
                    and hashing.workers in (0, workers)
                )
                style = {"color": colour, "marker": marker, "linestyle": dashes, "markersize": 4.5}
                axes.plot(*zip(*points), **style)
            axes.set_xscale("log", base=2)
            axes.set_xticks(sorted({hashing.files for hashing in scaling}))
            axes.xaxis.set_major_formatter(FuncFormatter(lambda tick, _: f"{tick:g}"))
            axes.set_title(f"{algorithm}, {workers} thread{'s' if workers > 1 else ''}")
            axes.grid()
        panels[0].set_ylabel("MiB/s")
        speeds = [hashing.speed for hashing in scaling if hashing.algorithm == algorithm]
        panels[0].set_ylim(0, max(speeds) * 1.08)
    each = scaling[0].size // scaling[0].files / 2**20
    canvas.supxlabel(f"files of {each:g} MiB", fontsize=9)
    handles = [
        Line2D([], [], color=colour, marker=marker, linestyle=dashes, label=label)
        for label, colour, marker, dashes in lines.values()
    ]
    _legend(canvas, handles)
    return canvas


def _starts(starts: Sequence[Start]) -> Canvas:
    """Stacked steps. What takes long is in the report's table only: it would dwarf the rest."""
    least = min(start.total for start in starts)
    shown = [start for start in starts if start.total < _DWARFING * least]
    canvas, [[axes]] = _canvas(9, 1.9 + 0.5 * len(shown))
    steps = all_steps(shown)
    ends = [0.0] * len(shown)
    for step, colour in zip(steps, itertools.cycle(_STEPS)):
        widths = [start.steps.get(step, 0.0) for start in shown]
        taken = " / ".join(f"{width:.1f}" for width in widths if width)
        axes.barh(
            range(len(shown)), widths, left=ends, height=0.6, color=colour, label=f"{step} {taken}"
        )
        ends = [end + width for end, width in zip(ends, widths)]
    for place, end in enumerate(ends):
        axes.text(end + max(ends) * 0.01, place, f"{end:.0f} ms", va="center")
    axes.set_yticks(range(len(shown)), [start.name for start in shown])
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_xlim(0, max(ends) * 1.1)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("milliseconds")
    canvas.legend(loc="outside lower center", ncols=4)
    return canvas
