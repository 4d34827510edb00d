"""The results as Markdown, around the charts."""

from __future__ import annotations

from typing import Dict, List, Sequence

from benches.python import ratios
from benches.python.results import Hashing, Results, Row, Start, all_steps

_MARKS = {"faster": "", "tie": " ~", "slower": " ▼"}

_READING = """\
Times are microseconds per call, ratios SkyPilot's time over ours: above 1, sky_rs is faster. In
brackets the quartiles of the laps' ratios. **▼** slower than SkyPilot; **~** the laps do not agree
on who is faster; **\\*** the fallback answered, since the component has no form for the arguments
or nothing to read. [How it is measured](../README.md)."""

#: The first line of the file.
NOTE = "<!-- Made by `make bench` and `python -m benches.python.report`; not edited by hand. -->"


def render(results: Results, charts: Sequence[str]) -> str:
    """The report.

    Args:
        results: What to report.
        charts: The charts that are beside it, by name.
    """

    def chart(name: str, alternative: str) -> List[str]:
        return [f"![{alternative}]({name}.svg)", ""] if name in charts else []

    lines = [
        NOTE,
        "# Benchmark report",
        "",
        *_circumstances(results),
        "",
        *_summary(results.rows),
        "",
        "Beside this: [every host](portability.md), and [the size](size.md) of the component.",
        "",
        *chart("functions", "How many times as fast as SkyPilot sky_rs is, by function"),
        "## Every call",
        "",
        _READING,
        "",
        *_calls(results.rows),
        "",
        *chart("calls", "The ratios of every call, by auto and by the component"),
    ]
    if results.boundary:
        lines += [
            "## The boundary",
            "",
            "What crossing into the component costs, and the aims.",
            "",
        ]
        lines += [*_boundary(results), "", *chart("boundary", "Costs of the boundary")]
    if results.scaling:
        lines += ["## hash_files by files and threads", "", *_scaling(results.scaling), ""]
        lines += chart("scaling", "MiB/s of hash_files by number of files and threads")
    if results.starts:
        lines += ["## A fresh process", "", *_starts(results.starts), ""]
        lines += chart("cold_start", "The steps of a fresh process")
    return "\n".join(lines).rstrip() + "\n"


def table(header: Sequence[str], rows: Sequence[Sequence[str]], texts: int = 1) -> List[str]:
    """A table whose first columns are texts, the others figures."""
    rule = [":--" if column < texts else "--:" for column in range(len(header))]
    return [f"| {' | '.join(cells)} |" for cells in (header, rule, *rows)]


def _circumstances(results: Results) -> List[str]:
    machine = results.machine
    packages = ", ".join(f"{name} {version}" for name, version in machine.packages.items())
    load = (
        "unknown" if machine.load is None else f"{machine.load:.1f}, the benches themselves being 1"
    )
    rows = [
        ["date", machine.date + (f", commit {machine.commit}" if machine.commit else "")],
        ["machine", f"{machine.processor}, {machine.cpus or '?'} CPUs, {machine.system}"],
        ["load", load],
        ["versions", f"{machine.python}, {packages}"],
    ]
    return ["| | |", "|:--|:--|", *(f"| {' | '.join(cells)} |" for cells in rows)]


def _summary(rows: Sequence[Row]) -> List[str]:
    verdicts = [ratios.of(row)["auto"].verdict for row in rows]
    counts = (
        f"Of {len(rows)} calls, `auto` is faster than SkyPilot in {verdicts.count('faster')}, "
        f"ties in {verdicts.count('tie')} and is slower in {verdicts.count('slower')}."
    )
    broken = ratios.broken(rows)
    lines = [
        counts,
        "",
        f"Calls with {ratios.RULE}: {len(broken)}.",
        *(f"- {row}" for row in broken),
    ]
    means = [
        [name, *(f"{mean:.2f}" for mean in columns)] for name, columns in ratios.means(rows).items()
    ]
    if means:
        header = ["SkyPilot's time over", "auto's", "the fallback's", "the component's"]
        lines += ["", *table(header, means)]
    return lines


def _calls(rows: Sequence[Row]) -> List[str]:
    header = [
        *("function", "call", "auto took", "SkyPilot", "fallback", "component", "auto"),
        *("SkyPilot/auto", "SkyPilot/fallback", "SkyPilot/component"),
    ]
    return table(header, [_call(row) for row in rows], texts=3)


def _call(row: Row) -> List[str]:
    timings = row.timings
    fell_back = " \\*" if "fallback" in timings["component"].took else ""
    return [
        f"`{row.function}`",
        row.size,
        ratios.takers(timings["auto"]),
        ratios.microseconds(timings["skypilot"]),
        ratios.microseconds(timings["python"]),
        ratios.microseconds(timings["component"]) + fell_back,
        ratios.microseconds(timings["auto"]),
        *map(_ratio, ratios.of(row).values()),
    ]


def _ratio(ratio: ratios.Ratio) -> str:
    best = f"{ratio.best:.2f}{_MARKS[ratio.verdict]}"
    strong = f"**{best}**" if ratio.verdict == "slower" else best
    return f"{strong} ({ratio.low:.2f}–{ratio.high:.2f})"


def _boundary(results: Results) -> List[str]:
    rows = [
        [figure.name, str(figure).replace(" us", " µs"), figure.aim.replace(" us", " µs")]
        for figure in results.boundary
    ]
    for row, figure in zip(rows, results.boundary):
        if figure.missed:
            row[2] += " ▼ **missed**"
    return table(["", "measured", "aim"], rows)


def _scaling(scaling: Sequence[Hashing]) -> List[str]:
    counts = sorted({hashing.files for hashing in scaling})
    each = scaling[0].size // scaling[0].files / 2**20
    lines: Dict[str, Dict[int, str]] = {}
    for hashing in scaling:
        who = {"skypilot": "SkyPilot's loop", "hashlib": "hashlib in a ThreadPoolExecutor"}
        name = f"{hashing.algorithm} | {who.get(hashing.contender, hashing.contender)}"
        name += f" | {hashing.workers or ''}"
        lines.setdefault(name, {})[hashing.files] = f"{hashing.speed:,.0f}"
    header = [
        "algorithm",
        "by",
        "threads",
        *(f"{count} file{'s' if count > 1 else ''}" for count in counts),
    ]
    rows = [[name, *(speeds.get(count, "") for count in counts)] for name, speeds in lines.items()]
    return [f"MiB/s, with files of {each:g} MiB:", "", *table(header, rows, texts=2)]


def _starts(starts: Sequence[Start]) -> List[str]:
    rows = [
        [step, *(f"{start.steps[step]:.1f}" if step in start.steps else "" for start in starts)]
        for step in all_steps(starts)
    ]
    rows.append(["**all**", *(f"**{start.total:.1f}**" for start in starts)])
    return [
        "Milliseconds of each step up to the first `base36_encode` and of the end:",
        "",
        *table(["", *(start.name for start in starts)], rows),
    ]
