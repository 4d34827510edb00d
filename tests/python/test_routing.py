"""Which backend answers, and what happens when it cannot."""

import asyncio
import logging
import sys
import threading
from unittest import mock

import pytest
from conftest import run

import sky_rs
from sky_rs import _routing
from sky_rs.exceptions import (
    ComponentDeadlineError,
    ComponentError,
    ComponentTrapError,
    ComponentUnavailableError,
    ConfigurationError,
)


@pytest.mark.parametrize(
    ("value", "selected", "backend"),
    [
        ("1", "auto", "component"),
        ("auto", "auto", "component"),
        ("component", "component", "component"),
        ("0", "python", "python"),
        ("python", "python", "python"),
    ],
)
def test_the_variable_chooses(value, selected, backend):
    code = "import sky_rs; i = sky_rs.get_backend_info(); print(i['selected'], i['backend'])"
    assert run(code, SKYPILOT_USE_RUST=value).split() == [selected, backend]


@pytest.mark.parametrize("value", ["", "2", "rust", "Component"])
def test_any_other_value_is_a_clear_error(value):
    output = run("import sky_rs; sky_rs.format_float(1.5)", SKYPILOT_USE_RUST=value)
    assert (
        f"SKYPILOT_USE_RUST must be one of '1', 'auto', 'component', '0', 'python', not {value!r}"
        in output
    )
    assert "ConfigurationError" in output
    with pytest.raises(ConfigurationError, match="backend must be one of"):
        sky_rs.using(value)


def test_choices_nest_and_end_with_their_block():
    before = _routing.selected()
    with sky_rs.using("python"):
        with sky_rs.using("component"):
            assert _routing.selected() == "component"
        assert _routing.selected() == "python"
    assert _routing.selected() == before


def test_a_choice_holds_for_its_thread_only():
    seen = []
    with sky_rs.using("python"):
        thread = threading.Thread(target=lambda: seen.append(_routing.selected()))
        thread.start()
        thread.join()
    assert seen == ["auto"]


def test_a_choice_holds_for_its_task_only():
    async def choose(backend, ready, other):
        with sky_rs.using(backend):
            ready.set()
            await other.wait()
            return _routing.selected()

    async def both():
        first, second = asyncio.Event(), asyncio.Event()
        return await asyncio.gather(
            choose("python", first, second), choose("component", second, first)
        )

    assert asyncio.run(both()) == ["python", "component"]


@pytest.fixture
def unavailable():
    """A process in which the component cannot be loaded."""
    from sky_rs._component import runtime

    with mock.patch.multiple(runtime, _loaded=None, _failure=None):
        with mock.patch.dict(sys.modules, {"wasmtime": None}):
            yield


def test_without_wasmtime_python_answers(unavailable, caplog):
    with caplog.at_level(logging.INFO, logger="sky_rs"):
        assert not sky_rs.is_rust_available()
        assert sky_rs.base36_encode("ff") == "73"
        info = sky_rs.get_backend_info()
    assert info["backend"] == "python"
    assert "wasmtime" in info["fallback_reason"]
    assert info["imports"] == []
    assert len(caplog.records) == 1


def test_without_wasmtime_a_forced_component_is_an_error(unavailable):
    for _ in range(2):
        with sky_rs.using("component"):
            with pytest.raises(ComponentUnavailableError, match="wasmtime"):
                sky_rs.base36_encode("ff")


@pytest.mark.parametrize(
    "error", [RuntimeError("unknown machine"), OSError("dlopen"), KeyError("x")]
)
def test_importing_wasmtime_may_raise_anything(error):
    from sky_rs._component import runtime

    with mock.patch.multiple(runtime, _loaded=None, _failure=None):
        with mock.patch("sky_rs._component.artifact.read", side_effect=error):
            assert not sky_rs.is_rust_available()
            assert type(error).__name__ in sky_rs.get_backend_info()["fallback_reason"]


def test_a_wrong_self_test_makes_it_unavailable():
    from sky_rs._component import pool, runtime

    with mock.patch.multiple(runtime, _loaded=None, _failure=None):
        with mock.patch.object(pool.Pool, "call", return_value="74"):
            assert not sky_rs.is_rust_available()
            assert "self-test" in sky_rs.get_backend_info()["fallback_reason"]


@pytest.mark.parametrize("error", [ComponentTrapError("trap"), ComponentDeadlineError("late")])
def test_failures_of_the_component_do_not_lose_the_call(error, caplog, monkeypatch):
    route = _routing.ROUTES["format_float"]
    monkeypatch.setattr(route, "component_from", {"": 0})
    monkeypatch.setattr(route, "_reported", set())
    with sky_rs.using("auto"), mock.patch.object(route, "component", side_effect=error):
        assert [sky_rs.format_float(1.5), sky_rs.format_float(2.5)] == ["1.5", "2.5"]
        assert len(caplog.records) == 1  # once, not once a call
        with sky_rs.using("component"), pytest.raises(ComponentError):
            sky_rs.format_float(1.5)


def test_without_choices_nothing_is_decided_at_a_call():
    route = _routing.ROUTES["format_float"]
    with sky_rs.using("auto"):
        assert sky_rs.format_float(1.5) == "1.5"
    assert route.run is route.python
    with sky_rs.using("component"):
        with sky_rs.using("auto"):
            assert route.run == route.decide
        assert route.run == route.decide
    assert route.run is route.python


def test_a_block_in_another_thread_leaves_the_choice_alone():
    entered, leave = threading.Event(), threading.Event()

    def elsewhere():
        with sky_rs.using("component"):
            entered.set()
            leave.wait(10)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    entered.wait(10)
    with sky_rs.using("python"):
        leave.set()
        thread.join()
        assert _routing.ROUTES["format_float"].run == _routing.ROUTES["format_float"].decide
        assert sky_rs.format_float(2.5) == "2.5"


def test_a_bad_limit_is_an_error_and_no_missing_component():
    code = """
import sky_rs
for answer in (sky_rs.is_rust_available, sky_rs.get_backend_info):
    try:
        answer()
    except sky_rs.exceptions.ConfigurationError as error:
        print(error)
"""
    output = run(code, SKY_RS_DEADLINE="soon")
    assert output.count("SKY_RS_DEADLINE must be a number of seconds") == 2


def test_the_first_callers_limits_do_not_decide_whether_it_loads():
    code = """
import sky_rs
from sky_rs import _host, _limits

seen = []
_host.is_cgroup_v2 = lambda: seen.append(_limits.current().deadline)  # asked by the self-test
with sky_rs.limits(memory=2**21, deadline=1e-9):
    print(sky_rs.is_rust_available(), *seen)
"""
    assert run(code).split() == ["True", "30.0"]


def test_a_machine_that_slept_while_it_loaded_tries_again():
    from sky_rs._component import pool, runtime

    with mock.patch.multiple(runtime, _loaded=None, _failure=None):
        with mock.patch.object(pool.Pool, "call", side_effect=ComponentDeadlineError("late")):
            assert not sky_rs.is_rust_available()
        assert sky_rs.is_rust_available()
        runtime.close()


@pytest.mark.parametrize("switch", ["enable", "disable"])
def test_the_garbage_collector_is_left_as_it_was(switch):
    code = f"import gc, sky_rs; gc.{switch}(); sky_rs.is_rust_available(); print(gc.isenabled())"
    assert run(code).split() == [str(switch == "enable")]
