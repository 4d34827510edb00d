"""How `hash_files` grows with files and threads: `python -m benches.python.scaling`, as JSON."""

from __future__ import annotations

import concurrent.futures
import functools
import sys
import time
from typing import Callable, Dict, List, Sequence, Tuple

import sky_rs
from benches.python.contenders import SKYPILOT
from benches.python.results import Hashing, dumps
from benches.python.settings import random_files

_ALGORITHMS = ("md5", "sha256")
_FILES = (1, 4, 16, 64, 256)
_WORKERS = (1, 2, 4)
_SIZE = 2**20  # bytes of a file

_LAPS = 7

#: Seconds of a contender's turn in one lap, or one call if that is longer.
_TURN = 0.02

#: Hashes the files and returns their digests.
Hasher = Callable[[List[str]], List[str]]


def _hashers(algorithm: str) -> Dict[Tuple[str, int], Hasher]:
    """Who hashes, by contender and number of threads."""

    def threaded(workers: int, paths: List[str]) -> List[str]:
        hash_one = functools.partial(SKYPILOT.module.hash_file, hash_alg=algorithm)
        with concurrent.futures.ThreadPoolExecutor(workers) as executor:
            return [digest.hexdigest() for digest in executor.map(hash_one, paths)]

    def component(workers: int, paths: List[str]) -> List[str]:
        with sky_rs.using("component"):
            return sky_rs.hash_files(paths, algorithm, max_workers=workers)

    hashers: Dict[Tuple[str, int], Hasher] = {
        ("skypilot", 0): lambda paths: SKYPILOT.module.hash_files(paths, algorithm)
    }
    for workers in _WORKERS:
        hashers["hashlib", workers] = functools.partial(threaded, workers)
        hashers["component", workers] = functools.partial(component, workers)
    return hashers


def measure(laps: int = _LAPS, counts: Sequence[int] = _FILES) -> List[Hashing]:
    """All laps. Within one, those who are compared follow one another."""
    taken: Dict[Tuple[str, int, str, int], List[float]] = {}
    for lap in range(laps):
        print(f"\rscaling: lap {lap + 1} of {laps}", end="", file=sys.stderr, flush=True)
        for algorithm in _ALGORITHMS:
            hashers = _hashers(algorithm)
            for count in counts:
                with random_files(count, count * _SIZE)() as (paths,):
                    expected = hashers["skypilot", 0](paths)
                    for (contender, workers), hasher in hashers.items():
                        assert hasher(paths) == expected
                        seconds = _seconds(functools.partial(hasher, paths))
                        taken.setdefault((algorithm, contender, count, workers), []).append(seconds)
    print(file=sys.stderr)
    return [
        Hashing(algorithm, contender, workers, count, count * _SIZE, seconds)
        for (algorithm, contender, count, workers), seconds in taken.items()
    ]


def _seconds(call: Callable[[], List[str]]) -> float:
    """Seconds of a call, of as many as fill a turn."""
    start = time.perf_counter()
    calls = 0
    while True:
        call()
        calls += 1
        spent = time.perf_counter() - start
        if spent >= _TURN:
            return spent / calls


if __name__ == "__main__":
    print(dumps(measure()))
