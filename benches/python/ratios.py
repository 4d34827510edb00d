"""How the contenders of a row compare, and what that says of all rows together."""

from __future__ import annotations

import statistics
from typing import Dict, List, Sequence

from benches.python.results import Row, Timing

#: Who is compared with SkyPilot, in the order of the tables' columns.
RIVALS = ("auto", "python", "component")

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

#: The rule in words.
RULE = f"auto below {_LEAST_RATIO:g}x and more than {_MOST_EXTRA * 1000:g} ns slower"


class Ratio:
    """How many times as fast as SkyPilot a rival is."""

    def __init__(self, skypilot: Timing, rival: Timing) -> None:
        self.best = skypilot.best / rival.best
        laps = sorted(theirs / ours for theirs, ours in zip(skypilot.laps, rival.laps))
        quarter = len(laps) // 4
        #: The quartiles of the laps' ratios.
        self.low, self.high = laps[quarter], laps[-1 - quarter]

    @property
    def verdict(self) -> str:
        """'faster', 'slower', or 'tie' if the laps and the best of them do not agree."""
        if min(self.low, self.best) >= 1:
            return "faster"
        return "slower" if max(self.high, self.best) <= 1 else "tie"


def of(row: Row) -> Dict[str, Ratio]:
    """Each rival's ratio."""
    return {rival: Ratio(row.timings["skypilot"], row.timings[rival]) for rival in RIVALS}


def means(rows: Sequence[Row]) -> Dict[str, List[float]]:
    """Geometric means of the functions that SkyPilot has; of the others it has loops."""
    functions: Dict[str, List[List[float]]] = {}
    for row in rows:
        if row.function in _EIGHT:
            ratios = [ratio.best for ratio in of(row).values()]
            functions.setdefault(row.function, []).append(ratios)
    if not functions:
        return {}
    groups = list(functions.values())
    every = [row for group in groups for row in group]
    return {
        "geometric mean of the eight functions' rows": _columns(every),
        # Each function counts once, however many rows it has.
        "geometric mean of the eight functions' means": _columns([_columns(g) for g in groups]),
    }


def _columns(rows: Sequence[Sequence[float]]) -> List[float]:
    return [statistics.geometric_mean(column) for column in zip(*rows)]


def broken(rows: Sequence[Row]) -> List[str]:
    """The rows that break :data:`RULE`, in words."""
    lost = []
    for row in rows:
        ratio = of(row)["auto"].best
        extra = row.timings["auto"].best - row.timings["skypilot"].best
        if ratio < _LEAST_RATIO and extra > _MOST_EXTRA:
            lost.append(f"{row.name}: {ratio:.2f}, {extra * 1000:,.0f} ns slower")
    return lost


def microseconds(timing: Timing) -> str:
    """The best lap, as the tables show it."""
    return f"{timing.best:,.{2 if timing.best < 100 else 0}f}"


def takers(timing: Timing) -> str:
    """Which backends answered."""
    return "+".join(timing.took) or "only Python"
