"""Where the time of a fresh process goes: `python -m benches.python.cold_start`, as JSON.

The child tells when each step ended, on the clock that all processes share; what is before its
first line is Python's own start, and what is after its last, its end.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Dict, List

from benches.python.results import Start, dumps

_LAPS = 15

# Time is counted for the innermost step that is open: what a wrapped function takes is not counted
# for the step in which it is called. `spent` has the steps in the order in which they are closed.
_CHILD = """
import time
now = time.perf_counter
born = last = now()
spent, counted, opened = {}, {}, []

class step:
    def __init__(self, name):
        self.name = name
    def __enter__(self):
        turn()
        opened.append(self.name)
    def __exit__(self, *_):
        turn()
        name = opened.pop()
        spent[name] = counted[name]

def turn():
    global last
    moment = now()
    if opened:
        counted[opened[-1]] = counted.get(opened[-1], 0.0) + moment - last
    last = moment

def during(name, owner, attribute):
    function = getattr(owner, attribute)
    def wrapper(*arguments):
        with step(name):
            return function(*arguments)
    setattr(owner, attribute, wrapper)
"""

_PRINT = """
import json
print(json.dumps({"born": born, "spent": spent, "done": now()}), flush=True)
"""

_FALLBACK = """
with step("import sky_rs"):
    import sky_rs
with step("first call"), sky_rs.using("python"):
    assert sky_rs.base36_encode("ff") == "73"
"""

# The modules are imported one step before they would be, and as they would be: uncollected.
_COMPONENT = """
with step("import sky_rs"):
    import sky_rs
    from sky_rs import _loading
with _loading.uncollected():
    with step("import wasmtime"):
        import wasmtime
    with step("component modules"):
        from sky_rs._component import artifact, cache, plans, runtime, strings
during("digest", artifact, "read")
during("digest", artifact, "verified_sha256")
during("engine", cache, "enable")
during("engine", wasmtime, "Engine")
during("load or compile", plans.PlannedCode, "_compile")
during("link", plans.PlannedCode, "_link")
during("self-test", runtime.Runtime, "_self_test")
with step("plans, clock, rest"):
    runtime.load()
with step("first call"), sky_rs.using("component"):
    assert sky_rs.base36_encode("ff") == "73"
"""

_SKYPILOT = """
with step("import sky"):
    from sky.utils import common_utils
with step("first call"):
    assert common_utils.base36_encode("ff") == "73"
"""


def _lap(code: str, cache: str) -> Dict[str, float]:
    """Milliseconds of each step of one process."""
    environment = {**os.environ, "XDG_CACHE_HOME": cache}
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _CHILD + code + _PRINT],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    end = time.perf_counter()
    told = json.loads(done.stdout.splitlines()[-1])
    steps = {"python": told["born"] - start, **told["spent"], "exit": end - told["done"]}
    return {step: seconds * 1e3 for step, seconds in steps.items()}  # the printing is not counted


def measure(laps: int = _LAPS) -> List[Start]:
    """The median of each step, the processes in turn."""
    codes = {
        "SkyPilot": _SKYPILOT,
        "sky_rs, fallback": _FALLBACK,
        "sky_rs, component": _COMPONENT,
        "sky_rs, component, nothing cached": _COMPONENT,
    }
    times: Dict[str, List[Dict[str, float]]] = {name: [] for name in codes}
    with tempfile.TemporaryDirectory() as warm:
        for lap in range(laps + 1):
            for name, code in codes.items():
                with tempfile.TemporaryDirectory() as empty:
                    taken = _lap(code, empty if "nothing" in name else warm)
                if lap:  # the first fills the caches
                    times[name].append(taken)
    return [
        Start(name, {step: statistics.median(lap[step] for lap in each) for step in each[0]})
        for name, each in times.items()
    ]


if __name__ == "__main__":
    print(dumps(measure()))
