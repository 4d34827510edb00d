"""What crossing into the component costs: `python -m benches.python.boundary`, as JSON.

What a figure is compared with is measured in the same run.
"""

from __future__ import annotations

import ctypes
import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any, Callable, List

from benches.python.results import Figure, dumps

_HEX = "f" * 32

# A component with one function that takes nothing and does nothing.
_NOTHING = """
(component
  (core module $m (func (export "f") (result i32) i32.const 7))
  (core instance $i (instantiate $m))
  (func (export "f") (result u32) (canon lift (core func $i "f"))))
"""

_FIRST_CALL = """
import sky_rs
with sky_rs.using("component"):
    assert sky_rs.base36_encode("ff") == "73"
"""

# Prints the milliseconds that a patch takes: to import, to be made, at each import of SkyPilot's,
# and in its modules.
_PATCHED = """
import time
spent = 0.0

def timed(function):
    def wrapper(*arguments):
        global spent
        start = time.perf_counter()
        try:
            return function(*arguments)
        finally:
            spent += time.perf_counter() - start
    return wrapper

def patch():
    import sky_rs.skypilot
    from sky_rs.skypilot import _modules
    from sky_rs.skypilot._finder import Finder
    sky_rs.skypilot.patch()
    _modules.patch = timed(_modules.patch)
    Finder.find_spec = timed(Finder.find_spec)

timed(patch)()
import sky
print(spent * 1e3)
"""

_RESIDENT = "\nprint(open('/proc/self/status').read().split('VmRSS:')[1].split()[0])"


def _microseconds(call: Callable[[], Any], calls: int = 2000, laps: int = 15) -> float:
    """The fastest lap: the one that other processes disturbed least."""
    fastest = float("inf")
    for _ in range(laps):
        start = time.perf_counter()
        for _ in range(calls):
            call()
        fastest = min(fastest, (time.perf_counter() - start) / calls)
    return fastest * 1e6


def _processes(codes: List[str], laps: int = 15) -> List[float]:
    """Median milliseconds of fresh interpreters that run the codes, lap by lap in turn."""
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "XDG_CACHE_HOME": cache}
        times: List[List[float]] = [[] for _ in codes]
        for lap in range(laps + 1):
            for code, taken in zip(codes, times):
                start = time.perf_counter()
                subprocess.run([sys.executable, "-c", code], check=True, env=environment)
                if lap:  # the first fills the caches
                    taken.append(time.perf_counter() - start)
    return [statistics.median(taken) * 1e3 for taken in times]


def _resident(code: str) -> int:
    """KiB that an interpreter holds after running the code."""
    done = subprocess.run(
        [sys.executable, "-c", code + _RESIDENT], check=True, capture_output=True, text=True
    )
    return int(done.stdout)


def calls() -> List[Figure]:
    """Calls by plans and by wasmtime-py's own way, in this process."""
    import wasmtime
    from wasmtime.component import Component, Linker

    import sky_rs
    from sky_rs import _limits
    from sky_rs._component import artifact, runtime, signatures
    from sky_rs._component.instance import Instance
    from sky_rs._component.public import PublicCode

    loaded = runtime.load()
    with sky_rs.using("component"):
        ours = _microseconds(lambda: sky_rs.base36_encode(_HEX))
        with tempfile.NamedTemporaryFile(suffix=".log") as file:
            file.write(b"a line\n")
            file.flush()
            reading = _microseconds(lambda: sky_rs.read_last_n_lines(file.name, 1), calls=200)

    store = wasmtime.Store(loaded.engine)
    store.set_wasi(wasmtime.WasiConfig())
    store.set_epoch_deadline(10**6)
    public = PublicCode(loaded.engine, artifact.read())
    generic = public.bind(store, public.instantiate(store), "strings#base36-encode")
    assert generic(_HEX) == sky_rs.base36_encode(_HEX)
    theirs = _microseconds(lambda: generic(_HEX), calls=500)

    nothing = Component(loaded.engine, _NOTHING)
    function = Linker(loaded.engine).instantiate(store, nothing).get_func(store, "f")
    context = ctypes.cast(store._context(), ctypes.c_void_p).value
    signature = signatures.Signature((), signatures.U32)
    plan = loaded.code._plan(context, function._func, signature)
    assert plan() == function(store) == 7
    public_nothing = _microseconds(lambda: function(store), calls=500)

    limits = _limits.current()

    def fresh() -> None:
        Instance(loaded, (), limits).close()

    return [
        Figure("a call without arguments", _microseconds(plan), "us", most=2),
        Figure("the same by Func.__call__", public_nothing, "us"),
        Figure("base36_encode, 32 hex", ours, "us", most=5),
        Figure("the same by Func.__call__", theirs, "us"),
        Figure("Func.__call__ over ours, 32 hex", theirs / ours, "x", least=8),
        Figure("read_last_n_lines, one line", reading, "us"),
        Figure("a new instance", _microseconds(fresh, calls=100), "us", most=100),
    ]


def startup() -> List[Figure]:
    """Fresh interpreters, their caches warm."""
    bare, package, engine, first = _processes(
        ["pass", "import sky_rs", "import wasmtime", _FIRST_CALL]
    )
    return [
        Figure("import sky_rs, over a bare interpreter", package - bare, "ms", most=10),
        Figure("import wasmtime, whole process", engine, "ms"),
        Figure("first call in a new process, warm cache", first, "ms"),
        Figure("first call over import wasmtime", first / engine, "x", most=1.25),
    ]


def patched() -> List[Figure]:
    """Fresh interpreters that import a patched SkyPilot."""
    command = [sys.executable, "-c", _PATCHED]
    taken = [float(subprocess.check_output(command, text=True)) for _ in range(8)]
    median = statistics.median(taken[1:])  # the first fills the caches
    return [Figure("a patch of SkyPilot, added to import sky", median, "ms", most=15)]


def memory() -> List[Figure]:
    """Resident memory of fresh interpreters."""
    grown = (_resident(_FIRST_CALL) - _resident("import wasmtime")) / 1024
    return [Figure("memory of the component route, over import wasmtime", grown, "MiB", most=12)]


if __name__ == "__main__":
    print(dumps(calls() + startup() + patched() + memory()))
