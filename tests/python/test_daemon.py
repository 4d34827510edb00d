"""The daemon, which ends what is watched when nobody wants it any more."""

import os
import signal
import subprocess
import sys
import threading
import time
from unittest import mock

import psutil
import pytest
from processes import DEAF, dead, eventually, shell

import sky_rs
from sky_rs import _killing, subprocess_daemon
from sky_rs.subprocess_utils import is_process_alive, kill_process_daemon

pytestmark = pytest.mark.needs("shell", "signals")


WATCHED = """
import subprocess, sys, time
from sky_rs.subprocess_utils import kill_process_daemon
process = subprocess.Popen("sleep 60 & echo $!; wait", shell=True, start_new_session=True)
kill_process_daemon(process.pid, use_kill_pg={group})
print(process.pid, flush=True)
time.sleep(60)
"""

#: Inside another program, and inside a zip, there is no Python to start, or no file to give it.
WITHOUT_PYTHON = [
    "import sys; sys.executable = None",
    "import sys; sys.executable = str()",
    "from sky_rs import _killing; _killing._DAEMON = str()",
]


@pytest.mark.parametrize("group", [False, True])
@pytest.mark.parametrize("before", ["", *WITHOUT_PYTHON])
def test_what_is_watched_ends_with_the_one_that_wanted_it(group, before):
    code = before + WATCHED.format(group=group)
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


FORKING = """
import os, subprocess, sys, time
from sky_rs.subprocess_utils import kill_process_daemon
sys.frozen = True
nowhere = dict.fromkeys(("stdout", "stderr"), subprocess.DEVNULL)
process = subprocess.Popen(["sleep", "60"], **nowhere)
kill_process_daemon(process.pid)
print(process.pid, flush=True)
"""


def test_a_frozen_app_is_not_started_again_and_not_kept_open():
    with (
        mock.patch.object(subprocess, "Popen") as popen,
        mock.patch("sys.frozen", True, create=True),
    ):
        with mock.patch.object(subprocess_daemon, "fork") as fork:
            kill_process_daemon(2**22 + 1)
        assert fork.call_args.args[0][2:4] == ["--proc-pid", str(2**22 + 1)]
    assert not popen.called
    # The daemon holds no end of the pipe, so whoever reads it sees its end.
    done = subprocess.run(
        [sys.executable, "-c", FORKING], capture_output=True, timeout=20, check=True
    )
    assert done.stderr == b""
    assert dead([int(done.stdout)])


def test_a_frozen_app_that_cannot_fork_says_so(monkeypatch, caplog):
    monkeypatch.setattr("sys.frozen", True, raising=False)
    monkeypatch.delattr("os.fork")
    kill_process_daemon(2**22 + 1)
    assert f"no daemon ends process {2**22 + 1}" in caplog.text


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
