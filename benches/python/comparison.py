"""Whether a run differs from another by more than noise: `python -m benches.python.comparison`.

Compared is each contender's time over SkyPilot's in the same lap, which are made side by side: what
slows the machine slows both. The laps of the two runs are two samples. Taken is the median of all
quotients of a lap of one and a lap of the other (Hodges and Lehmann's estimate), and from the
ordered quotients an interval that holds the true change with 99.9 %, whatever the distribution is:
the one that belongs to the rank test of Mann, Whitney and Wilcoxon.
A change is one only if the whole interval is beyond :data:`MARGIN`, since two processes that run
the same code differ a little for as long as they live, by where their memory lies for instance.
"""

from __future__ import annotations

import argparse
import functools
import math
import pathlib
import statistics
import sys
from dataclasses import dataclass
from typing import Dict, List, Sequence, Tuple

from benches.python import environment
from benches.python.results import Results, Row, load
from benches.python.table import aligned

#: How much two runs of the same code may differ.
MARGIN = 0.05

#: One of so many intervals may miss the true change.
_ERRORS = 1000

BASELINES = environment.WORK / "baselines"

_NAMES = {"auto": "auto", "python": "fallback", "component": "component"}


@dataclass(frozen=True)
class Change:
    """One contender's time of one row, relative to what it was."""

    row: str
    contender: str
    estimate: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """'faster', 'slower' or 'within noise'."""
        if self.high < 1 - MARGIN:
            return "faster"
        return "slower" if self.low > 1 + MARGIN else "within noise"


def compare(old: Results, new: Results) -> List[Change]:
    """The changes of all rows that both runs have."""
    before = {row.name: row for row in old.rows}
    changes = []
    for row in new.rows:
        if row.name in before:
            for contender in _NAMES:
                samples = _relative(before[row.name], contender), _relative(row, contender)
                changes.append(Change(row.name, contender, *_shift(*samples)))
    return changes


def _relative(row: Row, contender: str) -> List[float]:
    """The times of the laps, SkyPilot's being 1."""
    laps = zip(row.timings[contender].laps, row.timings["skypilot"].laps)
    return [ours / theirs for ours, theirs in laps]


def _shift(old: Sequence[float], new: Sequence[float]) -> Tuple[float, float, float]:
    """What the new sample is to the old one, as a factor, and the interval of it."""
    quotients = sorted(after / before for before in old for after in new)
    rank = _rank(len(old), len(new))
    low, high = (0.0, math.inf) if rank < 0 else (quotients[rank], quotients[-1 - rank])
    return statistics.median(quotients), low, high


@functools.cache
def _rank(old: int, new: int) -> int:
    """At which of the ordered quotients the interval begins; -1 for none, with too few laps.

    If nothing has changed, all orders of the laps of both samples together are equally likely, and
    `ways[u]` is the number of those in which exactly `u` quotients are below 1.
    """
    table: Dict[Tuple[int, int], List[int]] = {}
    for m in range(old + 1):
        for n in range(new + 1):
            ways = [0] * (m * n + 1)
            if not m or not n:
                ways[0] = 1
            else:
                for u, count in enumerate(table[m - 1, n]):
                    ways[u + n] += count
                for u, count in enumerate(table[m, n - 1]):
                    ways[u] += count
            table[m, n] = ways
    orders, below, rank = math.comb(old + new, old), 0, -1
    for count in table[old, new]:
        below += count
        if 2 * _ERRORS * below > orders:
            break
        rank += 1
    return rank


def render(old: Results, new: Results) -> str:
    """The changes beyond noise as a table, and how many are within it."""
    changes = compare(old, new)
    beyond = [change for change in changes if change.verdict != "within noise"]
    lines = _circumstances(old, new)
    if beyond:
        rows = [
            [
                change.row,
                _NAMES[change.contender],
                change.verdict,
                f"{change.estimate - 1:+.1%}",
                f"{change.low - 1:+.1%} to {change.high - 1:+.1%}",
            ]
            for change in sorted(beyond, key=lambda change: change.estimate)
        ]
        lines += aligned([["", "", "", "time", "99.9 % interval"], *rows])
    lines.append(
        f"{len(changes) - len(beyond)} of {len(changes)} times are within noise; beyond it is "
        f"an interval wholly outside of {MARGIN:.0%}"
    )
    return "\n".join(lines)


def _circumstances(old: Results, new: Results) -> List[str]:
    """What makes the runs hard to compare, and which rows only one has."""
    lines = []
    for what in ("processor", "cpus", "system", "python", "packages"):
        before, after = getattr(old.machine, what), getattr(new.machine, what)
        if before != after:
            lines.append(f"another {what}: {before} before, {after} now")
    names = [{row.name for row in results.rows} for results in (old, new)]
    # A run of chosen benches lacks most rows.
    lines += [f"not in the baseline: {name}" for name in sorted(names[1] - names[0])]
    return lines


def place(name: str) -> pathlib.Path:
    """Where a baseline is: a file, or a name among those in the benches' own folder."""
    path = pathlib.Path(name)
    return path if path.suffix == ".json" else BASELINES / f"{name}.json"


def main() -> None:
    """Compares two saved runs."""
    parser = argparse.ArgumentParser(
        prog="python -m benches.python.comparison", description="Compares two saved runs."
    )
    parser.add_argument("old", type=place, help="a baseline's name, or its file")
    parser.add_argument("new", type=place, help="the same")
    arguments = parser.parse_args()
    try:
        print(render(load(arguments.old), load(arguments.new)))
    except (OSError, ValueError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
