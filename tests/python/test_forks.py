"""Forks while another thread is importing or loading: the child is never left waiting."""

import concurrent.futures

import conftest
import pytest
from test_processes import run

from sky_rs import _loading

pytestmark = pytest.mark.needs("fork")

# Forked while the component is being loaded by another thread.
FORK_WHILE_LOADING = """
loader = threading.Thread(target=sky_rs.is_rust_available)
loader.start()
time.sleep(float(sys.argv[2]))
assert in_child(lambda: eight_in_the_component()[0] == "73")
loader.join()
"""

# Importing a module takes long.
SLOW = """
import importlib.machinery, sys

def slow(slow_module, begun, wait):
    def find_spec(name, path=None, target=None):
        if name != slow_module:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        execute = spec.loader.exec_module

        def execute_slowly(module):
            begun.set()
            wait()
            execute(module)

        spec.loader.exec_module = execute_slowly
        return spec

    sys.meta_path.insert(0, type("Slow", (), {"find_spec": staticmethod(find_spec)}))
"""

# Another thread has been importing or loading for longer than a fork waits.
STUCK = (
    SLOW
    + """
from sky_rs import _loading

def answers():
    try:
        return eight_in_the_component()
    except sky_rs.exceptions.ComponentUnavailableError as error:
        assert "forked while another thread" in str(error)
        return eight()

loaded = sys.argv[2] == "loaded"
if loaded:
    from sky_rs._component import runtime

    expected, clock = eight_in_the_component(), runtime.load().clock
_loading._PATIENCE = 0.05
begun, done = threading.Event(), threading.Event()


def load():
    if not loaded:
        slow("wasmtime", begun, lambda: done.wait(20))
        sky_rs.is_rust_available()
    with _loading.lock:
        begun.set()
        done.wait(20)

thread = threading.Thread(target=load)
thread.start()
begun.wait(20)

def child():
    right = answers()[:2] == ("73", "2.2") and answers()[6] == ["b"]
    if not loaded:
        return right
    # The clock, too, is the child's own.
    return right and answers() == expected and runtime.load().clock is not clock

assert in_child(child)
done.set()
thread.join()
assert eight_in_the_component()[0] == "73"
"""
)

# Forked while another thread is in the middle of an import.
IMPORTING = (
    SLOW
    + """
import os, signal, sys, threading, time
import sky_rs

module, call = sys.argv[1:]
begun = threading.Event()

assert module not in sys.modules
slow(module, begun, lambda: time.sleep(0.3))
thread = threading.Thread(target=eval, args=(call, globals()))
thread.start()
begun.wait(10)
child = os.fork()
if child == 0:
    signal.alarm(10)
    eval(call)
    os._exit(0)
print(os.waitpid(child, 0)[1])
thread.join()
"""
)


@pytest.mark.parametrize("delay", ["0", "0.02", "0.05", "0.08"])
def test_a_fork_while_loading(delay, tmp_path):
    run(FORK_WHILE_LOADING, tmp_path, delay)


@pytest.mark.parametrize("state", ["loaded", "not loaded"])
def test_a_fork_that_waits_in_vain(state, tmp_path):
    run(STUCK, tmp_path, state)


@pytest.mark.parametrize(
    ("module", "call"),
    [
        ("wasmtime.component", "sky_rs.get_backend_info()"),
        ("importlib.metadata", "sky_rs.get_backend_info()"),
        ("hashlib", "sky_rs.hash_file(sky_rs.__file__, 'md5')"),
        ("hashlib", "sky_rs.hash_files([sky_rs.__file__], 'md5')"),
        ("hashlib", "sky_rs.hash_tree(os.path.dirname(sky_rs.__file__), 'md5')"),
        ("sky_rs._job", "sky_rs.hash_files([sky_rs.__file__] * 2, 'sha1', max_workers=2)"),
        ("socket", "sky_rs.find_free_port(30000)"),
        ("logging", "sky_rs._loading.logger('sky_rs')"),
    ],
)
def test_a_fork_waits_for_an_import(module, call):
    # logging complains, since it meets a fork that it was not told of.
    assert conftest.run(IMPORTING, module, call).startswith("0\n")


def test_two_threads_may_fork_at_a_time(monkeypatch):
    """The one that waits in vain does not decide for the other that the lock was not taken."""
    monkeypatch.setattr(_loading, "_PATIENCE", 0.05)

    def fork():
        _loading._before_fork()
        _loading._after_fork_in_parent()

    def in_a_thread(work):
        with concurrent.futures.ThreadPoolExecutor(1) as executor:
            return executor.submit(work).result()

    def is_free():
        return _loading.lock.acquire(blocking=False) and _loading.lock.release() is None

    _loading._before_fork()
    in_a_thread(fork)
    assert not in_a_thread(is_free)
    _loading._after_fork_in_parent()
    assert in_a_thread(is_free)
