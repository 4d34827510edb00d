"""SkyPilot's process helpers: to run, to wait, to end, and how much of it at once.

What is decided (how many workers, whether to try again, who belongs to a process) is decided by a
backend, as everything in sky_rs; what is done, this process does, after a look at the decision.
Nothing here needs psutil on Linux. Elsewhere the functions that end processes do (the extra
``sky-rs[process]``), and ``psutil.Process`` objects are taken everywhere.
"""

from __future__ import annotations

import os
import random
import shlex
import subprocess
import time

from sky_rs import _alive, _killing, _process, _running, _sky
from sky_rs._routing import Route
from sky_rs.workers import (
    OnStartFn,
    Startable,
    estimate_fd_for_directory,
    get_max_workers_for_file_mounts,
    get_parallel_threads,
    run_in_parallel,
    slow_start_processes,
)

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any, Callable, List, Optional, Tuple, Union

__all__ = [
    "OnStartFn",
    "Startable",
    "estimate_fd_for_directory",
    "get_max_workers_for_file_mounts",
    "get_parallel_threads",
    "handle_returncode",
    "is_echo_disabled",
    "is_process_alive",
    "kill_children_processes",
    "kill_process_daemon",
    "kill_process_with_grace_period",
    "launch_new_process_tree",
    "run",
    "run_in_parallel",
    "run_no_outputs",
    "run_with_retries",
    "slow_start_processes",
]

_retry = Route("retry", "process")
_backoff = Route("backoff", "process")

# What colorama has for red, and for an end to it.
_RED, _RESET = "\033[31m", "\033[0m"

_take_watch, _watched = _alive.watched.pop, _alive.watched


def run(cmd: Any, **kwargs: Any) -> subprocess.CompletedProcess[Any]:
    """Runs a command with ``subprocess.run``, by default in bash and checking its return code.

    Args:
        cmd: A text for the shell or, with ``shell=False``, a list.
        kwargs: What ``subprocess.run`` takes. ``shell`` and ``check`` are true and
            ``executable`` is '/bin/bash' unless given; without a shell it counts for nothing.

    Raises:
        subprocess.CalledProcessError: The return code is not 0.
    """
    with _sky.event("run"):
        shell = kwargs.pop("shell", True)
        check = kwargs.pop("check", True)
        executable = kwargs.pop("executable", "/bin/bash" if os.name == "posix" else None)
        return subprocess.run(  # noqa: S603 - what the function is for
            cmd, shell=shell, check=check, executable=executable if shell else None, **kwargs
        )


def run_no_outputs(cmd: Any, **kwargs: Any) -> subprocess.CompletedProcess[Any]:
    """:func:`run` with standard output and standard error thrown away."""
    return run(cmd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **kwargs)


def handle_returncode(
    returncode: int,
    command: str,
    error_msg: Union[str, Callable[[], str]],
    stderr: Optional[str] = None,
    stream_logs: bool = True,
) -> None:
    """Raises an error if a command failed.

    Args:
        returncode: Its return code.
        command: The command.
        error_msg: What to say, or a function that gives it.
        stderr: What it wrote to its standard error, which is logged.
        stream_logs: Log that as an error; else for debugging.

    Raises:
        CommandError: The return code is not 0. The class is SkyPilot's if it is installed, else an
            equal one; ``sky_rs.exceptions.CommandError`` is whichever it is.
    """
    if returncode == 0:
        return
    if stderr is not None:
        (_sky.logger().error if stream_logs else _sky.logger().debug)("%s", stderr)
    message = error_msg() if callable(error_msg) else error_msg
    raise _sky.command_error()(returncode, command, f"{_RED}{message}{_RESET}", stderr)


def is_process_alive(pid: int) -> bool:
    """Whether there is a process of that number that has not ended.

    One that has ended is not alive, even if nobody has asked for its return code yet; nor is a
    thread. A number that is in use again is alive.

    Args:
        pid: The number; none below 1 and none that is too large is that of a process.

    Raises:
        TypeError: ``pid`` is no number.
    """
    watch = _take_watch(pid, None) if type(pid) is int else None
    if watch is None or watch.poll(0):
        return _alive.look(pid)  # the number may be another's by now
    _watched[pid] = watch
    return True


