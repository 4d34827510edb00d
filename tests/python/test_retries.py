"""Commands that are run again and again: when, with what, and what they say."""

import io
import sys
import time
from unittest import mock

import pytest
from conftest import run as run_code

from sky_rs import _running, subprocess_utils
from sky_rs.subprocess_utils import run_with_retries

pytestmark = pytest.mark.needs("shell")


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
