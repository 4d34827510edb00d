"""The report of a run as one table."""

from __future__ import annotations

import statistics
from typing import Any, Dict, Iterable, List, Sequence, Tuple

_RIVALS = ("auto", "python", "component")
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

#: Laps of one contender that differ by more than this factor are marked.
_UNSTEADY = 1.25

Times = Dict[str, List[float]]


def render(report: Dict[str, Any]) -> str:
    """Medians in microseconds, and ratios above 1 where sky_rs is the faster one."""
    cases: Dict[str, Times] = {}
    in_fallback: Dict[Tuple[str, str], bool] = {}
    for bench in report["benchmarks"]:
        case, extra = bench["group"], bench["extra_info"]
        contender = extra["contender"]
        laps = cases.setdefault(case, {}).setdefault(contender, [])
        laps.append(bench["stats"]["median"] * 1e6)
        in_fallback[case, contender] = extra["in_fallback"]
    ratios = [_ratios(times) for times in cases.values()]
    rows = [
        [
            case,
            _cell(times["skypilot"]),
            _cell(times["python"]),
            _cell(times["component"], "*" if in_fallback[case, "component"] else ""),
            _cell(times["auto"]),
            "fallback" if in_fallback[case, "auto"] else "component",
            *_formatted(ratio),
        ]
        for (case, times), ratio in zip(cases.items(), ratios)
    ]
    means = [statistics.geometric_mean(column) for column in zip(*ratios)]
    rows.append(["geometric mean", "", "", "", "", "", *_formatted(means)])
    return "\n".join([_machine(report["machine_info"]), "", *_aligned([_HEADER, *rows])])


def _ratios(times: Times) -> List[float]:
    skypilot = statistics.median(times["skypilot"])
    return [skypilot / statistics.median(times[rival]) for rival in _RIVALS]


def _cell(laps: Sequence[float], mark: str = "") -> str:
    if max(laps) > _UNSTEADY * min(laps):
        mark = "~" + mark
    median = statistics.median(laps)
    return f"{median:,.{2 if median < 100 else 0}f}{mark:<2}"


def _formatted(ratios: Iterable[float]) -> List[str]:
    return [f"{ratio:.2f}" for ratio in ratios]


def _aligned(rows: Sequence[Sequence[str]]) -> List[str]:
    widths = [max(map(len, column)) for column in zip(*rows)]
    return [
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip()
        for row in rows
    ]


def _machine(info: Dict[str, Any]) -> str:
    processor = info["cpu"].get("brand_raw", info["processor"])
    packages = ", ".join(f"{name} {version}" for name, version in info["packages"].items())
    python = f"{info['python_implementation']} {info['python_version']}"
    return f"{processor}, {info['cpu'].get('count', '?')} CPUs; {python}; {packages}"
