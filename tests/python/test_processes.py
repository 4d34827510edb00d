"""Forks and new processes: the child answers, at once, whatever the parent was doing."""

import os
import subprocess
import sys

import pytest

PRELUDE = """
import concurrent.futures, multiprocessing, os, signal, sys, threading, time
import sky_rs

path = sys.argv[1]

def eight():
    return (
        sky_rs.base36_encode("ff"), sky_rs.format_float(2.25),
        sky_rs.truncate_long_string("ab cd", 2), sky_rs.find_free_port(30000) > 0,
        sky_rs.get_cpu_count(), sky_rs.get_mem_size_gb(),
        sky_rs.read_last_n_lines(path, 1), sky_rs.hash_file(path, "md5").hexdigest(),
    )

def eight_in_the_component(_=None):
    with sky_rs.using("component"):
        return eight()

def in_child(work):
    '''Forks, runs work in the child within 10 s, returns whether it said yes.'''
    child = os.fork()
    if child == 0:
        signal.alarm(10)
        os._exit(0 if work() else 1)
    return os.waitpid(child, 0)[1] == 0
"""

# A plain fork: the right answers within a second, files in Python, and the info says so.
FORK = """
expected = eight_in_the_component()

def child():
    start = time.monotonic()
    info = sky_rs.get_backend_info()
    right = eight_in_the_component() == expected
    quick = time.monotonic() - start < 1
    says_so = info["backend"] == "component" and "forked" in info["fallback_reason"]
    return right and quick and says_so

assert all(in_child(child) for _ in range(20))
assert in_child(lambda: in_child(child))  # a child's child
assert eight_in_the_component() == expected
assert sky_rs.get_backend_info()["fallback_reason"] is None
"""

# Threads are inside the component, file calls included, at the moment of each fork.
BUSY_FORK = """
expected = eight_in_the_component()
stop = threading.Event()

def busy():
    while not stop.is_set():
        assert eight_in_the_component() == expected

threads = [threading.Thread(target=busy) for _ in range(4)]
for thread in threads:
    thread.start()
assert all(in_child(lambda: eight_in_the_component() == expected) for _ in range(50))
stop.set()
for thread in threads:
    thread.join()
"""

POOLS = """
if __name__ == "__main__":
    expected = eight_in_the_component()
    for method in ("fork", "spawn", "forkserver"):
        context = multiprocessing.get_context(method)
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
            assert list(pool.map(eight_in_the_component, range(4))) == [expected] * 4, method
        with context.Pool(2) as pool:
            assert pool.map(eight_in_the_component, range(4)) == [expected] * 4, method
"""

# As a pre-forking server does: load, fork the workers, the workers serve and exit in order.
PRE_FORK = """
expected = eight_in_the_component()
workers = []
for _ in range(4):
    pid = os.fork()
    if pid == 0:
        signal.alarm(20)
        threads = [threading.Thread(target=eight_in_the_component) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sys.exit(eight_in_the_component() != expected)  # with finalisation
    workers.append(pid)
assert [os.waitpid(pid, 0)[1] for pid in workers] == [0] * 4
"""

# The component is closed when the process ends, but whoever runs after that may call, and fork.
CLOSED = """
from sky_rs._component import runtime

expected = eight_in_the_component()

def child():
    runtime.close()
    return eight_in_the_component() == expected

assert in_child(child)
runtime.close()
assert in_child(lambda: eight_in_the_component() == expected)
"""

# wasmtime compiles on threads of its own, if it may; the child does not have them. No cache, for
# without it the component is compiled.
COMPILED_BY_OTHERS = """
import wasmtime

os.environ["XDG_CACHE_HOME"] = "/proc/nonexistent"
functions = "(func (result i32) i32.const 1)" * 500
wasmtime.Module(wasmtime.Engine(), f"(module {functions})")
assert in_child(lambda: eight_in_the_component()[0] == "73")
"""

# What the parent's instances hold is the parent's: the child neither frees nor uses it.
LEFT_ALONE = """
import gc, wasmtime
from sky_rs._component import runtime

expected = eight_in_the_component()
freed = []
free = wasmtime.Store._delete
wasmtime.Store._delete = lambda store, pointer: freed.append(store) or free(store, pointer)

def child():
    gc.collect()
    return not freed and runtime.load().pool.idle == 0 and eight_in_the_component() == expected

assert in_child(child)
assert eight_in_the_component() == expected
"""

# The clock's thread is the parent's.
DEADLINE = """
from sky_rs import _host

eight_in_the_component()

def child():
    _host.logical_cpus = lambda: time.sleep(1)
    with sky_rs.using("component"), sky_rs.limits(deadline=0.1):
        try:
            sky_rs.get_cpu_count()
        except sky_rs.exceptions.ComponentDeadlineError:
            return True

assert in_child(child)
"""

# So are the threads that wait for what blocks. Another thread is starting them meanwhile.
AIO = """
import asyncio
from sky_rs import aio

def ask():
    return asyncio.run(aio.read_last_n_lines(path, 1)) == ["b"]

assert ask()
assert in_child(ask)
with aio._lock:
    assert in_child(ask)
"""

# Another thread is entering a block.
CHOOSING = """
with_lock, done = threading.Event(), threading.Event()

def choose():
    with sky_rs._routing._lock:
        with_lock.set()
        done.wait(20)

thread = threading.Thread(target=choose)
thread.start()
with_lock.wait(20)
assert in_child(lambda: eight_in_the_component()[0] == "73")
done.set()
thread.join()
"""


def run(code, tmp_path, *arguments, timeout=120):
    file = tmp_path / "f"
    file.write_bytes(b"a\nb\n")
    script = tmp_path / "script.py"  # a file: spawn imports it in the child
    script.write_text(PRELUDE + code)
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", str(script), str(file), *arguments],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(FORK, id="plain"),
        pytest.param(BUSY_FORK, id="busy"),
        pytest.param(POOLS, id="pools"),
        pytest.param(PRE_FORK, id="pre"),
        pytest.param(CLOSED, id="closed"),
        pytest.param(COMPILED_BY_OTHERS, id="compiled"),
        pytest.param(LEFT_ALONE, id="alone"),
        pytest.param(DEADLINE, id="deadline"),
        pytest.param(AIO, id="aio"),
        pytest.param(CHOOSING, id="choosing"),
    ],
)
@pytest.mark.needs("fork")
def test_forked_children_answer(code, tmp_path):
    run(code, tmp_path)


QUIET = """
import atexit

# Runs after the component's own, which is registered later.
atexit.register(lambda: threading.active_count() == 1 or print("a thread is left"))
with sky_rs.using("component"):
    sky_rs.base36_encode("ff")
    sky_rs.hash_file(path, "md5")
"""


def test_the_process_ends_without_a_word(tmp_path):
    file = tmp_path / "f"
    file.write_bytes(b"x")
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", PRELUDE + QUIET, str(file)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "PYTHONMALLOC": "default"},
    )
    assert done.stdout + done.stderr == ""
