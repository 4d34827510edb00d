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
def test_failures_of_the_component_do_not_lose_the_call(error, caplog):
    route = _routing.Route(lambda: "answer", "strings", component_from=0)
    with mock.patch.object(route, "component", mock.Mock(side_effect=error)):
        assert [route(), route()] == ["answer", "answer"]
        assert len(caplog.records) == 1  # once, not once a call
        with sky_rs.using("component"), pytest.raises(ComponentError):
            route()
    del _routing.ROUTES[route.name]
