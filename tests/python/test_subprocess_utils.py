"""Commands that are run: as SkyPilot runs them."""

import contextlib
import inspect
import logging
import os
import signal
import subprocess
import sys
import time
from unittest import mock

import pytest
from conftest import run as run_code

import sky_rs
from sky_rs import _sky, subprocess_utils
from sky_rs.subprocess_utils import (
    handle_returncode,
    is_echo_disabled,
    launch_new_process_tree,
    run,
    run_no_outputs,
)

pytestmark = pytest.mark.needs("shell")

SIGNATURES = {
    "get_max_workers_for_file_mounts": "(common_file_mounts, cloud_str=None)",
    "get_parallel_threads": "(cloud_str=None)",
    "handle_returncode": "(returncode, command, error_msg, stderr=None, stream_logs=True)",
    "is_echo_disabled": "(fd)",
    "kill_children_processes": "(parent_pids=None, force=False)",
    "kill_process_daemon": "(process_pid, use_kill_pg=False)",
    "kill_process_with_grace_period": "(proc, force=False, grace_period=10)",
    "launch_new_process_tree": "(cmd, log_output='/dev/null')",
    "run": "(cmd, **kwargs)",
    "run_in_parallel": "(func, args, num_threads=None)",
    "run_no_outputs": "(cmd, **kwargs)",
    "run_with_retries": "(cmd, max_retry=3, retry_returncode=None, retry_stderrs=None)",
    "slow_start_processes": "(processes, delay=2.0, on_start=None, should_exit=None)",
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures_are_skypilots(name):
    parameters = inspect.signature(getattr(subprocess_utils, name)).parameters.values()
    bare = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in parameters]
    assert str(inspect.Signature(bare)) == SIGNATURES[name]


def test_everything_public_is_documented():
    for name in set(subprocess_utils.__all__) - {"OnStartFn"}:
        assert getattr(subprocess_utils, name).__doc__, name


def test_run():
    assert run("echo $BASH", capture_output=True).stdout == b"/bin/bash\n"
    assert run(["echo", "hi"], shell=False, stdout=subprocess.PIPE).stdout == b"hi\n"
    assert run("true", shell=False, executable="/bin/nowhere").returncode == 0
    assert run("exit 3", check=False).returncode == 3
    with pytest.raises(
        subprocess.CalledProcessError, match="'exit 3' returned non-zero exit status 3"
    ):
        run("exit 3")
    with pytest.raises(FileNotFoundError):
        run(["/nonexistent"], shell=False)
    with pytest.raises(FileNotFoundError):
        run("x", executable="/bin/nonexist")
    with pytest.raises(subprocess.TimeoutExpired):
        run("exec sleep 60", timeout=0.1)


def test_run_no_outputs(capfd):
    done = run_no_outputs("echo out; echo err >&2")
    assert (done.stdout, done.stderr, done.returncode) == (None, None, 0)
    assert capfd.readouterr() == ("", "")
    with pytest.raises(subprocess.CalledProcessError):
        run_no_outputs("exit 2")
    with pytest.raises(TypeError, match="multiple values for keyword argument 'stdout'"):
        run_no_outputs("true", stdout=subprocess.PIPE)


def test_the_timeline_of_a_skypilot_that_is_there(monkeypatch):
    events = []

    @contextlib.contextmanager
    def event(name):
        events.append(name)
        yield

    monkeypatch.setitem(sys.modules, "sky.utils.timeline", mock.Mock(Event=event))
    run("true")
    assert events == ["sky.utils.subprocess_utils.run"]


# How a command ended


def test_a_failure(caplog):
    error = sky_rs.exceptions.CommandError
    with pytest.raises(error) as caught:
        handle_returncode(2, "cmd", lambda: "why", "stderr\n")
    assert (
        str(caught.value) == "Command cmd failed with return code 2.\n\x1b[31mwhy\x1b[0m\nstderr\n"
    )
    assert caught.value.returncode == 2
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("ERROR", "stderr\n")
    ]
    with caplog.at_level(logging.DEBUG), pytest.raises(error):
        handle_returncode(2, "cmd", "why", "100%s", stream_logs=False)
    assert (caplog.records[-1].levelname, caplog.records[-1].getMessage()) == ("DEBUG", "100%s")


