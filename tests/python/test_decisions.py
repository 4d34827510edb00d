"""What is decided about processes: equal on every backend, and checked before anybody acts."""

from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sky_rs
from sky_rs import _process, _routing, subprocess_utils, workers
from sky_rs._component import process as component_process
from sky_rs.exceptions import ComponentError


def both(name, *arguments):
    """The answer of a decision, which is that of both backends."""
    route = _routing.ROUTES[name]
    with sky_rs.using("python"):
        expected = route.run(*arguments)
    with sky_rs.using("component"):
        assert route.run(*arguments) == expected
    return expected


def stat(pid, name, parent, started):
    return f"{pid} ({name}) S {parent} {'0 ' * 17}{started} 0 0\n"


@pytest.fixture
def strictly(monkeypatch):
    """The component must answer: Python may not step in."""
    for name in ("parallel_threads", "file_mount_workers", "next_batch", "retry", "descendants"):
        route = _routing.ROUTES[name]
        refuse = mock.Mock(side_effect=LookupError("not the component"))
        monkeypatch.setattr(route, "python", refuse)
    with sky_rs.using("component"):
        yield


def test_the_component_answers_what_it_is_for(strictly, monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 16)
    assert subprocess_utils.get_parallel_threads("Kubernetes") == 60
    assert subprocess_utils.get_max_workers_for_file_mounts({}) >= 1
    started = []
    processes = [mock.Mock(start=lambda i=i: started.append(i)) for i in range(7)]
    subprocess_utils.slow_start_processes(processes, delay=0)
    assert started == list(range(7))
    assert _routing.ROUTES["retry"].run(0, 1, (1, "boom"), None, ["oo"]) == "stderr"
    assert _process.Process().children() == []


ROWS = st.lists(
    st.tuples(
        st.integers(1, 12),
        st.text(st.sampled_from("ab() \n\u00ff"), max_size=8) | st.just(") S 1 1 (x"),
        st.integers(0, 12),
        st.integers(0, 5),
    ),
    max_size=16,
)


@given(ROWS, st.integers(0, 12), st.integers(0, 5))
def test_both_find_the_same_descendants(rows, root, started):
    table = "\0".join(stat(*row) for row in rows)
    assert root not in both("descendants", root, started, table)


@given(st.lists(st.text(st.sampled_from("12( )S\0é-+_ "), max_size=60), max_size=6))
def test_both_leave_the_same_garbage_out(texts):
    table = "\0".join([stat(1, "init", 0, 0), *texts, stat(2, "x", 1, 3)])
    assert 2 in both("descendants", 1, 0, table)


@given(
    st.integers(0, 5),
    st.integers(-2, 5),
    st.integers(-20, 300),
    st.lists(st.integers(-20, 300), max_size=3),
    st.text(max_size=20),
    st.none() | st.lists(st.text(max_size=2), max_size=3),
)
def test_both_retry_alike(retries, most, returncode, codes, stderr, marks):
    both("retry", retries, most, (returncode, stderr), codes, marks)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.integers(-(2**50), 2**50))
def test_both_start_the_same_batches(previous, left, cpus):
    assert both("next_batch", previous, left, cpus) <= left


@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 2**32 - 1), st.integers(1, 2**32 - 1))
def test_both_have_the_same_workers(descriptors, entries, threads):
    assert 1 <= both("file_mount_workers", descriptors, entries, threads) <= threads


@pytest.mark.parametrize(
    "named",
    [
        "10 12",  # 12 is older than the root
        "10 10",
        "10 1",  # the root itself
        "11",  # before its parent
        "10 13",  # somebody else's
        "10 999",  # nobody
        "0",
    ],
)
def test_nobody_acts_on_a_wrong_decision(named):
    table = "\0".join(
        stat(*row)
        for row in [
            (1, "a", 0, 5),
            (10, "b", 1, 6),
            (11, "c", 10, 7),
            (12, "d", 1, 4),
            (13, "e", 0, 9),
        ]
    )
    route = _routing.ROUTES["descendants"]
    with mock.patch.object(component_process.runtime.load().pool, "call", return_value=named):
        with (
            sky_rs.using("component"),
            pytest.raises(ComponentError, match="for a descendant of 1"),
        ):
            route.run(1, 5, table)
        with mock.patch.object(route, "component_from", {"": 0}), sky_rs.using("auto"):
            assert route.run(1, 5, table) == [10, 11]


@pytest.mark.parametrize(
    ("name", "arguments", "wrong"),
    [
        ("parallel_threads", (8, None), 0),
        ("parallel_threads", (8, None), 33),
        ("file_mount_workers", (1024, 0, 8), 0),
        ("file_mount_workers", (1024, 0, 8), 9),
        ("next_batch", (1, 3, 8), 4),
        ("next_batch", (1, 3, 8), 0),
        ("backoff", (0.5,), 3.0),
        ("backoff", (0.5,), -1.0),
        ("backoff", (0.5,), float("nan")),
        ("retry", (3, 3, (1, ""), [1], None), "returncode"),
    ],
)
def test_numbers_out_of_range_are_refused(name, arguments, wrong):
    with mock.patch.object(component_process.runtime.load().pool, "call", return_value=wrong):
        with sky_rs.using("component"), pytest.raises(ComponentError):
            _routing.ROUTES[name].run(*arguments)


def test_what_the_component_has_no_form_for_is_answered_in_python(backend, monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 2**40)
    assert workers.get_parallel_threads("kubernetes") == 4 * (2**40 - 1)
    used = iter([1, 2, 3])
    retry = _routing.ROUTES["retry"].run
    assert retry(0, 3, (2, ""), used, None) == "returncode"
    assert next(used) == 3  # looked at no further
    assert retry(0, 3, (0, "x" * 2**21 + "boom"), None, ["boom"]) == "stderr"
    assert retry(0, 3, (0, "\udcff"), None, ["\udcff"]) == "stderr"
