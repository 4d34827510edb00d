"""Ending processes and what they started."""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import subprocess
import sys
import time

from sky_rs import _process, _sky

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional, Tuple, Type

#: Set to "1", it has the daemon end a process group.
KILL_GROUP = "SKYPILOT_SUBPROCESS_DAEMON_KILL_PG"

# Run by its path: `-m` would look for the package in a directory of the user's.
_DAEMON = os.path.join(os.path.dirname(os.path.abspath(__file__)), "subprocess_daemon.py")

#: Seconds that a process has to end after it was ended for certain.
_LAST_GRACE = 5

#: Seconds between two looks at a process of psutil's that is no child.
_GLANCE = 0.1


def kill(proc: Any, force: bool, grace_period: float) -> None:
    alive, wait = _asked(proc)
    if not alive():
        return
    log = _sky.logger().debug
    log("Killing process %s", proc.pid)
    try:
        if force:
            proc.kill()
        else:
            proc.terminate()
        wait(grace_period)
    except _errors("NoSuchProcess", _process.NoSuchProcess, ValueError):
        return
    except _errors("TimeoutExpired", _process.StillRunning, subprocess.TimeoutExpired):
        log("Process %s did not terminate after %s seconds", proc.pid, grace_period)
    finally:
        # Here, since waiting for a multiprocessing.Process in vain raises nothing.
        if not force and alive():
            log("Force killing process %s", proc.pid)
            kill(proc, force=True, grace_period=_LAST_GRACE)


def _asked(proc: Any) -> Tuple[Callable[[], bool], Callable[[float], Any]]:
    """How a process of any kind is asked whether it is alive, and how it is waited for."""
    if isinstance(proc, _process.Process):
        return proc.is_running, proc.wait
    if isinstance(proc, subprocess.Popen):
        return lambda: proc.poll() is None, lambda timeout: proc.wait(timeout=timeout)
    psutil = sys.modules.get("psutil")  # if nobody has imported it, it is none of psutil's
    if psutil is not None and isinstance(proc, psutil.Process):
        return proc.is_running, lambda timeout: _wait(psutil, proc, timeout)
    return proc.is_alive, lambda timeout: proc.join(timeout=timeout)


def _errors(name: str, *others: Type[Exception]) -> Tuple[Type[Exception], ...]:
    """Errors of several kinds, and psutil's of that name if anybody has imported psutil."""
    psutil = sys.modules.get("psutil")
    return others if psutil is None else (*others, getattr(psutil, name))


def _wait(psutil: Any, proc: Any, timeout: float) -> None:
    """Waits for one of psutil's processes.

    psutil takes one that has ended, but was not asked for, for running unless it is a child.
    """
    if proc.ppid() == os.getpid():
        proc.wait(timeout=timeout)
        return
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        try:
            if proc.status() == psutil.STATUS_ZOMBIE:
                return
        except psutil.NoSuchProcess:
            return
        time.sleep(_GLANCE)
    raise psutil.TimeoutExpired(timeout, pid=proc.pid)


def kill_trees(pids: Optional[List[Optional[int]]], force: bool) -> None:
    """Ends processes and all below them, or only all below this one, each with its grace period."""
    roots = []
    for pid in [None] if pids is None else pids:
        with contextlib.suppress(_process.NoSuchProcess):
            roots.append(find(pid))
    for root in roots:
        # Known before the root ends: nothing tells afterwards whose they were.
        below = children(root)
        if pids is not None:
            kill(root, force=force, grace_period=10)
        _sky.logger().debug("Killing child processes: %s", below)
        for child in below:
            kill(child, force=force, grace_period=10)


def find(pid: Optional[int] = None) -> Any:
    """A process by its number: one of ours on Linux, one of psutil's elsewhere.

    Raises:
        NoSuchProcess: There is none of that number.
        RuntimeError: This platform needs psutil, and it is not installed.
    """
    if sys.platform == "linux":
        return _process.Process(pid)
    try:
        psutil = importlib.import_module("psutil")
    except ImportError as error:
        raise RuntimeError(
            f"processes of {sys.platform} are found with psutil: pip install sky-rs[process]"
        ) from error
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess as error:
        raise _process.NoSuchProcess(errno.ESRCH, str(error)) from error


def children(process: Any) -> List[Any]:
    """All processes below one; none if it is gone."""
    if isinstance(process, _process.Process):
        return list(process.children())
    psutil: Any = sys.modules["psutil"]
    try:
        return list(process.children(recursive=True))
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return []


#: Daemons that were started and may be about to leave for the background.
_leaving: List[subprocess.Popen[bytes]] = []


def start_daemon(arguments: List[str], environment: Dict[str, str]) -> None:
    """Starts the program of ``subprocess_daemon``, which leaves this process by itself."""
    # Those that have left are asked for, or they would stay in the table of processes.
    _leaving[:] = [daemon for daemon in _leaving if daemon.poll() is None]
    # Of a frozen app, the executable is the app, which would start itself, and so would that.
    python = not getattr(sys, "frozen", False) and sys.executable
    if not python or not os.path.isfile(_DAEMON):  # it is none inside a zip
        _fork_daemon(arguments, environment)
        return
    _leaving.append(
        subprocess.Popen(  # noqa: S603 - our own program
            [python, _DAEMON, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
    )


def _fork_daemon(arguments: List[str], environment: Dict[str, str]) -> None:
    from sky_rs import subprocess_daemon  # noqa: PLC0415 - imports this module

    if hasattr(os, "fork"):
        subprocess_daemon.fork(arguments, environment)
    else:
        _sky.logger().warning("Without a Python to start, no daemon ends process %s", arguments[3])
