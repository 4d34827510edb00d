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

_EIGHT = (
    "base36_encode",
    "find_free_port",
    "format_float",
    "get_cpu_count",
    "get_mem_size_gb",
    "hash_file",
    "read_last_n_lines",
    "truncate_long_string",
)

# What every row has to keep: `auto` is at least so many times as fast as SkyPilot, or at most so
# many microseconds slower. The latter is what finding the backend may cost.
_LEAST_RATIO = 0.95
_MOST_EXTRA = 0.06


@dataclass
class Laps:
    """One contender's laps of one case: the median call of each, in microseconds."""

    medians: List[float] = field(default_factory=list)
    #: The backends that had a part in the answer.
    took: Sequence[str] = ()

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
    ratios = {
        name: [Ratio(case["skypilot"], case[rival]) for rival in _RIVALS]
        for name, case in cases.items()
    }
    rows = [_row(name, case, ratios[name]) for name, case in cases.items()]
    best = {name: [ratio.best for ratio in row] for name, row in ratios.items()}
    # What SkyPilot has as functions; of the others it has loops.
    eight = {name: row for name, row in best.items() if name.split(" ")[0] in _EIGHT}
    means = {}
    if eight:
        means["geometric mean of the eight functions' rows"] = _means(list(eight.values()))
        means["geometric mean of the eight functions' means"] = _means(_by_function(eight))
    rows += [
        [name, *[""] * 5, *(f"{mean:.2f} " for mean in columns)] for name, columns in means.items()
    ]
    table = _aligned([_HEADER, *rows])
    return "\n".join([_machine(report["machine_info"]), "", *table, "", *_verdict(cases, ratios)])


def _means(rows: Sequence[Sequence[float]]) -> List[float]:
    return [statistics.geometric_mean(column) for column in zip(*rows)]


def _by_function(rows: Dict[str, List[float]]) -> List[List[float]]:
    """The means of each function's rows, so that it counts once however many it has."""
    functions: Dict[str, List[List[float]]] = {}
    for name, row in rows.items():
        functions.setdefault(name.split(" ")[0], []).append(row)
    return [_means(group) for group in functions.values()]


def _verdict(cases: Dict[str, Dict[str, Laps]], ratios: Dict[str, List[Ratio]]) -> List[str]:
    """The rows in which `auto` is slower than it may be."""
    lost = [
        f"  {name}: {ratios[name][0].best:.2f}, {extra * 1000:,.0f} ns slower"
        for name, case in cases.items()
        if ratios[name][0].best < _LEAST_RATIO
        and (extra := case["auto"].best - case["skypilot"].best) > _MOST_EXTRA
    ]
    rule = f"auto below {_LEAST_RATIO:g}x and more than {_MOST_EXTRA * 1000:g} ns slower"
    return [f"{rule}: {len(lost)} of {len(cases)} rows", *lost]


def _cases(report: Dict[str, Any]) -> Dict[str, Dict[str, Laps]]:
    cases: Dict[str, Dict[str, Laps]] = {}
    for bench in report["benchmarks"]:
        extra = bench["extra_info"]
        laps = cases.setdefault(bench["group"], {}).setdefault(extra["contender"], Laps())
        laps.medians.append(bench["stats"]["median"] * 1e6)
        laps.took = extra["took"]
    return cases


def _row(name: str, case: Dict[str, Laps], ratios: Sequence[Ratio]) -> List[str]:
    return [
        name,
        str(case["skypilot"]),
        str(case["python"]),
        f"{case['component']}{'*' if 'fallback' in case['component'].took else ' '}",
        str(case["auto"]),
        "+".join(case["auto"].took) or "only Python",
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
