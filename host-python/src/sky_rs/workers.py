"""How many work at once, and getting them to work."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Optional, Protocol, Set, Union

from sky_rs import _sky, system
from sky_rs._routing import Route

if TYPE_CHECKING:
    import threading

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

__all__ = [
    "OnStartFn",
    "Startable",
    "estimate_fd_for_directory",
    "get_max_workers_for_file_mounts",
    "get_parallel_threads",
    "run_in_parallel",
    "slow_start_processes",
]

_parallel_threads = Route("parallel_threads", "process")
_file_mount_workers = Route("file_mount_workers", "process")
_next_batch = Route("next_batch", "process")

# Windows has a limit of handles, which no process comes near.
_WINDOWS_HANDLES = 1 << 24

_fd_limit_warning_shown = False


class Startable(Protocol):
    """What :func:`slow_start_processes` starts."""

    def start(self) -> None:
        """Starts it."""


#: What :func:`slow_start_processes` calls with each when it has been started.
OnStartFn = Callable[[Startable], None]


def get_parallel_threads(cloud_str: Optional[str] = None) -> int:
    """Threads for parallel work: one less than CPUs, at least 4; four times as many on Kubernetes.

    Args:
        cloud_str: The cloud's name, in whatever case.
    """
    return _parallel_threads.run(os.cpu_count(), cloud_str)  # type: ignore[no-any-return]


def get_max_workers_for_file_mounts(
    common_file_mounts: Dict[str, str], cloud_str: Optional[str] = None
) -> int:
    """Workers for mounting files, so many as the limit of open files and the threads allow.

    Args:
        common_file_mounts: What is mounted: local paths by remote ones.
        cloud_str: The cloud's name.
    """
    global _fd_limit_warning_shown  # noqa: PLW0603 - the warning is shown once
    limit = _WINDOWS_HANDLES if resource is None else resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if limit < 1024 and not _fd_limit_warning_shown:
        _sky.logger().warning(
            "Open file descriptor limit (%s) is low. File sync to remote clusters may be slow. "
            "Consider increasing the limit using `ulimit -n <number>` or modifying system limits.",
            limit,
        )
        _fd_limit_warning_shown = True
    entries = 0
    for source in common_file_mounts.values():
        if os.path.isdir(source):
            entries = max(entries, len(os.listdir(source)))
    workers: int = _file_mount_workers.run(limit, entries, get_parallel_threads(cloud_str))
    _sky.logger().debug("Using %s workers for file mounts.", workers)
    return workers


def estimate_fd_for_directory(path: str) -> int:
    """File descriptors that mounting a directory takes: five for each of its entries.

    Raises:
        OSError: It is no directory that can be read.
    """
    if type(path) is str and path.isascii():
        try:
            # The names count for nothing, and as bytes they need no decoding.
            return 5 * len(os.listdir(path.encode()))
        except OSError:
            pass  # the error is to have the path as it was given
    return 5 * len(os.listdir(path))


def run_in_parallel(
    func: Callable[[Any], Any],
    args: Union[List[Any], Set[Any]],
    num_threads: Optional[int] = None,
) -> List[Any]:
    """Calls a function with each of the arguments, in threads.

    Args:
        func: The function; with a single argument it runs in the caller's thread.
        args: The arguments.
        num_threads: Threads at most; :func:`get_parallel_threads` unless given.

    Returns:
        The results in the order of the arguments.

    Raises:
        Exception: What the first of the calls raised, in that order.
    """
    if len(args) == 0:
        return []
    if len(args) == 1:
        return [func(next(iter(args)))]
    from multiprocessing.pool import ThreadPool  # noqa: PLC0415 - slow to import

    threads = get_parallel_threads() if num_threads is None else num_threads
    with ThreadPool(processes=min(threads, len(args))) as pool:
        return list(pool.imap(func, args))


def slow_start_processes(
    processes: List[Startable],
    delay: float = 2.0,
    on_start: Optional[OnStartFn] = None,
    should_exit: Optional[threading.Event] = None,
) -> None:
    """Starts processes in batches that double, up to half as many at once as there are CPUs.

    Started all at once, they would take the CPU from each other, and the first would be ready late.

    Args:
        processes: What to start, in this order.
        delay: Seconds between two batches.
        on_start: Called with each when it has been started.
        should_exit: Set it to have no further batch started.
    """
    cpus = system.get_cpu_count()
    left = len(processes)
    batch = 0
    while left > 0:
        if should_exit and should_exit.is_set():
            return
        batch = _next_batch.run(batch, left, cpus)
        for number in range(batch):
            # Counted from the end, as by SkyPilot: `on_start` may change what there is.
            index = len(processes) - left + number
            processes[index].start()
            if on_start:
                on_start(processes[index])
        left -= batch
        if left > 0:
            time.sleep(delay)
