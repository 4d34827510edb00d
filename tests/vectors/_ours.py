"""Runs the functions of sky_rs on recorded cases, and compares.

Used by the tests and, inside every interpreter of the portability matrix, by
tests/matrix/column.py.
"""

import contextlib
import json
import pathlib
import platform
import tempfile
from unittest import mock

import _machine
import _outcome
import _pretended

import sky_rs
from sky_rs import _host, encoding, names, subprocess_utils

HERE = pathlib.Path(__file__).resolve().parent
FUNCTIONS = sorted(path.stem for path in HERE.glob("*.json"))

_SIDE = _pretended.Side((sky_rs, names, encoding, subprocess_utils), "sky_rs._running.run")
_ON_REFERENCE = platform.python_version_tuple()[:2] == ("3", "11")
#: What differs on CPython 3.8, where there is no SkyPilot 0.14.1 to be asked: digits that Unicode
#: got with version 13, and the words of numpy before 2.
_BEFORE_3_9 = {
    "base36_encode": {"digits-020", "digits-mixed-020", "wrong-type-014"},
    "format_float": {"table-040"},
    "hash_file": {"bad-path-020"},
}
_IS_BEFORE_3_9 = platform.python_version_tuple()[:2] == ("3", "8")
_NOT_THE_COMPONENT = "not the component"


def load(function):
    return json.loads((HERE / f"{function}.json").read_text(encoding="utf-8"))["cases"]


def evaluate(function, case):
    """What our function does, in the notation of the vectors."""
    call = _pretended.call(_SIDE, function)
    if "system" in case:
        with _system(case["system"]):
            return _outcome.outcome(call, case)
    if "file" in case:
        return _outcome.evaluate_with_file(call, case)
    return _outcome.outcome(call, case)


def agrees(function, case, ours):
    """Whether that is what SkyPilot does, as far as it is the same on every interpreter."""
    if _IS_BEFORE_3_9 and case["id"] in _BEFORE_3_9.get(function, ()):
        return True
    expected = {key: case[key] for key in ("returns", "raises") if key in case}
    if case.get("varies") == "outcome" and not _ON_REFERENCE:
        return True
    if case.get("varies") == "message" and not _ON_REFERENCE:
        return _without_messages(ours) == _without_messages(expected)
    return ours == expected


def answered_by_the_component(function):
    """How many cases of a routed function the component answers; it has no form for the others."""
    route = sky_rs._routing.ROUTES[function]
    with mock.patch.object(route, "python", side_effect=LookupError(_NOT_THE_COMPONENT)):
        with sky_rs.using("component"):
            outcomes = [evaluate(function, case) for case in load(function)]
    left = {"type": "LookupError", "message": _NOT_THE_COMPONENT, "cause": None}
    return sum(outcome.get("raises") != left for outcome in outcomes)


@contextlib.contextmanager
def _system(spec):
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory())
        stack.enter_context(_machine.machine(spec, directory))
        for name in ("logical_cpus", "physical_memory"):
            pretended = mock.patch.object(_host, name, lambda name=name: spec[name])
            stack.enter_context(pretended)
        yield


def _without_messages(outcome):
    if "raises" not in outcome:
        return outcome
    return {"raises": outcome["raises"]["type"]}
