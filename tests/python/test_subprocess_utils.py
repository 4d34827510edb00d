"""Commands that are run: as SkyPilot runs them."""

import collections
import contextlib
import contextvars
import inspect
import io
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from unittest import mock

import pytest
from conftest import run as run_code

import sky_rs
from sky_rs import _running, _sky, subprocess_utils, workers
from sky_rs.subprocess_utils import (
    estimate_fd_for_directory,
    get_max_workers_for_file_mounts,
    handle_returncode,
    is_echo_disabled,
    launch_new_process_tree,
    run,
    run_in_parallel,
    run_no_outputs,
    run_with_retries,
    slow_start_processes,
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


# How many at once


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


# Again and again


@pytest.fixture
def quickly(monkeypatch):
    """Retries do not wait, and no daemon is started for each run."""
    waits = []
    monkeypatch.setattr("time.sleep", waits.append)
    monkeypatch.setattr(subprocess_utils, "kill_process_daemon", lambda pid: None)
    return waits


def test_retries(quickly, backend, tmp_path):
    command = f"echo x >> {tmp_path}/runs; exit $(wc -l < {tmp_path}/runs)"
    assert run_with_retries(command, retry_returncode=[1, 2, 3]) == (4, "", "")
    assert len(quickly) == 3
    assert all(0 <= seconds <= 2 for seconds in quickly)
    assert run_with_retries(command, retry_returncode=[1])[0] == 5
    assert run_with_retries("echo boom >&2", 2, None, ["boom"]) == (0, "", "boom\n")
    assert len(quickly) == 5


def test_what_is_run_and_what_it_says(quickly):
    assert run_with_retries("echo $0") == (0, "/bin/sh\n", "")
    assert run_with_retries(r"printf 'a\r\nb\377'") == (0, "a\r\nb\ufffd", "")
    assert run_with_retries("kill -9 $$")[0] == -9
    returncode, output, error = run_with_retries("/nonexistent/command")
    assert (returncode, output) == (127, "")
    assert "/nonexistent/command" in error
    noise = "bash: no job control in this shell"
    command = rf"printf 'a\nx {noise}\rb\r\n{noise}' >&2; cat"
    assert run_with_retries(command) == (0, "", "a\nb\r\n")


def test_it_has_a_session_and_no_input(quickly):
    _, output, _ = run_with_retries("ps -o sid= -p $$; echo $$; cat")
    session, pid = output.split()
    assert session == pid


def test_much_output_on_both_sides(quickly):
    code = "import os\nfor _ in range(50): os.write(1, b'x' * 2**20); os.write(2, b'y' * 2**20)"
    returncode, output, error = run_with_retries(
        f'{sys.executable} -c "{code}"', retry_stderrs=["z"]
    )
    assert (returncode, len(output), len(error)) == (0, 50 * 2**20, 50 * 2**20)


def test_a_running_command_is_watched(monkeypatch):
    watched = []
    monkeypatch.setattr(subprocess_utils, "kill_process_daemon", watched.append)
    assert run_with_retries("echo $$")[1].split() == [str(pid) for pid in watched]


def test_ctrl_c_ends_it():
    code = """
import os, signal, subprocess, threading
from sky_rs.subprocess_utils import run_with_retries
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    run_with_retries("exec sleep 50")
except KeyboardInterrupt:
    print("heard")
"""
    begin = time.monotonic()
    assert run_code(code).split() == ["heard"]
    assert time.monotonic() - begin < 20


def test_a_skypilot_that_is_there_runs_it(monkeypatch, quickly):
    run_with_log = mock.Mock(return_value=(3, "out", "err"))
    monkeypatch.setitem(sys.modules, "sky.skylet.log_lib", mock.Mock(run_with_log=run_with_log))
    assert run_with_retries("cmd", 1, [3]) == (3, "out", "err")
    call = mock.call("cmd", "/dev/null", require_outputs=True, shell=True)
    assert run_with_log.call_args_list == [call, call]


def test_noise_is_cut_by_any_line_end():
    noise = "bash: cannot set terminal process group (1)"
    text = f"a\r{noise}\r\n{noise}\nb\u2028c\n\nd"
    assert _running._text(io.BytesIO(text.encode())) == "a\rb\u2028c\n\nd"


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
