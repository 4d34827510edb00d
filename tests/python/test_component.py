"""The component inside Python: limits, failures, threads, forks, logging."""

import logging
import os
import subprocess
import sys
import threading

import pytest

import sky_rs
from sky_rs._component import pool, sandbox
from sky_rs.exceptions import ComponentDeadlineError, ComponentTrapError


@pytest.fixture
def fresh(runtime):
    """No idle instance before and after: instances take their limits when they are made."""
    runtime.pool.close()
    yield runtime
    runtime.pool.close()


def test_arguments_beyond_the_memory_limit(fresh, component, monkeypatch):
    monkeypatch.setattr(sandbox, "MEMORY_LIMIT", 4 * 2**20)
    with pytest.raises(ComponentTrapError, match=r"strings\.truncate-long-string failed"):
        sky_rs.truncate_long_string("x" * 8 * 2**20)
    assert sky_rs.base36_encode("ff") == "73"


def test_results_beyond_the_memory_limit(fresh, component, monkeypatch, caplog, tmp_path):
    file = tmp_path / "f"
    file.write_bytes(b"x" * 2 * 2**20)
    monkeypatch.setattr(sandbox, "MEMORY_LIMIT", 4 * 2**20)
    with caplog.at_level(logging.ERROR, logger="sky_rs.guest"):
        with pytest.raises(ComponentTrapError, match=r"io\.read-last-n-lines failed"):
            sky_rs.read_last_n_lines(str(file), 1)
    # The panic reported itself, with its place, before the trap.
    assert "memory allocation of" in caplog.text
    assert ".rs:" in caplog.text
    assert sky_rs.read_last_n_lines(__file__, 1)


def test_time_is_bounded(fresh, component, monkeypatch):
    monkeypatch.setattr(sandbox, "CALL_DEADLINE", 0.2)
    with pytest.raises(ComponentDeadlineError, match=r"longer than its deadline of 0\.2 s"):
        sky_rs.base36_encode("f" * 4_000_000)
    assert sky_rs.base36_encode("ff") == "73"


def test_beyond_its_limits_auto_answers_in_python(fresh, monkeypatch, caplog):
    monkeypatch.setattr(sandbox, "MEMORY_LIMIT", 4 * 2**20)
    monkeypatch.setattr(sky_rs._routing.ROUTES["truncate_long_string"], "component_from", 0)
    text = "x" * 8 * 2**20
    assert sky_rs.truncate_long_string(text) == "x" * 35 + "..."
    assert "truncate_long_string() is answered in Python" in caplog.text


def test_a_broken_instance_is_not_used_again(fresh):
    with pytest.raises(ZeroDivisionError), fresh.pool.lend() as instance:
        raise ZeroDivisionError
    with fresh.pool.lend() as another:
        assert another is not instance
        assert another.call("strings", "base36-encode", "ff") == "73"


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

    monkeypatch.setattr("socket.socket", no_sockets)
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


FORK = """
import os, signal, sys
import sky_rs

path = sys.argv[1]
eight = lambda: (
    sky_rs.base36_encode("ff"), sky_rs.format_float(2.25), sky_rs.truncate_long_string("ab cd", 2),
    sky_rs.find_free_port(30000) > 0, sky_rs.get_cpu_count(), sky_rs.get_mem_size_gb(),
    sky_rs.read_last_n_lines(path, 1), sky_rs.hash_file(path, "md5").hexdigest(),
)
with sky_rs.using("component"):
    before = eight()
    child = os.fork()
    if child == 0:
        signal.alarm(10)
        info = sky_rs.get_backend_info()
        says_so = info["backend"] == "component" and "forked" in info["fallback_reason"]
        os._exit(0 if says_so and eight() == before else 1)
    status = os.waitpid(child, 0)[1]
    assert eight() == before
    assert sky_rs.get_backend_info()["fallback_reason"] is None
    sys.exit(status != 0)
"""


def test_a_forked_child_answers(tmp_path):
    file = tmp_path / "f"
    file.write_bytes(b"a\nb\n")
    subprocess.run([sys.executable, "-c", FORK, str(file)], check=True, timeout=60)


QUIET = """
import sky_rs
with sky_rs.using("component"):
    sky_rs.base36_encode("ff")
    sky_rs.hash_file(__import__("sys").executable, "md5")
"""


def test_the_process_ends_without_a_word():
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", QUIET],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "PYTHONMALLOC": "default"},
    )
    assert done.stdout + done.stderr == ""
