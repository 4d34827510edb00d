"""Calls that are interrupted at any moment: nothing crashes, hangs or leaks."""

import pytest
from conftest import run

# Interrupts calls at each line of the component backend in turn.
AT_EVERY_LINE = """
import os, sys, threading
import sky_rs
from sky_rs._component import runtime
from sky_rs._component.clock import Clock

backend = os.path.dirname(runtime.__file__)

def call():
    return (
        len(sky_rs.read_last_n_lines(sky_rs.__file__, 1)) == 1
        and sky_rs.base36_encode("ff") == "73"
        and sky_rs.get_cpu_count() > 0
    )

def raise_interrupt():
    raise KeyboardInterrupt

def interrupted(at, interrupt):
    # Returns whether there are that many lines.
    lines = 0

    def trace(frame, event, _argument):
        nonlocal lines
        if os.path.dirname(frame.f_code.co_filename) != backend:
            return
        # Python drops what is raised here.
        if frame.f_code.co_name in ("__del__", "callback") and interrupt is raise_interrupt:
            return
        lines += event == "line"
        if event == "line" and lines == at:
            interrupt()
        return trace

    sys.settrace(trace)
    try:
        call()
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(None)
    return lines >= at

with sky_rs.using("component"):
    call()
    loaded = runtime.load()
    loaded.pool.close()
    descriptors = len(os.listdir("/proc/self/fd"))
    at = 1
    while interrupted(at, eval(sys.argv[1])):
        assert call(), at
        assert not loaded.clock.inside, at
        loaded.clock.close()  # the next one is interrupted while it starts
        loaded.clock = Clock(loaded.engine.increment_epoch, loaded.pool.close)
        at += 1
    assert at > 300, at
    loaded.pool.close()
    assert len(os.listdir("/proc/self/fd")) <= descriptors
    runtime.close()
    assert threading.active_count() == 1
print("right")
"""


@pytest.mark.parametrize("interrupt", ["raise_interrupt", "call"])
@pytest.mark.needs("/proc")
def test_calls_may_be_interrupted_at_every_line(interrupt):
    """By Ctrl-C, and by a signal whose handler calls the same functions."""
    assert run(AT_EVERY_LINE, interrupt) == "right\n"
