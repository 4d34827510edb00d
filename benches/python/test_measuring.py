"""What is measured besides the calls, once: that it can be, not how long it takes."""

from __future__ import annotations

from benches.python import boundary, cold_start, results, scaling


def test_the_boundary() -> None:
    figures = boundary.calls() + boundary.memory()
    assert all(figure.value > 0 for figure in figures)


def test_a_fresh_process_has_every_step() -> None:
    starts = {start.name: start for start in cold_start.measure(laps=1)}
    assert all(taken > 0 for start in starts.values() for taken in start.steps.values())
    assert list(starts["sky_rs, component"].steps) == [
        "python",
        "import sky_rs",
        "import wasmtime",
        "component modules",
        "digest",
        "engine",
        "load or compile",
        "link",
        "self-test",
        "plans, clock, rest",
        "first call",
        "exit",
    ]
    order = results.all_steps(list(starts.values()))
    for start in starts.values():
        assert [step for step in order if step in start.steps] == list(start.steps)


def test_files_and_threads() -> None:
    found = scaling.measure(laps=1, counts=(1, 4))
    assert len(found) == 2 * 2 * 7  # algorithms, counts, contenders with their threads
    assert all(hashing.speed > 0 for hashing in found)
