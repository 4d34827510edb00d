"""The functions that can block, for asyncio.

They run on a few threads of their own. Cancelling the task that awaits one ends the reading of a
regular file after its step of some milliseconds, in the component as in Python, and frees its
thread. A FIFO whose writer is silent is waited for all the same.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, AsyncIterator, Awaitable, Callable, Optional, TypeVar

import sky_rs
from sky_rs import _following, _limits, _routing

__all__ = [
    "find_free_port",
    "follow",
    "get_cpu_count",
    "get_mem_size_gb",
    "hash_file",
    "hash_files",
    "hash_tree",
    "read_last_n_lines",
    "s3_etag",
]

#: Threads at most; further calls wait their turn.
MAX_WORKERS = 8

_T = TypeVar("_T")

_lock = threading.Lock()
_executor: Optional[ThreadPoolExecutor] = None


def _workers() -> ThreadPoolExecutor:
    global _executor  # noqa: PLW0603 - one set of threads for the process
    with _lock:
        if _executor is None:
            _executor = ThreadPoolExecutor(MAX_WORKERS, thread_name_prefix="sky_rs-aio")
        return _executor


def _after_fork_in_child() -> None:
    """The parent's threads are not there."""
    global _lock, _executor
    _lock, _executor = threading.Lock(), None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


def _awaitable(function: Callable[..., _T]) -> Callable[..., Awaitable[_T]]:
    @functools.wraps(function)
    async def run(*arguments: Any, **keywords: Any) -> _T:
        cancelled = threading.Event()

        def work() -> _T:
            _limits.cancel_with(cancelled)
            _limits.check_cancelled()
            return function(*arguments, **keywords)

        # The choices of this task, using() and limits(), hold in the thread too.
        context = contextvars.copy_context()
        future = _workers().submit(context.run, work)
        try:
            return await asyncio.wrap_future(future)
        finally:
            cancelled.set()  # too late for a call that has returned, which is as it should be

    return run


find_free_port = _awaitable(sky_rs.find_free_port)
get_cpu_count = _awaitable(sky_rs.get_cpu_count)
get_mem_size_gb = _awaitable(sky_rs.get_mem_size_gb)
hash_file = _awaitable(sky_rs.hash_file)
hash_files = _awaitable(sky_rs.hash_files)
hash_tree = _awaitable(sky_rs.hash_tree)
read_last_n_lines = _awaitable(sky_rs.read_last_n_lines)
s3_etag = _awaitable(sky_rs.s3_etag)


async def follow(  # noqa: PLR0913 - the arguments of sky_rs.follow
    file_path: str,
    n: int = 10,
    *,
    encoding: str = "utf-8",
    errors: str = "replace",
    poll_interval: float = 0.1,
    stop: Optional[Callable[[], bool]] = None,
) -> AsyncIterator[str]:
    """:func:`sky_rs.follow` for ``async for``, which opens the file and raises what is wrong.

    A thread is taken for each look, not in between.
    """
    in_component = _routing.selected() == _routing.COMPONENT
    follower = await _awaitable(_following.start)(
        file_path, n, encoding, errors, poll_interval, in_component=in_component
    )
    look = _awaitable(follower.look)
    stopping = False
    try:
        while True:
            follower.at_end = False
            while not follower.at_end:
                for line in await look():
                    yield line
            if stopping:
                for line in follower.rest():
                    yield line
                return
            stopping = stop is not None and stop()
            if not stopping:
                await asyncio.sleep(poll_interval)
    finally:
        follower.close()  # waits for a look under way, some milliseconds
