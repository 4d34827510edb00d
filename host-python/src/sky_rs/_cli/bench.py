"""``sky-rs bench``: a quick look at how the backends compare on this machine."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import statistics
import sys
import tempfile
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

import click

import sky_rs
from sky_rs._cli import _table

#: Rounds of every way to answer, in turn, and about how many seconds one takes.
_ROUNDS = 15
_ROUND = 0.005

#: The middle half of the rounds' ratios may be so wide; more is noise.
_NOISY = 1.25


class Case(NamedTuple):
    """A call: the function's name, its input in words, and its arguments."""

    function: str
    subject: str
    arguments: Tuple[Any, ...]


class Result(NamedTuple):
    """Median microseconds of a call by who answered, and `auto` against the first of them."""

    case: Case
    microseconds: Dict[str, float]
    ratio: float
    noisy: bool


def _cases(directory: str) -> List[Case]:
    log = os.path.join(directory, "log")
    with open(log, "w", encoding="ascii") as file:
        file.writelines(
            f"{line:08} a line of a log, as a program writes it\n" for line in range(50000)
        )
    data = [os.path.join(directory, name) for name in ("small", "large")]
    for path, mebibytes in zip(data, (1, 16)):
        with open(path, "wb") as file:
            file.write(os.urandom(1 << 20) * mebibytes)
    small, large = data
    return [
        Case("base36_encode", "32 digits", ("f" * 32,)),
        Case("base36_encode", "4096 digits", ("f" * 4096,)),
        Case("format_float", "3.14159", (3.14159,)),
        Case("truncate_long_string", "10,000 words", ("a word " * 10000, 35)),
        Case("read_last_n_lines", "10 of 50,000", (log, 10)),
        Case("read_last_n_lines", "10,000 of 50,000", (log, 10000)),
        Case("hash_file", "md5, 16 MiB", (large, "md5")),
        Case("hash_file", "sha256, 16 MiB", (large, "sha256")),
        Case("hash_files", "md5, 16 x 1 MiB", ([small] * 16, "md5")),
        Case("find_free_port", "30000", (30000,)),
        Case("get_cpu_count", "", ()),
        Case("get_mem_size_gb", "", ()),
    ]


def _contenders(function: str) -> Dict[str, Tuple[Callable[..., Any], Optional[str]]]:
    """Who answers, and with which backend. SkyPilot, if it is there, comes first."""
    ours = getattr(sky_rs, function)
    contenders: Dict[str, Tuple[Callable[..., Any], Optional[str]]] = {}
    theirs = _skypilots(function)
    if theirs is not None:
        contenders["skypilot"] = theirs, None
    contenders["python"] = ours, "python"
    contenders["component"] = ours, "component"
    contenders["auto"] = ours, None  # as a program calls it
    return contenders


def _skypilots(function: str) -> Optional[Callable[..., Any]]:
    try:
        module = importlib.import_module("sky.utils.common_utils")
    except Exception:  # SkyPilot, if it is there, may raise anything without its settings
        return None
    return getattr(module, function, None)


def _round(
    call: Callable[..., Any], backend: Optional[str], arguments: Tuple[Any, ...], repeats: int
) -> float:
    with sky_rs.using(backend) if backend else contextlib.nullcontext():
        start = time.perf_counter()
        for _ in range(repeats):
            call(*arguments)
        return (time.perf_counter() - start) / repeats * 1e6


def measure(case: Case) -> Result:
    """Times the ways to answer a call, in turn.

    Raises:
        ComponentError: The component cannot answer.
    """
    contenders = _contenders(case.function)
    repeats: Dict[str, int] = {}
    for name, contender in contenders.items():
        _round(*contender, case.arguments, 1)  # loads what is loaded with a first call
        took = _round(*contender, case.arguments, 1)
        repeats[name] = max(1, int(_ROUND * 1e6 / max(took, 0.1)))
    times: Dict[str, List[float]] = {name: [] for name in contenders}
    for _ in range(_ROUNDS):
        for name, contender in contenders.items():
            times[name].append(_round(*contender, case.arguments, repeats[name]))
    ratios = [other / auto for other, auto in zip(next(iter(times.values())), times["auto"])]
    low, ratio, high = statistics.quantiles(ratios, n=4)
    medians = {name: statistics.median(rounds) for name, rounds in times.items()}
    return Result(case, medians, ratio, noisy=high > low * _NOISY)


@click.command("bench")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(as_json: bool) -> None:
    """Measure the backends on this machine, for a few seconds.

    Times are medians, in microseconds. RATIO is how many times as fast as the first column `auto`
    is: SkyPilot's own functions if SkyPilot is installed, and Python otherwise. A ~ marks ratios
    that other work on this machine has made uncertain.
    """
    if sys.stderr.isatty():
        click.echo("Measuring, for some seconds ...", err=True)
    with tempfile.TemporaryDirectory(prefix="sky-rs-bench-") as directory:
        results = [measure(case) for case in _cases(directory)]
    if as_json:
        found = [
            {
                "function": result.case.function,
                "input": result.case.subject,
                "microseconds": result.microseconds,
                "ratio": result.ratio,
                "noisy": result.noisy,
            }
            for result in results
        ]
        click.echo(json.dumps(found, indent=2))
        return
    names = max((list(result.microseconds) for result in results), key=len)
    rows = [
        (
            result.case.function,
            result.case.subject,
            *(_time(result.microseconds.get(name)) for name in names),
            f"{result.ratio:.2f}{'~' if result.noisy else ' '}",
        )
        for result in results
    ]
    _table.show(("function", "input", *names, "ratio"), rows, numbers=len(names) + 1)


def _time(microseconds: Optional[float]) -> str:
    return "" if microseconds is None else f"{microseconds:,.2f}"
