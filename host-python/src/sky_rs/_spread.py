"""Hashing spread over the workers of an executor, on this machine or on others."""

from __future__ import annotations

import contextlib
import heapq
import os
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from typing import Any, Callable, Dict, List, Optional

import sky_rs
from sky_rs import _limits, _routing

#: Tasks, unless the caller says otherwise: an executor does not tell how many workers it has, and
#: with some tasks more than workers none is idle for long.
_TASKS = 32

#: Seconds after which a wait looks whether anybody still wants the result.
_GLANCE = 0.05


def hash_files(
    paths: List[Any],
    hash_alg: str,
    tasks: Optional[int],
    executor: Executor,
    progress: Optional[Callable[[int], Any]],
) -> List[str]:
    sizes = [_size(path) for path in paths]
    digests = [""] * len(paths)
    backend = _routing.selected()
    shares: Dict[Future[List[str]], List[int]] = {}
    try:
        for numbers in _shares(sizes, tasks or _TASKS):
            chosen = [paths[number] for number in numbers]
            shares[executor.submit(hash_share, chosen, hash_alg, backend)] = numbers
        waiting = set(shares)
        while waiting:
            _limits.check_cancelled()
            done, waiting = wait(waiting, timeout=_GLANCE, return_when=FIRST_COMPLETED)
            for future in done:
                for number, digest in zip(shares[future], future.result()):
                    digests[number] = digest
                if progress is not None:
                    progress(sum(sizes[number] for number in shares[future]))
    finally:
        for future in shares:
            future.cancel()  # does nothing to those that are done
    return digests


def hash_share(paths: List[Any], hash_alg: str, backend: str) -> List[str]:
    """One task: in its worker, some of the files."""
    with _routing.using(backend):
        return sky_rs.hash_files(paths, hash_alg, max_workers=1)


def _size(path: Any) -> int:
    """Bytes of a file, as far as they can be told here: the workers may see others."""
    with contextlib.suppress(OSError):
        return os.stat(path).st_size
    return 0


def _shares(sizes: List[int], tasks: int) -> List[List[int]]:
    """The numbers of the files, in shares of about the same number of bytes."""
    shares: List[List[int]] = [[] for _ in range(min(tasks, len(sizes)))]
    loads = [(0, share) for share in range(len(shares))]  # a heap
    for number in sorted(range(len(sizes)), key=lambda i: -sizes[i]):
        load, least = loads[0]
        shares[least].append(number)
        # One byte more than there is, so that empty files are spread, too.
        heapq.heapreplace(loads, (load + sizes[number] + 1, least))
    return shares
