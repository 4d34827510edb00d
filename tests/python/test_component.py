"""The component inside Python: limits, failures, threads, forks, logging."""

import logging
import threading

import pytest

import sky_rs
from sky_rs._component import pool, sandbox
from sky_rs.exceptions import ComponentDeadlineError, ComponentError, ComponentTrapError


@pytest.fixture
def fresh(runtime):
    """No idle instance before and after."""
    runtime.pool.close()
    yield runtime
    runtime.pool.close()


def test_arguments_beyond_the_memory_limit(fresh, component):
    with pytest.raises(ComponentTrapError, match="strings#truncate-long-string failed"):
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
        with pytest.raises(ComponentTrapError, match=r"io#.*last-lines.* failed"):
            sky_rs.read_last_n_lines(str(file), 1)
    # The panic reported itself, with its place, before the trap.
    assert "memory allocation of" in caplog.text
    assert ".rs:" in caplog.text
    assert sky_rs.read_last_n_lines(__file__, 1)


@pytest.fixture
def slow(tmp_path, monkeypatch):
    """A file that takes the component far longer than a tick to hash, all in one call."""
    path = tmp_path / "slow"
    with open(path, "wb") as file:
        file.truncate(64 * 2**20)
    monkeypatch.setattr(sandbox, "STEP", 64 * 2**20)
    monkeypatch.setattr(sandbox, "TICK", 0.005)
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


def test_beyond_its_limits_auto_answers_in_python(fresh, monkeypatch, caplog):
    monkeypatch.setattr(sky_rs._routing.ROUTES["truncate_long_string"], "component_from", {"": 0})
    text = "x" * 8 * 2**20
    with sky_rs.using("auto"), sky_rs.limits(memory=4 * 2**20):
        assert sky_rs.truncate_long_string(text) == "x" * 35 + "..."
    assert "truncate_long_string() is answered in Python" in caplog.text


def test_a_broken_instance_is_not_used_again(fresh):
    directories = (sandbox.locate(__file__).directory,)
    with pytest.raises(ZeroDivisionError), fresh.pool.lend(directories) as instance:
        raise ZeroDivisionError
    with fresh.pool.lend(directories) as another:
        assert another is not instance
        assert another.call("strings#base36-encode", "ff") == "73"


def test_idle_instances_are_bounded(fresh, tmp_path, component):
    for number in range(3 * pool.CAPACITY):
        (tmp_path / str(number)).mkdir()
        file = tmp_path / str(number) / "f"
        file.write_bytes(b"x")
        sky_rs.read_last_n_lines(str(file), 1)
    assert fresh.pool.idle <= pool.CAPACITY


def test_the_guest_logs_into_python(component, caplog, monkeypatch):
    monkeypatch.setattr("sky_rs._host.is_cgroup_v2", lambda: True)
    monkeypatch.setattr("sky_rs._host.cpu_max", lambda: "twelve 100000")
    with caplog.at_level(logging.DEBUG, logger="sky_rs.guest"):
        sky_rs.get_cpu_count()
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("sky_rs.guest", "DEBUG")
    assert record.getMessage() == (
        "skypilot_utils::limits: ignoring a cgroup limit that is no number: twelve"
    )


def test_what_a_host_import_meets_reaches_the_caller(component, monkeypatch):
    def no_sockets(*_):
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("socket.SocketType", no_sockets)
    with pytest.raises(OSError, match="Too many open files") as caught:
        sky_rs.find_free_port(30_000)
    assert caught.value.errno == 24


def test_threads_do_not_share_instances(tmp_path, component):
    file = tmp_path / "f"
    file.write_bytes(b"a\nb\n")
    wrong = []

    def work(number):
        for i in range(100):
            answers = (
                sky_rs.base36_encode(f"{number * 1000 + i:x}"),
                sky_rs.read_last_n_lines(str(file), 1),
                sky_rs.hash_file(str(file), "md5").hexdigest(),
            )
            if int(answers[0], 36) != number * 1000 + i or answers[1] != ["b"]:
                wrong.append(answers)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_without_a_thread_for_the_clock_python_answers(runtime, monkeypatch):
    from sky_rs._component.clock import Clock

    def no_thread(_self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(runtime, "clock", Clock(lambda: None, lambda: None))
    monkeypatch.setattr(sky_rs._routing.ROUTES["base36_encode"], "component_from", {"": 0})
    monkeypatch.setattr("threading.Thread.start", no_thread)
    assert sky_rs.base36_encode("ff") == "73"
    with sky_rs.using("component"):
        with pytest.raises(ComponentError, match="can't start new thread"):
            sky_rs.base36_encode("ff")
    assert not runtime.clock.inside
