"""How many work at once, and what becomes of their answers and errors."""

import collections
import contextvars
import os
import threading
from unittest import mock

import pytest

from sky_rs import workers
from sky_rs.subprocess_utils import (
    estimate_fd_for_directory,
    get_max_workers_for_file_mounts,
    run_in_parallel,
    slow_start_processes,
)

pytestmark = pytest.mark.needs("shell")


def test_a_low_limit_is_told_once(monkeypatch, caplog):
    monkeypatch.setattr(workers, "_fd_limit_warning_shown", False)
    monkeypatch.setattr("resource.getrlimit", lambda _: (256, 1024))
    for _ in range(2):
        get_max_workers_for_file_mounts({})
    (record,) = caplog.records
    assert record.getMessage().startswith("Open file descriptor limit (256) is low.")


def test_without_limits_threads_are_the_limit(monkeypatch, backend):
    monkeypatch.setattr(workers, "resource", None)  # as on Windows
    monkeypatch.setattr("os.cpu_count", lambda: 16)
    assert get_max_workers_for_file_mounts({"/a": "~/unexpanded"}) == 15
    with pytest.raises(TypeError, match="path should be string"):
        get_max_workers_for_file_mounts({"/a": None})


def test_estimates(tmp_path):
    for name in ("a", "\u00e9", "c"):
        (tmp_path / name).mkdir()
    (tmp_path / "\u00e9" / "x").mkdir()
    assert estimate_fd_for_directory(str(tmp_path)) == 15
    assert estimate_fd_for_directory(tmp_path) == 15
    assert estimate_fd_for_directory(os.fsencode(tmp_path)) == 15
    assert estimate_fd_for_directory(str(tmp_path / "\u00e9")) == 5
    assert estimate_fd_for_directory(str(tmp_path / "a")) == 0
    for path, error in ((__file__, NotADirectoryError), ("/none", FileNotFoundError)):
        with pytest.raises(error) as caught:
            estimate_fd_for_directory(path)
        assert caught.value.filename == path


def test_in_parallel():
    here = threading.get_ident()
    assert run_in_parallel(lambda _: threading.get_ident() == here, []) == []
    assert run_in_parallel(lambda _: threading.get_ident() == here, {5}, num_threads=0) == [True]
    assert run_in_parallel(lambda _: threading.get_ident() == here, [1, 2]) == [False, False]
    assert run_in_parallel(lambda n: n, list(range(50)), num_threads=3) == list(range(50))
    assert sorted(run_in_parallel(str.upper, {"a": 1, "b": 2})) == ["A", "B"]
    for threads in (0, -1):
        with pytest.raises(ValueError, match="Number of processes must be at least 1"):
            run_in_parallel(print, [1, 2, 3], num_threads=threads)
    with pytest.raises(TypeError, match="has no len"):
        run_in_parallel(print, (n for n in range(3)))


def test_the_first_error_in_order_is_raised():
    last_failed = threading.Event()

    def work(number):
        if number == 1:
            last_failed.wait(timeout=10)
            raise KeyError(number)
        if number == 2:
            last_failed.set()
            raise ValueError(number)

    with pytest.raises(KeyError, match="1"):
        run_in_parallel(work, [0, 1, 2], num_threads=3)


def test_context_variables_stay_with_the_caller():
    variable = contextvars.ContextVar("variable", default="unset")
    variable.set("set")
    assert run_in_parallel(lambda _: variable.get(), [1]) == ["set"]
    assert run_in_parallel(lambda _: variable.get(), [1, 2]) == ["unset", "unset"]


def test_nothing_is_waited_for_at_the_end(backend, monkeypatch):
    monkeypatch.setenv("SKYPILOT_POD_CPU_CORE_LIMIT", "8")
    slow_start_processes([mock.Mock()], delay=1e9)
    slow_start_processes([], delay=1e9)
    slow_start_processes([mock.Mock()] * 3, delay=0.01)


def test_what_is_started_may_be_any_sequence_and_grow(backend, monkeypatch):
    monkeypatch.setenv("SKYPILOT_POD_CPU_CORE_LIMIT", "8")
    processes = collections.deque(mock.Mock() for _ in range(3))
    slow_start_processes(processes, delay=0)
    assert all(process.start.call_count == 1 for process in processes)
    # As many as there were at first, counted from the end, as SkyPilot does.
    started = []
    processes = [mock.Mock(**{"start.side_effect": lambda n=n: started.append(n)}) for n in "abc"]
    slow_start_processes(processes, 0, lambda _: processes.append(processes[0]))
    assert started == ["a", "c", "a"]
