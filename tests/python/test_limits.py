"""What a call may use: memory, time, and the clock that measures it."""

import logging
import threading
import time

import pytest
from conftest import late, run

import sky_rs
from sky_rs import _host
from sky_rs._component import sandbox
from sky_rs._component.clock import Clock
from sky_rs.exceptions import (
    ComponentDeadlineError,
    ComponentError,
    ComponentMemoryError,
    ComponentTrapError,
)


@pytest.fixture
def clock(fresh, monkeypatch):
    """A clock that ticks quickly, of a runtime without instances."""
    monkeypatch.setattr(sandbox, "TICK", 0.005)
    ticking = Clock(fresh.engine.increment_epoch, fresh.pool.close)
    monkeypatch.setattr(fresh, "clock", ticking)
    yield ticking
    ticking.close()


def test_arguments_beyond_the_memory_limit(fresh, component):
    with pytest.raises(ComponentMemoryError, match="strings#truncate-long-string failed"):
        with sky_rs.limits(memory=4 * 2**20):
            sky_rs.truncate_long_string("x" * 8 * 2**20)
    assert sky_rs.base36_encode("ff") == "73"


def test_a_limit_holds_on_instances_that_have_grown_before(fresh, component):
    text = "x" * 8 * 2**20
    sky_rs.truncate_long_string(text)
    with pytest.raises(ComponentTrapError), sky_rs.limits(memory=4 * 2**20):
        sky_rs.truncate_long_string(text)
    assert sky_rs.truncate_long_string(text) == "x" * 35 + "..."


def test_results_beyond_the_memory_limit(fresh, component, caplog, tmp_path):
    file = tmp_path / "f"
    file.write_bytes(b"x" * 3 * 2**19)
    with caplog.at_level(logging.ERROR, logger="sky_rs.guest"), sky_rs.limits(memory=4 * 2**20):
        with pytest.raises(ComponentMemoryError, match=r"io#.*last-lines.* failed"):
            sky_rs.read_last_n_lines(str(file), 1)
    # The panic reported itself, with its place, before the trap.
    assert "memory allocation of" in caplog.text
    assert ".rs:" in caplog.text
    assert sky_rs.read_last_n_lines(__file__, 1)


def test_another_trap_is_no_want_of_memory(fresh, monkeypatch):
    monkeypatch.setattr(_host, "logical_cpus", lambda: "many")
    with sky_rs.using("component"), pytest.raises(ComponentTrapError) as met:
        sky_rs.get_cpu_count()
    assert type(met.value) is ComponentTrapError


@pytest.fixture
def slow(clock, tmp_path, monkeypatch):
    """A file that takes the component far longer than a tick to hash, all in one call."""
    path = tmp_path / "slow"
    with open(path, "wb") as file:
        file.truncate(64 * 2**20)
    monkeypatch.setattr(sandbox, "STEP", 64 * 2**20)
    return str(path)


def test_time_is_bounded(fresh, component, slow):
    with sky_rs.limits(deadline=0.01):
        with pytest.raises(ComponentDeadlineError, match=r"longer than its deadline of 0\.01 s"):
            sky_rs.hash_file(slow, "sha512")
    assert sky_rs.hash_file(slow, "sha512").name == "sha512"


def test_beyond_its_time_auto_answers_in_python(fresh, slow, monkeypatch, caplog):
    monkeypatch.setattr(sky_rs._routing.ROUTES["hash_file"], "component_from", {"sha512": 0})
    with sky_rs.using("auto"), sky_rs.limits(deadline=0.01):
        digest = sky_rs.hash_file(slow, "sha512")
    assert type(digest).__name__ == "HASH"
    assert "hash_file() is answered in Python" in caplog.text


def test_each_call_has_its_time_anew(fresh, component):
    sky_rs.base36_encode("ff")
    late(fresh)
    fresh.clock.epoch += 1000  # as the clock counts along
    assert sky_rs.base36_encode("ff") == "73"


