"""What a run measured: typed records, kept as one JSON file.

Everything that measures makes these records, and everything that shows figures reads them.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Sequence

#: Of the file's format. Another one is not read.
_FORMAT = 1


@dataclass(frozen=True)
class Machine:
    """Where and when it was measured."""

    date: str
    processor: str
    cpus: Optional[int]
    system: str
    python: str
    packages: Dict[str, str]
    #: Of the last five minutes; the benches themselves are 1 of it. Windows knows none.
    load: Optional[float] = None
    commit: str = ""


@dataclass(frozen=True)
class Timing:
    """One contender's laps of one call: the median round of each, in microseconds."""

    laps: List[float]
    #: The backends that had a part in the answer.
    took: List[str] = field(default_factory=list)

    @property
    def best(self) -> float:
        """The lap that other processes disturbed least."""
        return min(self.laps)


@dataclass(frozen=True)
class Row:
    """One call, by all contenders."""

    function: str
    size: str
    timings: Dict[str, Timing]

    @property
    def name(self) -> str:
        return f"{self.function} {self.size}".rstrip()


@dataclass(frozen=True)
class Figure:
    """What something at the boundary costs, and the aim it is held to."""

    name: str
    value: float
    unit: str
    most: Optional[float] = None
    least: Optional[float] = None

    @property
    def aim(self) -> str:
        if self.most is not None:
            return f"at most {self.most:g} {self.unit}"
        return "" if self.least is None else f"at least {self.least:g} {self.unit}"

    @property
    def missed(self) -> bool:
        """Whether there is an aim and it is not met."""
        too_much = self.most is not None and self.value > self.most
        return too_much or (self.least is not None and self.value < self.least)

    def __str__(self) -> str:
        return f"{self.value:,.{2 if self.value < 10 else 0}f} {self.unit}"


@dataclass(frozen=True)
class Hashing:
    """The digests of many files by one contender: the seconds of each lap."""

    algorithm: str
    contender: str
    #: Threads; 0 for a loop.
    workers: int
    files: int
    #: Bytes of all files.
    size: int
    laps: List[float]

    @property
    def speed(self) -> float:
        """MiB/s of the lap that other processes disturbed least."""
        return self.size / 2**20 / min(self.laps)


@dataclass(frozen=True)
class Start:
    """The steps of a fresh process in their order: the milliseconds that each took.

    Every process ends with its first call and its exit.
    """

    name: str
    steps: Dict[str, float]

    @property
    def total(self) -> float:
        return sum(self.steps.values())


def all_steps(starts: Sequence[Start]) -> List[str]:
    """The steps of all processes in an order that is each one's own."""
    before = [step for start in starts for step in list(start.steps)[:-2]]
    after = [step for start in starts for step in list(start.steps)[-2:]]
    return list(dict.fromkeys(before + after))


@dataclass(frozen=True)
class Results:
    """A whole run. A run of chosen benches has rows only."""

    machine: Machine
    rows: List[Row]
    boundary: List[Figure] = field(default_factory=list)
    scaling: List[Hashing] = field(default_factory=list)
    starts: List[Start] = field(default_factory=list)


def save(results: Results, path: pathlib.Path) -> None:
    """Writes the results as JSON."""
    content = {"format": _FORMAT, **dataclasses.asdict(results)}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def load(path: pathlib.Path) -> Results:
    """Reads what :func:`save` wrote.

    Raises:
        OSError: There is no such file.
        ValueError: It is something else.
    """
    content = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise ValueError(f"{path} holds no results of format {_FORMAT}")
    return Results(
        machine=Machine(**content["machine"]),
        rows=[_row(row) for row in content["rows"]],
        boundary=[Figure(**figure) for figure in content["boundary"]],
        scaling=[Hashing(**hashing) for hashing in content["scaling"]],
        starts=[Start(**start) for start in content["starts"]],
    )


def dumps(records: Sequence[Any]) -> str:
    """Records of one type as JSON, which is how what measures them hands them over."""
    return json.dumps([dataclasses.asdict(record) for record in records])


def _row(row: Dict[str, Any]) -> Row:
    timings = {name: Timing(**timing) for name, timing in row["timings"].items()}
    return Row(row["function"], row["size"], timings)


def of_benchmarks(report: Dict[str, Any]) -> Results:
    """What the side-by-side benches measured, from pytest-benchmark's report."""
    rows: Dict[str, Row] = {}
    for bench in report["benchmarks"]:
        function, _, size = bench["group"].partition(" ")
        row = rows.setdefault(bench["group"], Row(function, size, {}))
        extra = bench["extra_info"]
        timing = row.timings.setdefault(extra["contender"], Timing([], extra["took"]))
        timing.laps.append(float(f"{bench['stats']['median'] * 1e6:.6g}"))
    return Results(_machine(report), list(rows.values()))


def _machine(report: Dict[str, Any]) -> Machine:
    info = report["machine_info"]
    commit = report.get("commit_info", {})
    return Machine(
        date=report["datetime"][:10],
        processor=info["cpu"].get("brand_raw", info["processor"]),
        cpus=info["cpu"].get("count"),
        system=info["system"],
        python=f"{info['python_implementation']} {info['python_version']}",
        packages=info["packages"],
        load=info["load"],
        commit=(commit.get("id") or "")[:12] + ("+" if commit.get("dirty") else ""),
    )
