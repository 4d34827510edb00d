"""Runs commands of ``sky-rs`` and their namesakes of the GNU tools."""

import contextlib
import os
import subprocess
import sys
import threading

#: Seconds after which a command is ended.
PATIENCE = 60


@contextlib.contextmanager
def start(*arguments, **options):
    """Runs ``sky-rs`` with some arguments, which may be bytes, and waits for its end."""
    for stream in ("stdin", "stdout", "stderr"):
        options.setdefault(stream, subprocess.PIPE)
    command = [sys.executable, "-m", "sky_rs", *map(os.fsdecode, arguments)]
    process = subprocess.Popen(command, bufsize=0, **options)
    timer = threading.Timer(PATIENCE, process.kill)
    timer.start()
    try:
        with process:
            yield process
    finally:
        timer.cancel()


def sky_rs(*arguments, stdin=b"", **options):
    """Runs ``sky-rs``; returns its exit status and what it wrote."""
    with start(*arguments, **options) as process:
        written = process.communicate(stdin)
        return process.returncode, *written


def gnu(tool, *arguments, stdin=b"", called=None, **options):
    """Likewise for a tool of GNU's, whose name in messages is replaced by that of ours."""
    done = subprocess.run(
        [tool, *map(os.fsdecode, arguments)],
        input=stdin,
        capture_output=True,
        timeout=PATIENCE,
        env={**os.environ, "LC_ALL": "C"},
        check=False,
        **options,
    )
    called = f"sky-rs {called}:".encode()
    return done.returncode, done.stdout, done.stderr.replace(f"{tool}:".encode(), called)


def read(process, length):
    """So many bytes of what a process writes; fewer if it ends, or is ended as too slow."""
    content = b""
    while len(content) < length:
        block = process.stdout.read(length - len(content))
        if not block:
            break
        content += block
    return content