def kill_children_processes(
    parent_pids: Optional[Union[int, List[Optional[int]]]] = None, force: bool = False
) -> None:
    """Ends processes and all below them, or all below this process.

    Args:
        parent_pids: Their numbers, in the order to end them; none for this process, which then
            stays.
        force: End them with SIGKILL, without asking with SIGTERM first.

    Raises:
        ValueError: A number is negative.
        psutil.AccessDenied: One may not be signalled; a PermissionError if there is no psutil.
    """
    _killing.kill_trees([parent_pids] if isinstance(parent_pids, int) else parent_pids, force)


def kill_process_with_grace_period(
    proc: Any, force: bool = False, grace_period: float = 10
) -> None:
    """Asks a process to end, and ends it if it has not after some time.

    Args:
        proc: A ``multiprocessing.Process``, ``subprocess.Popen`` or ``psutil.Process``.
        force: End it at once.
        grace_period: Seconds it has to end; with SIGKILL 5 more.
    """
    _killing.kill(proc, force, grace_period)


def run_with_retries(
    cmd: str,
    max_retry: int = 3,
    retry_returncode: Optional[List[int]] = None,
    retry_stderrs: Optional[List[str]] = None,
) -> Tuple[int, str, str]:
    """Runs a command in a shell, and again if it fails for one of some reasons.

    Args:
        cmd: The command.
        max_retry: How many times it is run again at most.
        retry_returncode: Return codes after which it is.
        retry_stderrs: Texts after which it is if they are in its standard error, be its return code
            0 or not.

    Returns:
        Return code, standard output and standard error of its last run.
    """
    retries = 0
    while True:
        done = _running.run(cmd, kill_process_daemon, kill_children_processes)
        ended = (done[0], done[2])
        cause = _retry.run(retries, max_retry, ended, retry_returncode, retry_stderrs)
        if cause is None:
            return done
        if cause == "returncode":
            _sky.logger().debug("Retrying command due to returncode %s: %s", done[0], cmd)
        retries += 1
        time.sleep(_backoff.run(random.uniform(0, 1)))  # noqa: S311 - nothing to keep secret


def kill_process_daemon(process_pid: int, use_kill_pg: bool = False) -> None:
    """Starts a program that ends a process and all below it when this process ends first.

    Args:
        process_pid: The number of the process.
        use_kill_pg: If the process leads a process group, end the group; that needs no look at the
            tree every second.
    """
    try:
        below = _killing.children(_killing.find(process_pid))
    except _process.NoSuchProcess:
        below = []
    environment = dict(os.environ)
    if use_kill_pg:
        environment[_killing.KILL_GROUP] = "1"
    _killing.start_daemon(
        [
            "--parent-pid",
            str(os.getpid()),
            "--proc-pid",
            str(process_pid),
            "--initial-children",
            ",".join(str(child.pid) for child in below),
        ],
        environment,
    )


def launch_new_process_tree(cmd: str, log_output: str = "/dev/null") -> int:
    """Runs a command in bash that is no descendant of this process, in a session of its own.

    Args:
        cmd: The command.
        log_output: The file that gets what it writes.

    Returns:
        The number of its process.
    """
    # The shell prints the number and ends; what it started in the background stays.
    detached = f"nohup bash -c {shlex.quote(cmd)} </dev/null >{log_output} 2>&1 & echo $!"
    done = subprocess.run(  # noqa: S602 - what the function is for
        detached,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        start_new_session=True,
        check=True,
        shell=True,
        text=True,
    )
    return int(done.stdout.strip())


def is_echo_disabled(fd: int) -> bool:
    """Whether a terminal does not show what is typed, as for a password.

    Raises:
        AssertionError: ``fd`` is not a terminal.
    """
    if not os.isatty(fd):
        raise AssertionError("fd is not connected to a terminal")
    try:
        import termios  # noqa: PLC0415 - not on Windows
    except ImportError:
        return False
    try:
        return not termios.tcgetattr(fd)[3] & termios.ECHO
    except (termios.error, OSError):
        return False
