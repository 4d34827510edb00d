"""Which processes are alive: ended ones, threads, those of others, numbers used again."""

import contextlib
import os
import subprocess
import sys
import threading
from unittest import mock

import psutil
import pytest
from conftest import run
from processes import shell

from sky_rs import _alive
from sky_rs.subprocess_utils import is_process_alive

pytestmark = pytest.mark.needs("shell", "signals")


@pytest.fixture
def zombie():
    """A child that has ended and that nobody has asked for."""
    process = subprocess.Popen(["true"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    yield process.pid
    process.wait(timeout=10)


def test_the_living_and_the_dead(way, zombie):
    assert is_process_alive(os.getpid())
    assert is_process_alive(1)
    assert not is_process_alive(zombie)
    with shell("exec sleep 60") as process:
        assert is_process_alive(process.pid)
        process.kill()
        process.wait(timeout=10)
        assert not is_process_alive(process.pid)


@pytest.mark.parametrize("pid", [0, -1, -(2**40), 2**22 + 1, 2**31, 2**64, 2**200])
def test_numbers_of_no_process(way, pid):
    assert is_process_alive(pid) is False


@pytest.mark.parametrize("pid", ["1", None, 1.0, b"1"])
def test_no_numbers(way, pid):
    with pytest.raises(TypeError):
        is_process_alive(pid)


def test_a_thread_is_no_process(way):
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    assert psutil.Process(thread.native_id).is_running()
    assert not is_process_alive(thread.native_id)
    over.set()
    thread.join()


def test_of_others_as_of_ones_own(way):
    if os.getuid() == 0:
        code = "import os\nfrom sky_rs.subprocess_utils import *\nos.setuid(65534)\n"
        code += f"print(is_process_alive({os.getpid()}), is_process_alive(1))"
        assert run(code).split() == ["True", "True"]
    assert is_process_alive(1)


def test_without_a_descriptor_left_the_answer_is_the_same():
    _alive.watched.clear()
    with mock.patch("os.pidfd_open", side_effect=OSError(24, "Too many open files")):
        assert is_process_alive(os.getpid())
        assert not is_process_alive(2**22 + 1)


def descriptors():
    return len(os.listdir("/proc/self/fd"))


def test_asked_again_and_again():
    with shell("exec sleep 60") as process:
        assert [is_process_alive(process.pid) for _ in range(3)] == [True] * 3
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert [is_process_alive(process.pid) for _ in range(3)] == [False] * 3
    assert process.pid not in _alive.watched
    with pytest.raises(TypeError):
        is_process_alive(float(os.getpid()))


def test_a_number_that_is_in_use_again_is_alive():
    """Its descriptor stands for who had it before."""
    with shell("exit") as former, shell("exec sleep 60") as process:
        former_watch = _alive.Watch(os.pidfd_open(former.pid))
        former.wait(timeout=10)
        _alive.watched[process.pid] = former_watch
        assert [is_process_alive(process.pid) for _ in range(2)] == [True, True]


def test_few_descriptors_are_kept():
    _alive.watched.clear()
    before = descriptors()
    with contextlib.ExitStack() as stack:
        shells = [shell("exec sleep 60") for _ in range(_alive.CAPACITY + 3)]
        pids = [stack.enter_context(each).pid for each in shells]
        during = descriptors()
        assert all(is_process_alive(pid) for _ in range(2) for pid in pids)
        assert descriptors() - during <= _alive.CAPACITY
    _alive.watched.clear()
    assert descriptors() == before


def test_a_forked_child_asks_for_itself():
    code = """
import os
from sky_rs.subprocess_utils import is_process_alive
assert is_process_alive(1)
if os.fork() == 0:
    os.closerange(3, 64)  # as who leaves for the background does
    kept = [os.open("/dev/null", os.O_RDONLY) for _ in range(20)]
    alive = is_process_alive(1) and is_process_alive(os.getppid())
    os._exit(0 if alive and all(os.fstat(descriptor) for descriptor in kept) else 1)
print(os.wait()[1])
"""
    assert run(code).split() == ["0"]


def test_threads_ask_at_once():
    wrong = []

    def ask():
        for _ in range(500):
            wrong.extend([1] * (not is_process_alive(1) or is_process_alive(2**22 + 1)))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_elsewhere_psutil_is_asked_or_nobody(zombie, monkeypatch):
    monkeypatch.setattr("sys.platform", "darwin")
    assert _alive.is_alive(os.getpid())
    assert not _alive.is_alive(zombie)
    assert not _alive.is_alive(2**22 + 1)
    monkeypatch.setitem(sys.modules, "psutil", None)
    assert _alive.is_alive(zombie)
