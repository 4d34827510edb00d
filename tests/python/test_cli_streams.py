"""Commands for files whose standard streams are closed, full, left, interrupted, or a terminal."""

import os
import signal
import subprocess
import sys

import pytest
from command_line import sky_rs as run
from command_line import start
from conftest import digest


@pytest.mark.needs("shell")
@pytest.mark.parametrize("command", ["hash", "hash -c", "etag", "tail"])
def test_a_closed_standard_input(command):
    done = subprocess.run(
        ["sh", "-c", f'"$0" -m sky_rs {command} <&-', sys.executable],
        capture_output=True,
        timeout=60,
        check=False,
    )
    message = f"sky-rs {command.split()[0]}: -: Bad file descriptor\n"
    assert (done.returncode, done.stdout, done.stderr.decode()) == (1, b"", message)


@pytest.mark.needs("signals")
@pytest.mark.parametrize("command", [("hash",), ("hash", "-c"), ("etag",), ("tail",)])
def test_ctrl_c_ends_it_quietly(command, here):
    (here / "file").write_bytes(b"")
    # It waits for the standard input when it has said what it knows.
    listed = ["missing", "-"]
    with start(*command, *listed) as process:
        try:
            assert b"No such file" in process.stderr.read(1000)
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate(timeout=20)
            assert output in (b"", b"==> standard input <==\n")
            assert errors == b"\n"  # the line of ^C ends
            assert process.returncode == 130
        finally:
            process.kill()


@pytest.mark.needs("signals")
def test_a_reader_that_leaves_ends_it_quietly(files):
    with start("hash", *files * 50, "-") as process:
        process.stdout.close()
        assert process.stderr.read() == b""


BAR = """
import sys
from sky_rs import __main__
from sky_rs._cli import _bar
_bar._PATIENCE = float(sys.argv.pop(1))
sys.exit(__main__.main())
"""


@pytest.mark.needs("terminals")
@pytest.mark.parametrize("command", ["hash", "etag"])
@pytest.mark.parametrize(("patience", "shown"), [(0, True), (3600, False)])
def test_a_bar_is_shown_on_a_terminal_if_it_takes_long(files, command, patience, shown):
    ours, theirs = os.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", BAR, str(patience), command, *files],
            stdout=subprocess.PIPE,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
            timeout=60,
            check=True,
        )
        os.set_blocking(ours, False)
        try:
            written = os.read(ours, 100_000)
        except BlockingIOError:
            written = b""
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.stdout == run(command, *files)[1]
    assert (b"MB" in written) == shown
    assert shown or not written


@pytest.mark.needs("shell", "/proc")
@pytest.mark.parametrize("command", ["hash", "etag", "tail"])
@pytest.mark.parametrize(
    ("redirection", "reason"),
    [(">/dev/full", "No space left on device"), (">&-", "Bad file descriptor")],
)
def test_an_output_that_cannot_be_written(files, command, redirection, reason):
    done = subprocess.run(
        ["sh", "-c", f'"$0" -m sky_rs {command} "$1" {redirection}', sys.executable, files[5]],
        capture_output=True,
        timeout=60,
        check=False,
    )
    message = f"Error: cannot write to the standard output: {reason}\n"
    assert (done.returncode, done.stdout, done.stderr.decode()) == (1, b"", message)


@pytest.mark.needs("shell", "/proc")
def test_messages_that_cannot_be_written_stop_nothing(files):
    done = subprocess.run(
        ["sh", "-c", '"$0" -m sky_rs hash missing "$1" 2>/dev/full', sys.executable, files[5]],
        capture_output=True,
        timeout=60,
        check=False,
    )
    line = f"{digest(files[5], 'sha256')}  {files[5]}\n"
    assert (done.returncode, done.stdout.decode()) == (1, line)
