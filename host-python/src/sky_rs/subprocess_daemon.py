"""A program that ends a process and all below it when the process that wanted it ends first.

    python subprocess_daemon.py --parent-pid PID --proc-pid PID [--initial-children PID,PID,...]

It detaches itself, waits until one of the two has ended, then asks what is left of the tree to end
and, half a minute later, ends it. With ``SKYPILOT_SUBPROCESS_DAEMON_KILL_PG=1`` and a process that
leads its process group, it ends the group and need not look at the tree meanwhile. This is the
``subprocess_daemon.py`` of SkyPilot's skylet, without its need of psutil where there is ``/proc``.
"""

from __future__ import annotations

import os
import sys

if __name__ == "__main__":
    # Run by its path, it sees its own directory first; what it needs is the package beside it.
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

import argparse
import contextlib
import signal
import time

from sky_rs import _killing, _process

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional, Sequence

#: Seconds between asking and ending.
GRACE = 30.0

#: Seconds between two looks.
GLANCE = 1.0


def daemonize() -> None:
    """Leaves parent, session and terminal behind, for a parent that is ended with all below it."""
    if not hasattr(os, "fork"):
        return  # on Windows, whoever ends a process leaves those below it alone
    if os.fork() > 0:
        os._exit(0)
    os.setsid()
    if os.fork() > 0:
        os._exit(0)


def fork(arguments: Sequence[str], environment: Dict[str, str]) -> None:
    """Runs :func:`main` in a fork of this process, where there is no Python to run this file."""
    pid = os.fork()
    if pid > 0:
        with contextlib.suppress(ChildProcessError):  # where nobody wants to know who ends
            os.waitpid(pid, 0)  # it detaches itself at once
        return
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        null = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(null, stream)
        with contextlib.suppress(FileNotFoundError):  # then what is open stays so
            for descriptor in map(int, os.listdir("/dev/fd")):
                if descriptor > 2:
                    with contextlib.suppress(OSError):  # the listing's own
                        os.close(descriptor)
        os.environ.update(environment)
        main(arguments)
    finally:
        os._exit(0)


def main(arguments: Optional[Sequence[str]] = None) -> None:
    """Does what the module says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--parent-pid", type=int, required=True)
    parser.add_argument("--proc-pid", type=int, required=True)
    parser.add_argument("--initial-children", default="", help="numbers with commas between them")
    options = parser.parse_args(arguments)
    daemonize()

    process, parent = _found(options.proc_pid), _found(options.parent_pid)
    below = [_found(int(pid)) for pid in options.initial_children.split(",") if pid.isdigit()]
    tree = [child for child in below if child is not None]
    leads = process is not None and _leads_group(process.pid)
    by_group = leads and os.environ.get(_killing.KILL_GROUP) == "1"
    while process is not None and parent is not None:
        if not (process.is_running() and parent.is_running()):
            break
        if not by_group:
            tree = _killing.children(process) or tree
        time.sleep(GLANCE)
    if by_group and process is not None:
        _end_group(process.pid)
    else:
        # The process first: it must not start others meanwhile.
        _end_all([process, *tree] if process is not None else tree)


def _found(pid: int) -> Any:
    """A process, or none if there is none of that number."""
    with contextlib.suppress(_process.NoSuchProcess, ValueError):
        return _killing.find(pid)
    return None


def _leads_group(pid: int) -> bool:
    """Whether a process group is named after a process: then all in it may be ended."""
    try:
        return os.getpgid(pid) == pid
    except (AttributeError, OSError):
        return False


def _end_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGTERM)
    except OSError:
        return
    deadline = time.monotonic() + GRACE
    with contextlib.suppress(OSError):
        while time.monotonic() < deadline:
            os.killpg(group, 0)
            time.sleep(GLANCE)
        os.killpg(group, signal.SIGKILL)


def _end_all(processes: List[Any]) -> None:
    for process in processes:
        with contextlib.suppress(
            Exception
        ):  # gone, or somebody else's: the others are still to end
            process.terminate()
    deadline = time.monotonic() + GRACE
    while time.monotonic() < deadline and any(process.is_running() for process in processes):
        time.sleep(GLANCE)
    for process in processes:
        with contextlib.suppress(Exception):
            process.kill()


if __name__ == "__main__":
    main()
