"""Files hashed in the workers of executors: threads, processes of every kind, a real cluster."""

import concurrent.futures
import os
import random
import subprocess
import sys

import pytest
from conftest import digest

import sky_rs
from sky_rs import _spread


def test_an_executor_of_threads(files, backend):
    told = []
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        found = sky_rs.hash_files(files, "md5", executor=pool, progress=told.append)
        assert found == [digest(path) for path in files]
        assert sum(told) == sum(map(os.path.getsize, files))
        with pytest.raises(FileNotFoundError):
            sky_rs.hash_files([*files, "/missing"], "md5", executor=pool)


def test_shares_are_about_equal():
    chosen = random.Random(0)
    sizes = [chosen.randrange(1000) for _ in range(500)] + [0] * 500
    shares = _spread._shares(sizes, 32)
    assert sorted(number for share in shares for number in share) == list(range(1000))
    loads = [sum(sizes[number] for number in share) for share in shares]
    assert max(loads) - min(loads) <= 1000
    assert _spread._shares([5, 0, 0], 9) == [[0], [1], [2]]
    assert _spread._shares([], 9) == []


EXECUTORS = """
import concurrent.futures, multiprocessing, os, sys
import sky_rs

def main():
    *paths, expected = sys.argv[1:]
    expected = expected.split()
    entries = list(os.scandir(os.path.dirname(paths[0])))
    for method in ("fork", "spawn", "forkserver"):
        context = multiprocessing.get_context(method)
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
            with sky_rs.using("component"):
                assert sky_rs.hash_files(paths, "md5", executor=pool) == expected, method
                assert set(sky_rs.hash_files(entries, "md5", executor=pool)) <= set(expected)

def cluster():
    from distributed import Client, LocalCluster

    *paths, expected = sys.argv[1:]
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    ) as workers, Client(workers) as client, sky_rs.using("component"):
        executor = client.get_executor()
        assert sky_rs.hash_files(paths, "md5", executor=executor) == expected.split()
        told = client.run(lambda: __import__("sky_rs").get_backend_info())
    for info in told.values():
        assert info["backend"] == "component" and info["component_sha256"], info

if __name__ == "__main__":
    {}()
"""


@pytest.mark.parametrize("which", ["main", "cluster"])
@pytest.mark.needs("fork")
def test_executors_of_processes(files, tmp_path, which):
    """Process pools of every kind, and a real cluster whose workers load the component."""
    script = tmp_path / "script.py"  # a file: spawn imports it in the child
    script.write_text(EXECUTORS.replace("{}", which))
    expected = " ".join(digest(path) for path in files)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(script), *files, expected],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
