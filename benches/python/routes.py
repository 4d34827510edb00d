"""Measures the routing table: `python -m benches.python.routes`.

Writes it into the package. Both backends answer the calls of `ladders.py` in this process, in turn.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import platform
import statistics
import sys
import time
from typing import Any, Callable, Dict, List, Tuple
from unittest import mock

import sky_rs
from benches.python.environment import ROOT
from benches.python.ladders import LADDERS, Ladder
from benches.python.settings import Arguments
from sky_rs import _hashlib_speed, _routing

TABLE = ROOT / "host-python" / "src" / "sky_rs" / "_routes_table.py"

#: How often each ladder is climbed.
_LAPS = 15

#: Seconds of a backend's turn in one lap, or one call if that is longer.
_TURN = 0.01

Rung = Tuple[Ladder, int]


def measure() -> Dict[Rung, float]:
    """How many times as fast as the fallback the component is: the median lap of each rung."""
    ratios: Dict[Rung, List[float]] = {
        (ladder, size): [] for ladder in LADDERS for size in ladder.sizes
    }
    # A lap is all rungs, so that a minute in which the machine is slow falls on one lap only.
    for lap in range(_LAPS):
        print(f"\rlap {lap + 1} of {_LAPS}", end="", file=sys.stderr, flush=True)
        for (ladder, size), laps in ratios.items():
            with ladder.setting(size)() as arguments:
                function = _function(ladder.function)
                if lap == 0:
                    _check(ladder, size, function, arguments)
                laps.append(_ratio(function, arguments, python_first=lap % 2 == 0))
    print(file=sys.stderr)
    return {rung: statistics.median(laps) for rung, laps in ratios.items()}


def _function(name: str) -> Callable[..., Any]:
    """What answers calls: a function of the package, or else its route."""
    public = getattr(sky_rs, name, None)
    # Not the route's `run`, which another backend replaces.
    return public or _routing.ROUTES[name].decide


def _check(ladder: Ladder, size: int, function: Callable[..., Any], arguments: Arguments) -> None:
    """The route sees the size and kind of the ladder, and the component answers by itself."""
    route = _routing.ROUTES[ladder.function]
    declined = AssertionError(f"{ladder} of size {size}: the component has no form for it")
    captured = mock.patch.object(route, "component", wraps=route.component)
    refused = mock.patch.object(route, "python", side_effect=declined)
    with sky_rs.using("component"), refused, captured as component:
        function(*arguments)
    # What a function passes to its route need not be its own arguments.
    passed = component.call_args.args
    if route.size is not None:
        assert route.size(*passed) == size, (str(ladder), size)
    assert ladder.kind == ("" if route.kind is None else route.kind(*passed)), str(ladder)


def _ratio(function: Callable[..., Any], arguments: Arguments, *, python_first: bool) -> float:
    turns = ("python", "component") if python_first else ("component", "python")
    seconds = {backend: _seconds(backend, function, arguments) for backend in turns}
    return seconds["python"] / seconds["component"]


def _seconds(backend: str, function: Callable[..., Any], arguments: Arguments) -> float:
    """Seconds of a call, of as many as fill a turn."""
    with sky_rs.using(backend):
        start = time.perf_counter()
        function(*arguments)
        calls = 1 + int(_TURN / (time.perf_counter() - start))
        start = time.perf_counter()
        for _ in range(calls):
            function(*arguments)
        return (time.perf_counter() - start) / calls


def render(ratios: Dict[Rung, float]) -> str:
    """The table as a Python module: nothing else is loaded as quickly."""
    return "\n".join(
        [
            '"""How much faster than the fallback the component is. Made by `make routes`."""',
            "",
            "#: When and where it was measured.",
            f"MEASURED = {_literal(circumstances())}",
            "",
            "#: By function, kind and size of a call: the fallback's time over the component's.",
            f"RATIOS = {_literal(_nested(ratios))}",
            "",
            "#: How fast hashlib is there, relative to MD5.",
            f"HASHLIB = {_literal(_hashlib())}",
            "",
        ]
    )


def _nested(ratios: Dict[Rung, float]) -> Dict[str, Dict[str, Dict[int, float]]]:
    nested: Dict[str, Dict[str, Dict[int, float]]] = {}
    for (ladder, size), ratio in ratios.items():
        kinds = nested.setdefault(ladder.function, {})
        kinds.setdefault(ladder.kind, {})[size] = float(f"{ratio:.3g}")
    return nested


def _hashlib() -> Dict[str, float]:
    """By algorithm that a ladder has as its kind, the best of several looks."""
    kinds = ["md5", *(ladder.kind for ladder in LADDERS)]
    best = {kind: 0.0 for kind in kinds if kind in hashlib.algorithms_available}
    for _ in range(_LAPS):
        _hashlib_speed._rates.clear()
        for algorithm, speed in best.items():
            best[algorithm] = max(speed, _hashlib_speed.rate(algorithm))
    return {algorithm: float(f"{speed / best['md5']:.3g}") for algorithm, speed in best.items()}


def circumstances() -> Dict[str, str]:
    """When, where and with what something is measured."""
    info = sky_rs.get_backend_info()
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"),
        "machine": f"{_processor()}, {os.cpu_count()} CPUs, {platform.system()}",
        "load": f"{os.getloadavg()[1]:.1f}" if hasattr(os, "getloadavg") else "unknown",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "wasmtime": info["wasmtime_version"],
        "sky_rs": info["package_version"],
        "component_sha256": info["component_sha256"],
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            models = [line.partition(":")[2].strip() for line in file if "model name" in line]
    except OSError:
        models = []
    return models[0] if models else platform.processor() or platform.machine()


def _literal(value: Any, indent: str = "") -> str:
    """A value as the formatter leaves it, one item a line."""
    if isinstance(value, dict):
        inner = indent + "    "
        items = [
            f"{inner}{_literal(key)}: {_literal(item, inner)},\n" for key, item in value.items()
        ]
        return "{\n" + "".join(items) + indent + "}"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def main() -> None:
    """Measures, writes the table and shows it."""
    chosen = sorted(name for name in os.environ if name.startswith("SKY"))
    if chosen:
        sys.exit(f"unset {', '.join(chosen)} first: it would change what is measured")
    if sky_rs.get_backend_info()["calls"] != "plans":
        sys.exit(f"the component is not at its best here: {sky_rs.get_backend_info()}")
    ratios = measure()
    TABLE.write_text(render(ratios), encoding="utf-8")
    for ladder in LADDERS:
        climbed = {size: ratios[ladder, size] for size in ladder.sizes}
        least = _routing.threshold(climbed)
        route = "python" if least is None else f"component from {least:,}"
        rungs = "  ".join(f"{size:,}: {ratio:.2f}" for size, ratio in climbed.items())
        print(f"{ladder!s:<25} {route:<24} {rungs}")


if __name__ == "__main__":
    main()
