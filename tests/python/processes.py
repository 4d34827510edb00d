"""Real processes for tests: shells that are ended, and looks at what they start."""

import contextlib
import os
import signal
import subprocess
import time

from sky_rs.subprocess_utils import is_process_alive

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


def dead(pids):
    return eventually(lambda: not any(is_process_alive(pid) for pid in pids))
