"""The report of a run as one table."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import Any, Dict, List, Sequence

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
_RIVALS = ("auto", "python", "component")


@dataclass
class Laps:
    """One contender's laps of one case: the median call of each, in microseconds."""

    medians: List[float] = field(default_factory=list)
    in_fallback: bool = False

    @property
    def best(self) -> float:
        """The lap that other processes disturbed least."""
        return min(self.medians)

    def __str__(self) -> str:
        return f"{self.best:,.{2 if self.best < 100 else 0}f}"


class Ratio:
    """How much faster a rival is than SkyPilot."""

    def __init__(self, skypilot: Laps, rival: Laps) -> None:
        self.best = skypilot.best / rival.best
        laps = sorted(ours / theirs for ours, theirs in zip(skypilot.medians, rival.medians))
        quarter = len(laps) // 4
        self.undecided = laps[quarter] < 1 < laps[-1 - quarter]

    def __str__(self) -> str:
        return f"{self.best:.2f}{'~' if self.undecided else ' '}"


def render(report: Dict[str, Any]) -> str:
    """The table; its ratios above 1 say that sky_rs is the faster one."""
    cases = _cases(report)
    ratios = [
        [Ratio(case["skypilot"], case[rival]) for rival in _RIVALS] for case in cases.values()
    ]
    rows = [_row(name, case, ratio) for (name, case), ratio in zip(cases.items(), ratios)]
    means = [statistics.geometric_mean(ratio.best for ratio in rival) for rival in zip(*ratios)]
    rows.append(["geometric mean", *[""] * 5, *(f"{mean:.2f} " for mean in means)])
    return "\n".join([_machine(report["machine_info"]), "", *_aligned([_HEADER, *rows])])


def _cases(report: Dict[str, Any]) -> Dict[str, Dict[str, Laps]]:
    cases: Dict[str, Dict[str, Laps]] = {}
    for bench in report["benchmarks"]:
        extra = bench["extra_info"]
        laps = cases.setdefault(bench["group"], {}).setdefault(extra["contender"], Laps())
        laps.medians.append(bench["stats"]["median"] * 1e6)
        laps.in_fallback = extra["in_fallback"]
    return cases


def _row(name: str, case: Dict[str, Laps], ratios: Sequence[Ratio]) -> List[str]:
    return [
        name,
        str(case["skypilot"]),
        str(case["python"]),
        f"{case['component']}{'*' if case['component'].in_fallback else ' '}",
        str(case["auto"]),
        "fallback" if case["auto"].in_fallback else "component",
        *map(str, ratios),
    ]


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
    load = "".join(f", load {value:.1f}" for value in info["load"])
    return f"{processor}, {info['cpu'].get('count', '?')} CPUs{load}; {python}; {packages}"
