"""This component beside the last release's: `python -m benches.python.budget [LAST]`.

Size, compiling, loading what was compiled, instantiating, through wasmtime-py with the settings
that the package has. Run by `make budget`; the table is kept in benches/report/size.md.
"""

from __future__ import annotations

import argparse
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from typing import Any, Callable, Dict, List, Optional

import wasmtime
from wasmtime.component import Component, Linker

from benches.python import environment, markdown, routes

PROJECT = "sky-rs"
NAME = "sky_rs/skypilot_utils.wasm"
THIS = environment.ROOT / "host-python" / "src" / NAME
REPORT = environment.ROOT / "benches" / "report" / "size.md"

LAPS = 15
INSTANCES = 100


def component(path: pathlib.Path) -> bytes:
    """The component in a file: itself, or the one of a wheel.

    Raises:
        OSError: The file cannot be read.
        ValueError: There is none in it.
    """
    content = path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as wheel:
            content = wheel.read(NAME) if NAME in wheel.namelist() else b""
    if not content.startswith(b"\0asm"):
        raise ValueError(f"{path} is no component, and no wheel with one")
    return content


def last_release(folder: pathlib.Path) -> Optional[pathlib.Path]:
    """The last release's wheel, downloaded into a folder; None if there is no release yet."""
    pip = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-deps"]
    options = ["--only-binary", ":all:", "--dest", str(folder), PROJECT]
    done = subprocess.run([*pip, *options], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        (wheel,) = folder.glob("*.whl")
        return wheel
    # pip says that it found nothing without a connection, too, but then has tried again before.
    if "No matching distribution" in done.stderr and "Retrying" not in done.stderr:
        return None
    sys.exit(f"no last release; LAST=path of one's wheel does without an index\n{done.stderr}")


class Contender:
    """A component that is measured."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        config = wasmtime.Config()  # as in the package's runtime.py, without its cache
        config.epoch_interruption = True
        config.parallel_compilation = False
        self.engine = wasmtime.Engine(config)
        self.component = self.compile()
        self.compiled = self.component.serialize()
        self.linker = Linker(self.engine)
        self.linker.add_wasip2()
        # Imports of ours, whichever that release had: none is called.
        self.linker.define_unknown_imports_as_traps(self.component)

    def compile(self) -> Any:
        """The component's machine code, made."""
        return Component(self.engine, self.content)

    def load(self) -> Any:
        """The same, from what was kept of it."""
        return Component.deserialize(self.engine, self.compiled)

    def instantiate(self) -> None:
        """Instances, each in a store of its own."""
        for _ in range(INSTANCES):
            with wasmtime.Store(self.engine) as store:
                store.set_wasi(wasmtime.WasiConfig())
                store.set_epoch_deadline(10**6)
                self.linker.instantiate(store, self.component)


#: In bytes.
SIZES: Dict[str, Callable[[Contender], int]] = {
    "size": lambda contender: len(contender.content),
    "size in a wheel": lambda contender: len(zlib.compress(contender.content)),
    "size when compiled": lambda contender: len(contender.compiled),
}

TIMES: Dict[str, Callable[[Contender], Any]] = {
    "compile": Contender.compile,
    "load what was compiled": Contender.load,
    f"{INSTANCES} instances": Contender.instantiate,
}


def milliseconds(run: Callable[[Contender], Any], contender: Contender) -> float:
    """Processor time of something, without what it takes to free what it made."""
    start = time.process_time()
    made = run(contender)
    end = time.process_time()
    del made
    return (end - start) * 1e3


def compare(contenders: List[Contender], laps: int = LAPS) -> List[List[str]]:
    """A table's rows: the figure of each contender, and if they are two, their ratio.

    Times are medians, and their ratio is the median of the laps' own: in a lap, all take turns.
    """
    rows = []
    for name, size in SIZES.items():
        sizes = [size(contender) for contender in contenders]
        ratio = [f"{sizes[0] / sizes[1]:.3f}"] if len(sizes) == 2 else []
        rows.append([f"{name}, bytes", *(f"{each:,}" for each in sizes), *ratio])
    for name, run in TIMES.items():
        lapped = [[milliseconds(run, each) for each in contenders] for _ in range(laps)]
        medians = [statistics.median(times) for times in zip(*lapped)]
        ratios = [lap[0] / lap[1] for lap in lapped if len(lap) == 2]
        ratio = [f"{statistics.median(ratios):.3f}"] if ratios else []
        rows.append([f"{name}, ms", *(f"{each:.2f}" for each in medians), *ratio])
    return rows


def render(names: List[str], rows: List[List[str]]) -> str:
    """The report."""
    header = ["", *names, *(["ratio"] if len(names) == 2 else [])]
    where = routes.circumstances()
    versions = f"{where['python']}, wasmtime {where['wasmtime']}"
    lines = [
        "<!-- Made by `make budget`; not edited by hand. -->",
        "# The component's size, and what it takes to start",
        "",
        f"{where['date']}, {where['machine']}, load {where['load']}, {versions}.",
        f"Times are the processor's, medians of {LAPS} laps.",
        "",
        *markdown.table(header, rows),
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measures, shows and keeps."""
    parser = argparse.ArgumentParser(prog="python -m benches.python.budget", description=__doc__)
    parser.add_argument(
        "last", nargs="?", type=pathlib.Path, help="a component or a wheel with one"
    )
    last: Optional[pathlib.Path] = parser.parse_args().last
    contents = {"this component": component(THIS)}
    with tempfile.TemporaryDirectory() as folder:
        if last is None:
            last = last_release(pathlib.Path(folder))
        if last is None:
            print(f"the package index has no release of {PROJECT} yet\n")
        else:
            contents[last.name] = component(last)
    report = render(list(contents), compare([Contender(each) for each in contents.values()]))
    print(report, end="")
    REPORT.write_text(report, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