def test_a_new_deadline_holds_at_once(fresh, component, monkeypatch):
    monkeypatch.setattr(_host, "logical_cpus", lambda: late(fresh))
    with sky_rs.limits(deadline=3600):
        assert sky_rs.get_cpu_count() == 1
    with sky_rs.limits(deadline=1), pytest.raises(ComponentDeadlineError):
        sky_rs.get_cpu_count()


def test_the_clock_does_not_rest_while_someone_is_inside(clock, component, monkeypatch):
    monkeypatch.setattr(sandbox, "IDLE", 0.02)
    monkeypatch.setattr(_host, "logical_cpus", lambda: time.sleep(1))
    with sky_rs.limits(deadline=0.3), pytest.raises(ComponentDeadlineError):
        sky_rs.get_cpu_count()


def test_the_clock_ticks_again_after_a_rest(clock, component, monkeypatch):
    monkeypatch.setattr(sandbox, "IDLE", 0.02)
    sky_rs.base36_encode("ff")
    end = time.monotonic() + 10
    while clock.awake and time.monotonic() < end:
        time.sleep(0.01)
    monkeypatch.setattr(_host, "logical_cpus", lambda: time.sleep(1))
    with sky_rs.limits(deadline=0.3), pytest.raises(ComponentDeadlineError):
        sky_rs.get_cpu_count()


FAULT_HANDLER = """
import faulthandler, sky_rs
sky_rs.is_rust_available()
faulthandler.enable()
with sky_rs.using("component"), sky_rs.limits(memory=2**21):
    try:
        sky_rs.truncate_long_string("x" * 2**22)
    except sky_rs.exceptions.ComponentTrapError:
        print("an error, no crash")
"""


def test_a_trap_is_no_crash_to_others():
    assert run(FAULT_HANDLER) == "an error, no crash\n"


def test_beyond_its_limits_auto_answers_in_python(fresh, monkeypatch, caplog):
    monkeypatch.setattr(sky_rs._routing.ROUTES["truncate_long_string"], "component_from", {"": 0})
    text = "x" * 8 * 2**20
    with sky_rs.using("auto"), sky_rs.limits(memory=4 * 2**20):
        assert sky_rs.truncate_long_string(text) == "x" * 35 + "..."
    assert "truncate_long_string() is answered in Python" in caplog.text


def test_a_closed_clock_has_no_thread():
    ticking = Clock(lambda: time.sleep(0.2), lambda: None)
    ticking.wake()
    time.sleep(2 * sandbox.TICK)
    ticking.close()
    assert not ticking._thread.is_alive()


def test_ctrl_c_while_the_clock_starts_leaves_one_thread(clock, monkeypatch):
    def clocks():
        return sum(thread.name == "sky_rs-clock" for thread in threading.enumerate())

    def interrupted(thread, start=threading.Thread.start):
        start(thread)
        raise KeyboardInterrupt

    before = clocks()
    with monkeypatch.context() as patch:
        patch.setattr("threading.Thread.start", interrupted)
        with pytest.raises(KeyboardInterrupt):
            clock.wake()
    clock.wake()
    end = time.monotonic() + 10
    while clocks() > before + 1 and time.monotonic() < end:
        time.sleep(0.01)
    assert clocks() == before + 1


def test_without_a_thread_for_the_clock_python_answers(clock, monkeypatch):
    def no_thread(_self):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(sky_rs._routing.ROUTES["base36_encode"], "component_from", {"": 0})
        patch.setattr("threading.Thread.start", no_thread)
        assert sky_rs.base36_encode("ff") == "73"
        with sky_rs.using("component"):
            with pytest.raises(ComponentError, match="can't start new thread"):
                sky_rs.base36_encode("ff")
    assert not clock.inside
    with sky_rs.using("component"):  # there is one again
        assert sky_rs.base36_encode("ff") == "73"
    end = time.monotonic() + 10
    while not clock.epoch and time.monotonic() < end:
        time.sleep(0.01)
    assert clock.epoch
