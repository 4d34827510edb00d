"""Both backends give what SkyPilot gave: see tests/vectors/README.md."""

import contextlib
import json
import platform
import tempfile
from unittest import mock

import _machine
import _outcome
import _pretended
import pytest
from conftest import VECTORS

import sky_rs
from sky_rs import _host, encoding, names, subprocess_utils

FUNCTIONS = sorted(path.stem for path in VECTORS.glob("*.json"))
SIDE = _pretended.Side((sky_rs, names, encoding, subprocess_utils), "sky_rs._running.run")
ON_REFERENCE = platform.python_version_tuple()[:2] == ("3", "11")


#: How many of the cases of a routed function the component answers at least.
FLOORS = {
    "base36_encode": 260,
    "find_free_port": 46,
    "format_float": 480,
    "get_cpu_count": 260,
    "get_mem_size_gb": 300,
    "hash_file": 180,
    "read_last_n_lines": 360,
    "truncate_long_string": 820,
}


def load(function):
    return json.loads((VECTORS / f"{function}.json").read_text(encoding="utf-8"))["cases"]


@contextlib.contextmanager
def system(spec):
    with (
        tempfile.TemporaryDirectory() as directory,
        _machine.machine(spec, directory),
        mock.patch.object(_host, "logical_cpus", lambda: spec["logical_cpus"]),
        mock.patch.object(_host, "physical_memory", lambda: spec["physical_memory"]),
    ):
        yield


def evaluate(function, case):
    call = _pretended.call(SIDE, function)
    if "system" in case:
        with system(case["system"]):
            return _outcome.outcome(call, case)
    if "file" in case:
        return _outcome.evaluate_with_file(call, case)
    return _outcome.outcome(call, case)


def without_messages(outcome):
    if "raises" not in outcome:
        return outcome
    return {"raises": outcome["raises"]["type"]}


def agrees(case, ours):
    expected = {key: case[key] for key in ("returns", "raises") if key in case}
    if case.get("varies") == "outcome" and not ON_REFERENCE:
        return True
    if case.get("varies") == "message" and not ON_REFERENCE:
        return without_messages(ours) == without_messages(expected)
    return ours == expected


def test_there_are_vectors_for_every_function():
    assert len(FUNCTIONS) == 20
    assert sum(len(load(function)) for function in FUNCTIONS) >= 5500


# Some odd arguments make Python or numpy warn, in SkyPilot's function as in ours.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning")
@pytest.mark.parametrize("function", FUNCTIONS)
def test_vectors(function, backend):
    differences = []
    for case in load(function):
        ours = evaluate(function, case)
        if not agrees(case, ours):
            differences.append((case["id"], ours, case.get("returns", case.get("raises"))))
    assert not differences, f"{len(differences)} differences, first: {differences[:5]}"


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning")
def test_most_vectors_are_answered_by_the_component(runtime):
    """What the component has no form for goes to Python; that must not hide a missing route."""
    answered = {}
    for function in FUNCTIONS:
        if function not in FLOORS:
            continue
        route = sky_rs._routing.ROUTES[function]
        with mock.patch.object(route, "python", side_effect=LookupError("not the component")):
            with sky_rs.using("component"):
                outcomes = [evaluate(function, case) for case in load(function)]
        answered[function] = sum(
            outcome.get("raises", {}).get("type") != "LookupError"
            or outcome["raises"]["message"] != "not the component"
            for outcome in outcomes
        )
    assert all(answered[name] >= floor for name, floor in FLOORS.items()), answered
