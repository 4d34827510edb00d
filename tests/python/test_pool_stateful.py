"""The pool in any order of calls, failures, forks and closings."""

import os
import signal
import tempfile

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import sky_rs
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

    @rule()
    def miss_the_deadline(self):
        path = self.file("sparse")
        os.truncate(path, 64 * 2**20)
        step, tick = sandbox.STEP, sandbox.TICK
        sandbox.STEP, sandbox.TICK = 64 * 2**20, 0.005
        try:
            with sky_rs.limits(deadline=0.005):
                sky_rs.hash_file(path, "sha512")
        except ComponentDeadlineError:
            return
        finally:
            sandbox.STEP, sandbox.TICK = step, tick
        raise AssertionError("no deadline")

    @rule()
    def error(self):
        try:
            sky_rs.base36_encode("xyz")
        except ValueError:
            return
        raise AssertionError("no error")

    @precondition(lambda self: self.forks < 3)
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
