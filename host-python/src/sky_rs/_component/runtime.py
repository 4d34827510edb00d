"""The loaded component: engine, compiled code, linked imports. One per process, made on demand."""

from __future__ import annotations

import atexit
import contextvars
import os
from typing import TYPE_CHECKING, List, Optional, Union

from sky_rs import _loading
from sky_rs._component import AfterFork, artifact, cache, threads
from sky_rs._component.clock import Clock
from sky_rs._component.pool import Pool
from sky_rs.exceptions import (
    ComponentDeadlineError,
    ComponentUnavailableError,
    ConfigurationError,
)

if TYPE_CHECKING:
    from sky_rs._component.plans import PlannedCode
    from sky_rs._component.public import PublicCode

#: "0" calls through the public API only.
_PLANS = "SKY_RS_CALL_PLANS"


class Runtime:
    """What all instances share."""

    def __init__(self) -> None:
        """Loads wasmtime, compiles the component and calls it once with a known answer.

        Raises:
            Exception: Whatever wasmtime meets; without its library that is not only ImportError.
        """
        # It imports ctypes, which not every Python has.
        from sky_rs._component import interpreter  # noqa: PLC0415

        interpreter.check()
        threads.check(2)  # the cache's and the clock's
        import wasmtime  # noqa: PLC0415 - slow, and only needed here

        content = artifact.read()
        self.sha256 = artifact.verified_sha256(content)
        config = wasmtime.Config()
        config.epoch_interruption = True
        # Compilation threads do not survive a fork, and SkyPilot forks.
        config.parallel_compilation = False
        #: Where compiled code is kept, or else None and why it is not.
        self.cache_directory, self.cache_reason = cache.enable(config)
        self.engine = wasmtime.Engine(config)
        self._start()
        try:
            self.code = self._choose_code(content)
        except BaseException:
            self.close()
            raise

    def imports(self) -> List[str]:
        """The interfaces that the component imports, sorted."""
        from wasmtime.component import Component  # noqa: PLC0415 - slow, and only needed here

        component = Component(self.engine, artifact.read())
        return sorted(component.type.imports(self.engine))

    def after_fork(self) -> Runtime:
        """The same compiled code with nothing of the parent's threads, for a forked child."""
        child = Runtime.__new__(Runtime)
        child.__dict__.update(self.__dict__)
        # Those that are lent belong to threads that exist only in the parent; nobody frees them.
        self.pool.abandon()
        child._start()
        return child

    def close(self) -> None:
        """Ends the clock and frees every idle instance."""
        self.clock.close()
        self.pool.close()

    def _start(self) -> None:
        self.pool = Pool(self)
        self.clock = Clock(self.engine.increment_epoch, self.pool.rest)

    def _choose_code(self, content: bytes) -> Union[PlannedCode, PublicCode]:
        """Plans, if they give the known answers, else the public API, if that does.

        Raises:
            Exception: Neither does.
        """
        if os.environ.get(_PLANS, "1") != "0":
            try:
                # Not above: it imports ctypes, which not every Python has.
                from sky_rs._component.plans import PlannedCode  # noqa: PLC0415

                self.code = PlannedCode(self.engine, content)
                self._self_test()
            except ConfigurationError:
                raise
            except Exception:  # whatever a private API does when it is another
                self.pool.close()
            else:
                return self.code
        from sky_rs._component.public import PublicCode  # noqa: PLC0415 - seldom needed

        self.code = PublicCode(self.engine, content)
        self._self_test()
        return self.code

    def _self_test(self) -> None:
        """A call with text both ways, one with an error, one with the host's help."""
        call = self.pool.call
        text = call("strings#base36-encode", "ff")
        error = call("strings#base36-encode", "é")
        memory = call("system#get-mem-size-gb")
        known = text == "73" and getattr(error, "tag", None) == "unsupported"
        if not known or not (isinstance(memory, float) or hasattr(memory, "tag")):
            raise ValueError(f"the self-test gave {text!r}, {error!r} and {memory!r}")


_loaded: Optional[Runtime] = None
_failure: Optional[str] = None


def load() -> Runtime:
    """The process's runtime.

    Raises:
        ComponentUnavailableError: It cannot be loaded; the reason is found once and kept.
        ConfigurationError: An environment variable holds no limit.
    """
    global _loaded  # noqa: PLW0603 - the process has one component
    runtime = _loaded
    if runtime is not None:
        return runtime
    try:
        with _loading.lock:
            if _loaded is None:
                _loaded = _make()
            return _loaded
    except ComponentUnavailableError as error:
        if error.__cause__ is not None:  # else it is no news
            # Not under the lock: the user's handler may wait for a thread that waits for it.
            _loading.logger("sky_rs").info("answering in Python: %s", error)
        raise


def _make() -> Runtime:
    global _failure  # noqa: PLW0603
    if _failure is not None:
        raise ComponentUnavailableError(_failure)
    try:
        # Everybody's calls depend on it, so the limits and the cancellation of the first do not
        # hold; those of the process do.
        with _loading.uncollected():
            return contextvars.Context().run(Runtime)
    except ConfigurationError:
        raise
    except Exception as error:
        told = " ".join(str(error).split())  # wasmtime's causes come in lines of their own
        reason = f"the component cannot be loaded: {type(error).__name__}: {told}"
        if not isinstance(error, ComponentDeadlineError):  # a machine that slept may be awake now
            _failure = reason
        raise ComponentUnavailableError(reason) from error


def load_for_files() -> Runtime:
    """The process's runtime, for calls that read files.

    Raises:
        ComponentUnavailableError: It cannot be loaded.
        ComponentError: wasmtime could not start the threads on which it reads files.
        AfterFork: This process was forked from one that used wasmtime, which reads files on
            threads that the fork left behind, so the call would never return.
    """
    runtime = load()
    if _loading.forked:
        raise AfterFork("files in a forked process")
    threads.check_for_files()
    return runtime


@atexit.register
def close() -> None:
    """Frees the runtime; the next call loads it anew."""
    global _loaded
    with _loading.lock:
        runtime, _loaded = _loaded, None
    if runtime is not None:
        runtime.close()


def after_fork_in_child(*, in_order: bool) -> None:
    """Puts a forked child in order; not in order is a parent that was still loading."""
    global _loaded, _failure  # noqa: PLW0603
    if _loaded is not None:
        _loaded = _loaded.after_fork()
    elif not in_order:
        _failure = "this process was forked while another thread was loading the component"