def test_no_failure():
    assert handle_returncode(0, "cmd", mock.Mock(side_effect=AssertionError), "stderr") is None
    with pytest.raises(ZeroDivisionError):
        handle_returncode(1, "cmd", lambda: 1 / 0)


def test_debugging_shows_the_whole_command(monkeypatch):
    monkeypatch.setenv("SKYPILOT_DEBUG", "1")
    with pytest.raises(sky_rs.exceptions.CommandError, match="x" * 200):
        handle_returncode(1, "x" * 200, "why")


def test_an_error_survives_pickling():
    import pickle

    error = sky_rs.exceptions.CommandError(1, "cmd", "why", None)
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), vars(again)) == (str(error), vars(error))


def test_skypilots_error_where_there_is_one(monkeypatch):
    class CommandError(Exception):
        pass

    exceptions = mock.Mock(CommandError=CommandError)
    monkeypatch.setitem(sys.modules, "sky", mock.Mock(exceptions=exceptions))
    monkeypatch.setitem(sys.modules, "sky.exceptions", exceptions)
    with pytest.raises(CommandError):
        handle_returncode(1, "cmd", "why")
    assert sky_rs.exceptions.CommandError is CommandError
    for other in (None, mock.Mock(CommandError="another sky")):
        monkeypatch.setitem(sys.modules, "sky.exceptions", other)
        assert _sky.command_error().__module__ == "sky_rs._command_error"


def test_logs_go_where_skypilots_go(monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "sky.sky_logging", mock.Mock())
    assert _sky.logger().name == "sky.utils.subprocess_utils"


def test_nothing_else_is_in_exceptions():
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = sky_rs.exceptions.Nothing


# Trees and terminals


def test_a_tree_of_its_own(tmp_path):
    log = tmp_path / "log"
    pid = launch_new_process_tree('echo "q\'uote"; echo err >&2; exec sleep 60', str(log))
    try:
        with open(f"/proc/{pid}/stat", encoding="latin-1") as file:
            parent = int(file.read().rpartition(") ")[2].split()[1])
        assert parent != os.getpid()
        assert os.getsid(pid) != os.getsid(0)
        deadline = time.monotonic() + 10
        while log.read_text() != "q'uote\nerr\n" and time.monotonic() < deadline:
            time.sleep(0.01)
        assert log.read_text() == "q'uote\nerr\n"
    finally:
        os.kill(pid, signal.SIGKILL)


def test_a_log_that_cannot_be_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the shell makes a file x
    assert launch_new_process_tree("true", f"{tmp_path}/missing/log") > 0
    with pytest.raises(subprocess.CalledProcessError):
        launch_new_process_tree("true", "x; exit 3;")


def test_terminals():
    import pty
    import termios

    master, slave = pty.openpty()
    try:
        assert is_echo_disabled(slave) is False
        attributes = termios.tcgetattr(slave)
        attributes[3] &= ~termios.ECHO
        termios.tcsetattr(slave, termios.TCSANOW, attributes)
        assert is_echo_disabled(slave) is True
        with mock.patch("termios.tcgetattr", side_effect=termios.error(5, "EIO")):
            assert is_echo_disabled(slave) is False
        with mock.patch.dict(sys.modules, termios=None):
            assert is_echo_disabled(slave) is False
    finally:
        os.close(master)
        os.close(slave)


def test_what_is_no_terminal():
    reading, writing = os.pipe()
    for descriptor in (reading, -1, 999):
        with pytest.raises(AssertionError, match="fd is not connected to a terminal"):
            is_echo_disabled(descriptor)
    with pytest.raises(TypeError, match="'NoneType' object cannot be interpreted as an integer"):
        is_echo_disabled(None)
    os.close(reading)
    os.close(writing)


def test_it_can_be_imported_where_there_is_no_unix():
    code = """
import sys
for name in ("resource", "termios", "fcntl", "pty", "tty", "pwd", "grp"):
    sys.modules[name] = None
import os, select
for module, name in ((os, "pidfd_open"), (os, "fork"), (select, "poll"), (os, "register_at_fork")):
    delattr(module, name)
from sky_rs import encoding, names, perf_utils, subprocess_daemon, subprocess_utils
print(subprocess_utils.get_max_workers_for_file_mounts({}) > 0, "psutil" in sys.modules)
"""
    assert run_code(code).split() == ["True", "False"]
