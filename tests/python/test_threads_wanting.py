"""At a limit of threads: wasmtime would end the process or never return, so it is not asked."""

import _thread
import os

import pytest
from conftest import run
from processes import eventually

from sky_rs._component import threads
from sky_rs.exceptions import ComponentError

#: Imports what is needed, since somebody else may not read it: root has no limit of threads.
BEFORE = """
import logging, os, resource
import wasmtime
import sky_rs
from sky_rs._component import cache, runtime

for name in ("_python.strings", "_python.tail", "_component.plans", "_component.public",
             "_component.strings", "_component.tail"):
    runtime._loading.module(name)

def no_more_threads():
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    if os.geteuid() == 0:
        os.setuid(54321)

def attempt():
    try:
        with sky_rs.using("component"):
            print(sky_rs.read_last_n_lines("/etc/passwd", 1))
    except sky_rs.exceptions.ComponentError as error:
        print(type(error).__name__, error)
"""

WANTING = "there are no threads for wasmtime: can't start new thread"

pytestmark = pytest.mark.needs("resource", "/proc")


def test_nothing_is_loaded_without_threads(tmp_path):
    tmp_path.chmod(0o755)
    code = f"""{BEFORE}
cache._directory = lambda: {str(tmp_path)!r}
no_more_threads()
attempt()
print(sky_rs.base36_encode("ff"))
"""
    unavailable = (
        f"ComponentUnavailableError the component cannot be loaded: ComponentError: {WANTING}"
    )
    assert run(code).splitlines() == [unavailable, "73"]


def test_no_files_are_read_in_the_component_without_threads():
    code = f"""{BEFORE}
with sky_rs.using("component"):
    sky_rs.base36_encode("ff")
no_more_threads()
attempt()
route = sky_rs._routing.ROUTES["read_last_n_lines"]
route.component_from[""] = 0
route.settle()
answer = sky_rs.read_last_n_lines("/etc/passwd", 1)
print(answer == open("/etc/passwd").read().splitlines()[-1:])
with sky_rs.using("component"):
    print(sky_rs.base36_encode("ff"))
"""
    logged = f"read_last_n_lines() is answered in Python: {WANTING}"
    printed = run(code).splitlines()
    assert sorted(printed) == sorted([f"ComponentError {WANTING}", logged, "True", "73"])


def test_threads_for_files_are_made_sure_of_when_they_may_be_gone(monkeypatch):
    checked = []
    now = [1000.0]
    monkeypatch.setattr(threads, "check", checked.append)
    monkeypatch.setattr(threads, "_last_files", None)
    monkeypatch.setattr("sky_rs._host.usable_cpus", lambda: 8)
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    for seconds in (0, 1, 4, 6, 1, 60):
        now[0] += seconds
        threads.check_for_files()
    assert checked == [9, 1, 1]


def test_what_was_tried_is_gone(monkeypatch):
    before = _thread._count()
    threads.check(3)
    assert eventually(lambda: _thread._count() == before)
    started = []

    def start(function, arguments):
        if len(started) == 4:
            raise RuntimeError("can't start new thread")
        started.append(_thread.start_new_thread(function, arguments))

    monkeypatch.setattr(threads, "start_new_thread", start)
    with pytest.raises(ComponentError, match="no threads for wasmtime"):
        threads.check(3)
    assert len(started) == 4
    assert eventually(lambda: _thread._count() == before)


def test_a_signals_handler_may_check_in_between(monkeypatch):
    started = []

    def start(function, arguments):
        started.append(_thread.start_new_thread(function, arguments))
        if len(started) < 3:  # two calls deep
            threads.check(1)

    monkeypatch.setattr(threads, "start_new_thread", start)
    threads.check(1)
    assert len(started) == 6


@pytest.mark.needs("fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_child_forked_in_between_goes_on(monkeypatch):
    children = []

    def start(function, arguments):
        _thread.start_new_thread(function, arguments)
        if not children:
            children.append(os.fork())

    monkeypatch.setattr(threads, "start_new_thread", start)
    threads.check(1)
    if children == [0]:
        os._exit(7)
    look = os.WEXITED | os.WNOHANG | os.WNOWAIT
    assert eventually(lambda: os.waitid(os.P_PID, children[0], look))
    assert os.waitstatus_to_exitcode(os.waitpid(children[0], 0)[1]) == 7
