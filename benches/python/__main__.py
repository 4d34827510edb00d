"""`python -m benches.python`: makes the environment, runs the benches, prints the table."""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import subprocess
import sys
from typing import List

from benches.python import environment, table

_REPORT = environment.WORK / "report.json"
_MEASURED = ["--laps=10", "--benchmark-quiet", f"--benchmark-json={_REPORT}"]


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
        "-k", dest="only", metavar="EXPRESSION", help="choose benches, as in pytest"
    )
    return parser.parse_args()


def _newest_wheel() -> pathlib.Path:
    wheels = sorted(
        (environment.ROOT / "dist").glob("sky_rs-*.whl"), key=lambda wheel: wheel.stat().st_mtime
    )
    if not wheels:
        sys.exit("there is no wheel in dist/: run `make wheel` first")
    return wheels[-1]


def _run(options: List[str]) -> int:
    """Runs pytest in the environment, away from the caller's own SkyPilot settings."""
    home = environment.WORK / "home"
    home.mkdir(parents=True, exist_ok=True)
    variables = {
        name: value for name, value in os.environ.items() if not name.startswith(("SKY", "PYTHON"))
    }
    variables.update(HOME=str(home), SKYPILOT_DISABLE_USAGE_COLLECTION="1")
    settings = ["-c", str(environment.HERE / "pytest.ini")]
    command = [environment.PYTHON, "-m", "pytest", *settings, *options, environment.HERE]
    return subprocess.run(command, cwd=environment.ROOT, env=variables, check=False).returncode


def main() -> int:
    arguments = _arguments()
    environment.make(arguments.wheel or _newest_wheel())
    options = ["--benchmark-disable"] if arguments.quick else _MEASURED
    if arguments.only:
        options = [*options, "-k", arguments.only]
    status = _run(options)
    if status == 0 and not arguments.quick:
        print(table.render(json.loads(_REPORT.read_text(encoding="utf-8"))))
    if status == 0 and not arguments.quick and not arguments.only:
        print("\nThe boundary:", flush=True)
        boundary = [environment.PYTHON, "-m", "benches.python.boundary"]
        status = subprocess.run(boundary, cwd=environment.ROOT, check=False).returncode
    return status


if __name__ == "__main__":
    sys.exit(main())
