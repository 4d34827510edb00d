"""Real processes: alive, ended, in trees and groups, deaf to signals. Only our own are ended."""

import logging
import multiprocessing
import os
import signal
import sys
import time
from unittest import mock

import psutil
import pytest
from conftest import run
from processes import DEAF, dead, shell

from sky_rs import _killing, _process
from sky_rs.subprocess_utils import (
    is_process_alive,
    kill_children_processes,
    kill_process_with_grace_period,
)

pytestmark = pytest.mark.needs("shell", "signals")


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
