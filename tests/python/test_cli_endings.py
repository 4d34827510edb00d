"""How commands end whose standard streams are closed, full or left, or that are interrupted."""

import os
import signal
import subprocess
import sys

import pytest

#: One for each way to print: by click, as a table, by click itself, and without click.
PRINTING = ["cpu", "routes", "--help", "--version", "cpu --help", "exec --help", "migrate --help"]


@pytest.fixture(params=["", "1"], ids=["buffered", "unbuffered"])
def shell(request):
    """Runs a line of a shell, in which $0 is Python; returns exit status, output and errors."""

    def run(line):
        done = subprocess.run(
            ["sh", "-c", line, sys.executable],
            env={**os.environ, "PYTHONUNBUFFERED": request.param},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.mark.needs("shell", "/proc")
@pytest.mark.parametrize("command", PRINTING)
@pytest.mark.parametrize(
    ("redirection", "reason"),
    [(">/dev/full", "No space left on device"), (">&-", "Bad file descriptor")],
)
def test_an_output_that_cannot_be_written(shell, command, redirection, reason):
    assert shell(f'"$0" -m sky_rs {command} {redirection}') == (1, "", f"sky-rs: {reason}\n")


@pytest.mark.needs("shell")
@pytest.mark.parametrize("command", PRINTING)
def test_a_reader_that_left(command):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "sky_rs", *command.split()],
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.needs("shell")
def test_closed_streams_do_not_matter_to_a_command_that_is_run(shell):
    command = '"$0" -m sky_rs exec -- sh -c "exit 3"'
    assert shell(f"{command} >&-") == (3, "", "")
    assert shell(f"{command} 2>&-") == (3, "", "")
    assert shell(f"{command} <&- >&- 2>&-") == (3, "", "")
    assert shell('"$0" -m sky_rs exec 2>&-')[0] == 2


@pytest.mark.needs("signals")
def test_ctrl_c_ends_migrate_quietly(tmp_path):
    os.mkfifo(tmp_path / "waits.py")  # until somebody writes
    arguments = [
        sys.executable,
        "-m",
        "sky_rs",
        "migrate",
        tmp_path / "missing",
        tmp_path / "waits.py",
    ]
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert "No such file" in process.stderr.readline()
            process.send_signal(signal.SIGINT)
            assert process.communicate(timeout=60) == (None, "")
            # CPython ends by the signal if that comes while a dataclass is being made, even though
            # KeyboardInterrupt is caught. To a shell both are 130.
            assert process.returncode in (130, -signal.SIGINT)
        finally:
            process.kill()
