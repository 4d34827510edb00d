"""`python -m benches.python`: makes the environment, runs the benches, shows what they say."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
from typing import Any, Dict, List, Optional, Union

from benches.python import comparison, environment, results, table

_BENCHMARKS = environment.WORK / "report.json"
_MEASURED = ["--laps=10", "--benchmark-quiet", f"--benchmark-json={_BENCHMARKS}"]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benches.python", description=__doc__)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="run every call once and compare the answers; measure nothing",
    )
    parser.add_argument(
        "--wheel", type=pathlib.Path, help="the sky_rs wheel (default: the newest in dist/)"
    )
    parser.add_argument(
        "-k", dest="only", metavar="EXPRESSION", help="choose benches, as in pytest; no report"
    )
    parser.add_argument(
        "--save-baseline",
        metavar="NAME",
        type=comparison.place,
        help="keep the results under a name, or in a file NAME.json",
    )
    parser.add_argument(
        "--baseline", metavar="NAME", type=comparison.place, help="compare with those"
    )
    return parser.parse_args()


def _newest_wheel() -> pathlib.Path:
    wheels = sorted(
        (environment.ROOT / "dist").glob("sky_rs-*.whl"), key=lambda wheel: wheel.stat().st_mtime
    )
    if not wheels:
        sys.exit("there is no wheel in dist/: run `make wheel` first")
    return wheels[-1]


def _python(*arguments: Union[str, pathlib.Path], stdout: Optional[int] = None) -> Any:
    """Runs the environment's Python, away from the caller's own SkyPilot settings."""
    home = environment.WORK / "home"
    home.mkdir(parents=True, exist_ok=True)
    variables = {
        name: value for name, value in os.environ.items() if not name.startswith(("SKY", "PYTHON"))
    }
    variables.update(HOME=str(home), SKYPILOT_DISABLE_USAGE_COLLECTION="1")
    return subprocess.run(
        [environment.PYTHON, *arguments],
        cwd=environment.ROOT,
        env=variables,
        stdout=stdout,
        check=False,
        text=True,
    )


def _pytest(*options: Union[str, pathlib.Path]) -> None:
    status = _python("-m", "pytest", "-c", environment.HERE / "pytest.ini", *options).returncode
    if status:
        sys.exit(status)


def _records(module: str) -> List[Dict[str, Any]]:
    """What a module of the benches measures, in a process of its own."""
    done = _python("-m", f"benches.python.{module}", stdout=subprocess.PIPE)
    if done.returncode:
        sys.exit(f"{module} has failed")
    records: List[Dict[str, Any]] = json.loads(done.stdout)
    return records


def _measure(chosen: List[str]) -> results.Results:
    _pytest(*_MEASURED, *chosen, environment.HERE / "test_side_by_side.py")
    measured = results.of_benchmarks(json.loads(_BENCHMARKS.read_text(encoding="utf-8")))
    if chosen:
        return measured
    return dataclasses.replace(
        measured,
        boundary=[results.Figure(**record) for record in _records("boundary")],
        scaling=[results.Hashing(**record) for record in _records("scaling")],
        starts=[results.Start(**record) for record in _records("cold_start")],
    )


def main() -> None:
    """Measures, keeps and shows."""
    arguments = _arguments()
    baseline = arguments.baseline and _baseline(arguments.baseline)
    environment.make(arguments.wheel or _newest_wheel())
    chosen = ["-k", arguments.only] if arguments.only else []
    if arguments.quick:
        _pytest("--benchmark-disable", *chosen, environment.HERE)
        return
    measured = _measure(chosen)
    print(table.render(measured))
    if arguments.save_baseline:
        results.save(measured, arguments.save_baseline)
    if not chosen:
        results.save(measured, environment.RESULTS)
        if _python("-m", "benches.python.report").returncode:
            sys.exit("the report has not been written")
    if baseline:
        print(f"\nSince {arguments.baseline}:\n{comparison.render(baseline, measured)}")


def _baseline(path: pathlib.Path) -> results.Results:
    try:  # before minutes are spent
        return results.load(path)
    except (OSError, ValueError) as error:
        sys.exit(f"no baseline: {error}")


if __name__ == "__main__":
    main()
