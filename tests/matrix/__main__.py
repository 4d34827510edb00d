"""Runs every host, prints the table, and keeps it in the report."""

import argparse
import pathlib
import shutil
import sys

from tests import interpreters
from tests.matrix import columns, table

PAGE = columns.ROOT / "benches" / "report" / "portability.md"
COMPONENT = columns.ROOT / "host-python" / "src" / "sky_rs" / "skypilot_utils.wasm"


def main() -> int:
    """The matrix.

    Returns:
        0; 1 if a host is missing, broke off, loaded other bytes, or gave a wrong answer.
    """
    parser = argparse.ArgumentParser(prog="make matrix", description=__doc__)
    parser.add_argument("--wheel", type=pathlib.Path, required=True)
    wheel = parser.parse_args().wheel
    pythons = (columns.FALLBACK, *columns.PYTHONS)
    missing = [f"CPython {each}" for each in pythons if each not in interpreters.found()]
    missing += [each for each in ("cargo", "node") if not shutil.which(each)]
    if missing:
        print(f"matrix: not found on PATH or in pyenv: {', '.join(missing)}", file=sys.stderr)
        return 1
    columns.WORK.mkdir(parents=True, exist_ok=True)
    done, faults = [], []
    for name, run in hosts(wheel):
        print(f"matrix: {name}", file=sys.stderr, flush=True)
        try:
            done.append(run())
        except columns.FailedError as error:
            faults.append(f"{name}: {error}")
    digest = columns.sha256(COMPONENT)
    for column in done:
        title = f"{column.host}, {column.runtime}"
        faults += [f"{title}: {failure}" for failure in column.failures]
        if column.sha256 not in (digest, None):
            faults.append(f"{title}: loaded the component {column.sha256}, not {digest}")
    print(*table.rows(done), sep="\n")
    if faults:
        print(*faults, sep="\n", file=sys.stderr)
        return 1
    PAGE.write_text(table.render(done, digest), encoding="utf-8")
    print(f"written: {PAGE.relative_to(columns.ROOT)}")
    return 0


def hosts(wheel):
    """The hosts by name, each as a function that runs it."""
    site = columns.package(wheel)
    for version in columns.WASMTIMES:
        for python in columns.PYTHONS:
            yield (
                f"CPython {python}, wasmtime-py {version or 'newest'}",
                lambda python=python, version=version: columns.cpython(
                    columns.interpreter(python), site, columns.wasmtime(version)
                ),
            )
    yield "Rust", lambda: columns.rust(COMPONENT)
    yield "Node", lambda: columns.javascript("node.js", COMPONENT, columns.recorded_calls())
    yield "Chromium", lambda: columns.javascript("chromium.js", COMPONENT, columns.recorded_calls())
    yield "fallback", lambda: columns.cpython(columns.interpreter(columns.FALLBACK), site)


if __name__ == "__main__":
    sys.exit(main())
