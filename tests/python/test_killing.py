"""Real processes: alive, ended, in trees and groups, deaf to signals. Only our own are ended."""

import contextlib
import logging
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from unittest import mock

import psutil
import pytest
from conftest import run

import sky_rs
from sky_rs import _alive, _killing, _process, subprocess_daemon
from sky_rs.subprocess_utils import (
    is_process_alive,
    kill_children_processes,
    kill_process_daemon,
    kill_process_with_grace_period,
)

pytestmark = pytest.mark.needs("shell", "signals")

TREE = "sleep 60 & (sleep 60 & wait) & wait"
DEAF = "trap '' TERM; echo ready; while :; do sleep 0.05; done"


def eventually(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


@contextlib.contextmanager
def shell(command, **options):
    """A shell in a group of its own, which is ended with the block."""
    process = subprocess.Popen(
        ["/bin/sh", "-c", command], start_new_session=True, stdout=subprocess.PIPE, **options
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.stdout.close()
        process.wait(timeout=10)


@pytest.fixture
def tree():
    """A shell and the processes below it."""
    with shell(TREE) as process:
        below = lambda: psutil.Process(process.pid).children(recursive=True)  # noqa: E731
        assert eventually(lambda: len(below()) >= 3)
        yield process, [child.pid for child in below()]


def dead(pids):
    return eventually(lambda: not any(is_process_alive(pid) for pid in pids))


@pytest.fixture
def zombie():
    """A child that has ended and that nobody has asked for."""
    process = subprocess.Popen(["true"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    yield process.pid
    process.wait(timeout=10)


WAYS = ["the kernel's descriptors", "files of /proc"]


@pytest.fixture(params=WAYS)
def way(request, monkeypatch):
    """How processes are watched: kernels and Pythons without pidfd_open() are still about."""
    _alive.watched.clear()
    if request.param == WAYS[1]:
        monkeypatch.delattr("os.pidfd_open")


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


def test_a_tree(backend, way, tree):
    process, below = tree
    kill_children_processes(process.pid)
    assert dead(below)
    # Asked for already, as psutil leaves its children.
    assert process.poll() == 0


def test_the_tree_below_is_psutils(backend):
    ours = [child.pid for child in _process.Process(1).children()]
    theirs = {child.pid for child in psutil.Process(1).children(recursive=True)}
    # Others start and end processes meanwhile.
    assert len(set(ours) ^ theirs) <= max(5, len(theirs) // 4)
    assert len(set(ours)) == len(ours)


def test_only_what_is_below(tree):
    process, below = tree
    code = "import subprocess, sys, time\nfrom sky_rs.subprocess_utils import *\n"
    code += "p = subprocess.Popen(['sleep', '60'])\nkill_children_processes()\nprint(p.poll())"
    assert run(code).split() == ["0"]
    kill_children_processes([2**22 + 1, process.pid], force=True)
    assert dead(below)


@pytest.mark.parametrize("nobody", [2**22 + 1, [], [2**22 + 1], 2**64, True, [True], 0])
def test_nobody_is_ended(nobody):
    assert kill_children_processes(nobody) is None


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (-1, ValueError, r"pid must be a positive integer \(got -1\)"),
        ([-(2**64)], ValueError, "pid must be a positive integer"),
        ("abc", TypeError, "'<' not supported between instances of 'str' and 'int'"),
        ([1.5], TypeError, "'float' object cannot be interpreted as an integer"),
    ],
)
def test_what_is_no_process(wrong, error, message):
    with pytest.raises(error, match=message):
        kill_children_processes(wrong)


def test_who_was_asked_for_and_who_started_are_gone():
    """A command that starts another and ends leaves nothing to find it by, as with psutil."""
    with shell("sleep 60 & exec true") as process:
        process.wait(timeout=10)
        kill_children_processes(process.pid)
        os.killpg(process.pid, 0)  # it is there still


def test_a_number_that_is_anothers_now_is_spared(way):
    with shell("exec sleep 60") as process:
        former = _process.Process(process.pid, started=1)
        assert not former.is_running()
        assert former.children() == []
        with pytest.raises(_process.NoSuchProcess):
            former.kill()
        former.wait(timeout=0)
        _killing.kill(former, force=True, grace_period=1)
        assert process.poll() is None


def popen(process):
    return process


def psutils(process):
    return psutil.Process(process.pid)


def ours(process):
    return _process.Process(process.pid)


KINDS = pytest.mark.parametrize(
    ("kind", "asked_for"), [(popen, False), (psutils, True), (ours, True)]
)


@KINDS
@pytest.mark.parametrize("force", [False, True])
def test_one_that_listens(kind, asked_for, force):
    with shell("exec sleep 60") as process:
        begin = time.monotonic()
        kill_process_with_grace_period(kind(process), force=force)
        assert time.monotonic() - begin < 5
        ended_by = signal.SIGKILL if force else signal.SIGTERM
        assert process.poll() == (0 if asked_for else -ended_by)


@KINDS
def test_one_that_is_deaf(kind, asked_for, caplog):
    with shell(DEAF) as process:
        process.stdout.readline()
        with caplog.at_level(logging.DEBUG, logger="sky_rs"):
            kill_process_with_grace_period(kind(process), grace_period=0.2)
        assert process.poll() == (0 if asked_for else -signal.SIGKILL)
    assert "did not terminate after 0.2 seconds" in caplog.text
    assert "Force killing process" in caplog.text


def test_ours_are_waited_for_in_either_way(way):
    with shell(DEAF) as process:
        process.stdout.readline()
        with pytest.raises(_process.StillRunning):
            ours(process).wait(timeout=0.1)
        kill_process_with_grace_period(ours(process), grace_period=0.1)
        assert process.poll() == 0


@pytest.mark.parametrize("kind", [psutils, ours])
def test_one_that_is_nobodys_child(way, kind):
    with shell("sleep 60 & echo $!; wait") as process:
        pid = int(process.stdout.readline())
        os.kill(process.pid, signal.SIGSTOP)  # who then asks for nobody
        kill_process_with_grace_period(kind(mock.Mock(pid=pid)))
        assert psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
        assert not is_process_alive(pid)


def test_one_of_multiprocessing():
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=time.sleep, args=(60,))
    assert kill_process_with_grace_period(process) is None  # not started yet
    process.start()
    kill_process_with_grace_period(process)
    assert process.exitcode == -signal.SIGTERM


@KINDS
def test_one_that_has_ended(kind, asked_for):
    with shell("exit 0") as process:
        what = kind(process)
        process.wait(timeout=10)
        assert kill_process_with_grace_period(what) is None
        assert process.poll() == 0


def test_what_is_no_kind_of_process():
    with pytest.raises(AttributeError, match="'int' object has no attribute 'is_alive'"):
        kill_process_with_grace_period(5)


# Windows, which has no such number, is left out by the mark of the whole file.
@pytest.mark.skipif(getattr(os, "getuid", int)() != 0, reason="only root can be two users")
@pytest.mark.parametrize("has_psutil", [True, False])
def test_of_others_nothing_is_ended(has_psutil):
    code = "import os, sys, psutil\nfrom sky_rs.subprocess_utils import *\n"
    code += "kill_children_processes()\n"  # whatever it imports, nobody may not
    code += "" if has_psutil else "sys.modules['psutil'] = None\n"
    code += "os.setuid(65534)\n"
    with shell("exec sleep 60") as process:
        code += f"try: kill_children_processes({process.pid})\n"
        code += "except Exception as error: print(type(error).__name__)"
        output = run(code)
        assert process.poll() is None
    assert output.split() == ["AccessDenied" if has_psutil else "PermissionError"]


def test_entries_that_may_not_be_read_are_left_out(tree, caplog):
    process, below = tree
    real = _process.read

    def read(path):
        if path == "/proc/1/stat":
            raise PermissionError(13, "Permission denied", path)
        if path.split("/")[2] == str(os.getppid()):
            raise FileNotFoundError(2, "No such file or directory", path)
        return real(path)

    with mock.patch.object(_process, "read", read):
        assert {p.pid for p in _process.Process(process.pid).children()} == set(below)
        assert _process.Process(1).is_running()
        assert _process.Process(1).children() == []
    assert "Some processes may not be looked at and are left out (pid=1 uid=0" in caplog.text


def test_a_table_that_cannot_be_read_is_an_error():
    with mock.patch.object(_process, "read", side_effect=OSError(24, "Too many open files")):
        with pytest.raises(OSError, match="Too many open files"):
            _process.Process(os.getpid(), started=1).children()


def test_elsewhere_psutil_finds_the_tree(tree, monkeypatch):
    process, below = tree
    monkeypatch.setattr("sys.platform", "darwin")
    kill_children_processes([process.pid, 2**22 + 1], force=True)
    assert dead(below)
    monkeypatch.setitem(sys.modules, "psutil", None)
    with pytest.raises(RuntimeError, match=r"pip install sky-rs\[process\]"):
        kill_children_processes(process.pid)


# The daemon

WATCHED = """
import subprocess, sys, time
from sky_rs.subprocess_utils import kill_process_daemon
process = subprocess.Popen("sleep 60 & echo $!; wait", shell=True, start_new_session=True)
kill_process_daemon(process.pid, use_kill_pg={group})
print(process.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("group", [False, True])
def test_what_is_watched_ends_with_the_one_that_wanted_it(group):
    code = WATCHED.format(group=group)
    with shell(f"exec {sys.executable} -c '{code}'") as process:
        pids = sorted(int(process.stdout.readline()) for _ in range(2))
        time.sleep(0.3)
        assert all(map(is_process_alive, pids))
        process.kill()
        process.wait(timeout=10)
        assert dead(pids)


def test_the_daemon_has_skypilots_arguments(tree):
    process, below = tree
    with mock.patch.object(subprocess, "Popen") as popen:
        kill_process_daemon(process.pid, use_kill_pg=True)
        kill_process_daemon(2**22 + 1)
    (first,), options = popen.call_args_list[0]
    assert first[0] == sys.executable
    assert os.path.basename(first[1]) == "subprocess_daemon.py"
    assert first[2:5] == ["--parent-pid", str(os.getpid()), "--proc-pid"]
    assert first[5:7] == [str(process.pid), "--initial-children"]
    assert sorted(map(int, first[7].split(","))) == sorted(below)
    assert set(options) == {"stdin", "stdout", "stderr", "env"}
    assert options["env"]["SKYPILOT_SUBPROCESS_DAEMON_KILL_PG"] == "1"
    (second,), options = popen.call_args_list[1]
    assert second[-1] == ""
    assert "SKYPILOT_SUBPROCESS_DAEMON_KILL_PG" not in options["env"]
    _killing._leaving.clear()


@pytest.mark.parametrize("deaf", [False, True])
@pytest.mark.parametrize("by_group", [False, True])
def test_the_daemon_asks_before_it_ends(deaf, by_group, monkeypatch):
    monkeypatch.setattr(subprocess_daemon, "daemonize", lambda: None)
    monkeypatch.setattr(subprocess_daemon, "GRACE", 0.3)
    monkeypatch.setattr(subprocess_daemon, "GLANCE", 0.05)
    monkeypatch.setenv("SKYPILOT_SUBPROCESS_DAEMON_KILL_PG", str(int(by_group)))
    with shell(DEAF if deaf else "echo ready; exec sleep 60") as process, shell("") as parent:
        process.stdout.readline()
        parent.wait(timeout=10)
        reaper = threading.Thread(target=process.wait)  # a group is there as long as its dead are
        reaper.start()
        pids = ["--parent-pid", str(parent.pid), "--proc-pid", str(process.pid)]
        subprocess_daemon.main([*pids, "--initial-children", f"{2**22 + 1},x,"])
        reaper.join(timeout=10)
        assert process.returncode == (-signal.SIGKILL if deaf else -signal.SIGTERM)


def test_the_daemon_is_detached():
    code = "import os, sky_rs.subprocess_daemon as d; first = os.getpid(), os.getsid(0)\n"
    code += "d.daemonize(); print(os.getpid() != first[0], os.getsid(0) != first[1],"
    code += " os.getsid(0) != os.getpid(), flush=True)"
    with shell(f'exec {sys.executable} -c "{code}"') as process:
        assert process.stdout.read().split() == [b"True"] * 3


def test_daemons_that_have_left_are_asked_for(tree):
    process, _ = tree
    kill_process_daemon(process.pid)
    (left,) = _killing._leaving[-1:]
    assert eventually(lambda: psutil.Process(left.pid).status() == psutil.STATUS_ZOMBIE)
    with mock.patch.object(subprocess, "Popen"):
        kill_process_daemon(process.pid)
    assert left.returncode == 0
    _killing._leaving.clear()
    assert sky_rs.__version__
