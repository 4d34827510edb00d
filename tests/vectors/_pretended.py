"""Functions whose calls need a pretended machine: what a case calls in their stead.

Each takes a side (SkyPilot's modules, or ours) and the arguments of the case.
"""

import contextlib
import os
import tempfile
import threading
import types
from unittest import mock

USER_HASH = "ab12cd34"


class Side:
    """Where one implementation has its functions, and where it runs commands."""

    def __init__(self, modules, runner):
        self.modules = modules
        self.runner = runner

    def __getattr__(self, name):
        for module in self.modules:
            if hasattr(module, name):
                return getattr(module, name)
        raise AttributeError(name)


def call(side, name):
    """The function that answers the cases of a name."""
    pretended = PRETENDED.get(name)
    if pretended is None:
        return getattr(side, name)
    return lambda *args, **kwargs: pretended(side, *args, **kwargs)


def make_cluster_name_on_cloud(side, *args, **kwargs):
    with mock.patch.dict(os.environ, {"SKYPILOT_USER_ID": USER_HASH}):
        return side.make_cluster_name_on_cloud(*args, **kwargs)


def get_parallel_threads(side, cpus, cloud):
    with mock.patch("os.cpu_count", lambda: cpus):
        return side.get_parallel_threads(cloud)


def get_max_workers_for_file_mounts(side, limit, entries, cpus, cloud):
    """With directories of so many entries, a file, and a path where nothing is."""
    with tempfile.TemporaryDirectory() as directory, contextlib.ExitStack() as patches:
        mounts = {"/missing": f"{directory}/missing", "/file": __file__}
        for number, count in enumerate(entries):
            mounts[f"/{number}"] = f"{directory}/{number}"
            os.mkdir(mounts[f"/{number}"])
            for entry in range(count):
                os.mkdir(f"{directory}/{number}/{entry}")
        patches.enter_context(mock.patch("os.cpu_count", lambda: cpus))
        patches.enter_context(mock.patch("resource.getrlimit", lambda _: (limit, limit)))
        return side.get_max_workers_for_file_mounts(mounts, cloud)


def slow_start_processes(side, count, cpus, exit_after):
    """What happened, in order: the numbers that were started, and how long was waited.

    With `exit_after`, it is told to exit while it waits for the time of that number.
    """
    happened = []
    should_exit = None if exit_after is None else threading.Event()

    def wait(seconds):
        happened.append(f"waited {seconds}")
        waits = sum(what.startswith("waited") for what in happened)
        if exit_after is not None and waits >= exit_after:
            should_exit.set()

    if exit_after == 0:
        should_exit.set()
    processes = [
        types.SimpleNamespace(start=lambda number=number: happened.append(f"start {number}"))
        for number in range(count)
    ]
    started = lambda process: happened.append(f"told of {processes.index(process)}")  # noqa: E731
    with mock.patch.dict(os.environ, {"SKYPILOT_POD_CPU_CORE_LIMIT": cpus}):
        with mock.patch("time.sleep", wait):
            side.slow_start_processes(processes, 1.5, started, should_exit)
    return happened


def handle_returncode(side, returncode, command, message, stderr):
    """None, or what the error has, once with a text and once with a function that gives it."""
    told = []
    for error_msg in (message, lambda: message):
        try:
            side.handle_returncode(returncode, command, error_msg, stderr, stream_logs=False)
        except Exception as error:  # noqa: PERF203 - there are two of them
            told += [type(error).__name__, str(error), *map(str, error.args)]
            told += [getattr(error, name) for name in sorted(vars(error))]
            told += sorted(vars(error))
    return told


def run_with_retries(side, runs, most, codes, marks):
    """The result, how often the command was run, and how long was waited.

    After the last of its runs it does the same again.
    """
    waits = []
    ran = []

    def run(command, *_args, **_kwargs):
        ran.append(command)
        returncode, stderr = runs[min(len(ran), len(runs)) - 1]
        return returncode, f"output {len(ran)}", stderr

    with mock.patch(side.runner, run), mock.patch("time.sleep", waits.append):
        with mock.patch("random.uniform", lambda low, high: low + (high - low) * 0.375):
            done = side.run_with_retries("command", most, codes, marks)
    return [*done, len(ran), *waits]


PRETENDED = {
    function.__name__: function
    for function in (
        make_cluster_name_on_cloud,
        get_parallel_threads,
        get_max_workers_for_file_mounts,
        slow_start_processes,
        handle_returncode,
        run_with_retries,
    )
}
