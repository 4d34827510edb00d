"""Runs the real functions of SkyPilot on unevaluated cases.

Executed by generate.py with the interpreter of a virtual environment that has skypilot:
    python _evaluate.py REQUEST.json RESPONSE.json
The request maps function names to lists of cases, the response maps them to lists of outcomes.
"""

import contextlib
import json
import pathlib
import platform
import sys
import tempfile
import types
from unittest import mock

import _machine
import _pretended
import psutil
from _outcome import evaluate_with_file, outcome
from sky.utils import common_utils, subprocess_utils

SIDE = _pretended.Side((common_utils, subprocess_utils), "sky.skylet.log_lib.run_with_log")


def evaluate(name, case):
    function = _pretended.call(SIDE, name)
    if "system" in case:
        with tempfile.TemporaryDirectory() as directory, system(case["system"], directory):
            return outcome(function, case)
    if "file" in case:
        return evaluate_with_file(function, case)
    return outcome(function, case)


@contextlib.contextmanager
def system(spec, directory):
    """Makes the process see exactly the machine that `spec` describes."""
    memory = types.SimpleNamespace(total=spec["physical_memory"])
    with (
        _machine.machine(spec, directory),
        mock.patch.object(psutil, "cpu_count", lambda: spec["logical_cpus"]),
        mock.patch.object(psutil, "virtual_memory", lambda: memory),
    ):
        if common_utils._is_cgroup_v2() != (spec["cgroup_version"] == 2):
            raise ValueError(f"cgroup_version contradicts the cgroup files: {spec}")
        yield


def main():
    request, response = sys.argv[1:]
    functions = json.loads(pathlib.Path(request).read_text(encoding="ascii"))
    outcomes = {name: [evaluate(name, case) for case in cases] for name, cases in functions.items()}
    answer = {"python": platform.python_version(), "outcomes": outcomes}
    pathlib.Path(response).write_text(json.dumps(answer), encoding="ascii")


if __name__ == "__main__":
    main()
