"""The pool in any order of calls, failures, forks and closings."""

import os
import signal
import tempfile
from unittest import mock

from conftest import late
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import sky_rs
from sky_rs import _host
from sky_rs._component import pool, runtime, sandbox
from sky_rs.exceptions import ComponentDeadlineError, ComponentTrapError

DIRECTORIES = st.integers(0, 2 * pool.CAPACITY)


class PoolMachine(RuleBasedStateMachine):
    """Every answer is right, whatever came before it."""

    def __init__(self):
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        self.forks = 0
        self.choice = sky_rs.using("component")
        self.choice.__enter__()

    def teardown(self):
        self.choice.__exit__(None, None, None)
        self.directory.cleanup()

    def file(self, number, content=b"a\nb\n"):
        directory = os.path.join(self.directory.name, str(number))
        os.makedirs(directory, exist_ok=True)
        path = os.path.join(directory, "f")
        with open(path, "wb") as file:
            file.write(content)
        return path

    @rule(number=st.integers(0, 2**256))
    def call(self, number):
        assert int(sky_rs.base36_encode(f"{number:x}"), 36) == number

    @rule(number=DIRECTORIES)
    def read(self, number):
        assert sky_rs.read_last_n_lines(self.file(number, b"%d\n" % number), 1) == [str(number)]

    @rule(number=DIRECTORIES)
    def replace_directory(self, number):
        path = self.file(number)
        os.rename(os.path.dirname(path), tempfile.mkdtemp(dir=self.directory.name))

    @rule()
    def trap(self):
        with sky_rs.limits(memory=2 * 2**20):
            try:
                sky_rs.truncate_long_string("x" * 4 * 2**20)
            except ComponentTrapError:
                return
        raise AssertionError("no trap")

    @rule(number=DIRECTORIES)
    def miss_the_deadline(self, number):
        directories = (sandbox.locate(self.file(number)).directory,)
        loaded = runtime.load()
        with mock.patch.object(_host, "logical_cpus", lambda: late(loaded)):
            for call in (sky_rs.get_cpu_count, lambda: self.count_in(directories)):
                try:
                    call()
                except ComponentDeadlineError:
                    continue
                raise AssertionError("no deadline")

    def count_in(self, directories):
        with runtime.load().pool.lend(directories) as instance:
            instance.call("system#get-cpu-count")

    @rule()
    def error(self):
        try:
            sky_rs.base36_encode("xyz")
        except ValueError:
            return
        raise AssertionError("no error")

    @precondition(lambda self: self.forks < 3 and hasattr(os, "fork"))
    @rule()
    def fork(self):
        self.forks += 1
        path = self.file("fork")
        child = os.fork()
        if child == 0:
            signal.alarm(20)
            right = sky_rs.base36_encode("ff") == "73" and sky_rs.read_last_n_lines(path, 1) == [
                "b"
            ]
            os._exit(0 if right else 1)
        assert os.waitpid(child, 0)[1] == 0

    @rule()
    def close_idle(self):
        runtime.load().pool.close()

    @rule()
    def close_everything(self):
        runtime.close()

    @invariant()
    def idle_instances_are_bounded(self):
        assert runtime.load().pool.idle <= 2 * pool.CAPACITY


TestPool = PoolMachine.TestCase
TestPool.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
