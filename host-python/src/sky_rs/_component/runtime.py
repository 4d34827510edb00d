"""The loaded component: engine, compiled code, linked imports. One per process, made on demand."""

from __future__ import annotations

import atexit
import contextlib
import copy
import os
from typing import Any, Dict, List, Optional, Union

from sky_rs import _component
from sky_rs._component import NotRepresented, artifact, cache, imports
from sky_rs._component.calls import PlannedCalls, PublicCalls, planned
from sky_rs._component.clock import Clock
from sky_rs._component.pool import Pool
from sky_rs.exceptions import ComponentUnavailableError

_PACKAGE = "skypilot:utils"
VERSION = "0.1.0"

#: "0" calls through the public API only.
_PLANS = "SKY_RS_CALL_PLANS"


class Runtime:
    """What all instances share."""

    def __init__(self) -> None:
        """Loads wasmtime, compiles the component and calls it once with a known answer.

        Raises:
            Exception: Whatever wasmtime meets; without its library that is not only ImportError.
        """
        import wasmtime  # noqa: PLC0415 - slow, and only needed here
        from wasmtime.component import Component, Linker  # noqa: PLC0415

        content = artifact.read()
        self.sha256 = artifact.verified_sha256(content)
        config = wasmtime.Config()
        config.epoch_interruption = True
        # Compilation threads do not survive a fork, and SkyPilot forks.
        config.parallel_compilation = False
        cache.enable(config)
        self.engine = wasmtime.Engine(config)
        self.component = Component(self.engine, content)
        self.linker = Linker(self.engine)
        self.linker.add_wasip2()
        _define_imports(self.linker)
        #: Whether this process was forked from one that had loaded the component.
        self.forked = False
        self._exports: Dict[str, Any] = {}
        self._start()
        self.calls: Union[PlannedCalls, PublicCalls] = PublicCalls()
        self._choose_calls()

    @property
    def imports(self) -> List[str]:
        """The interfaces that the component imports, sorted."""
        return sorted(self.component.type.imports(self.engine))

    def export(self, function: str) -> Any:
        """The index of an exported function, the same for every instance."""
        index = self._exports.get(function)
        if index is None:
            interface, name = function.split("#")
            interface = f"{_PACKAGE}/{interface}@{VERSION}"
            parent = self.component.get_export_index(interface)
            index = parent and self.component.get_export_index(name, parent)
            if index is None:
                raise LookupError(f"the component does not export {interface}#{name}")
            self._exports[function] = index
        return index

    def after_fork(self) -> Runtime:
        """The same compiled code with nothing of the parent's threads, for a forked child."""
        child: Runtime = copy.copy(self)
        self.pool.abandon()
        child._start()
        child.forked = True
        return child

    def close(self) -> None:
        """Ends the clock and frees every idle instance."""
        self.clock.close()
        self.pool.close()

    def _start(self) -> None:
        self.pool = Pool(self)
        self.clock = Clock(self.engine.increment_epoch, self.pool.close)

    def _choose_calls(self) -> None:
        """Takes plans if they give the known answer, and the public API if that does.

        Raises:
            ValueError: Neither does.
        """
        plans = planned() if os.environ.get(_PLANS, "1") != "0" else None
        if plans is not None:
            self.calls, public = plans, self.calls
            with contextlib.suppress(Exception):
                self._self_test()
                return
            self.pool.close()
            self.calls = public
        self._self_test()

    def _self_test(self) -> None:
        """A call with text both ways, one with an error, one with the host's help."""
        answer = self.pool.call("strings#base36-encode", "ff")
        error = self.pool.call("strings#base36-encode", "é")
        port = self.pool.call("io#find-free-port", 65535)
        tags = (getattr(error, "tag", None), getattr(port, "tag", None))
        if answer != "73" or tags != ("unsupported", "no-free-port"):
            raise ValueError(f"the self-test gave {answer!r}, {error!r} and {port!r}")


def _define_imports(linker: Any) -> None:
    with linker.root() as root:
        for interface, functions in imports.IMPORTS.items():
            with root.add_instance(interface) as instance:
                for name, function in functions.items():
                    instance.add_func(name, function)


_loaded: Optional[Runtime] = None
_failure: Optional[str] = None
_inherited: List[Runtime] = []


def load() -> Runtime:
    """The process's runtime.

    Raises:
        ComponentUnavailableError: It cannot be loaded; the reason is found once and kept.
    """
    global _loaded  # noqa: PLW0603 - the process has one component
    runtime = _loaded
    if runtime is not None:
        return runtime
    with _component.loading:
        if _loaded is None:
            _loaded = _make()
        return _loaded


def _make() -> Runtime:
    global _failure  # noqa: PLW0603
    if _failure is not None:
        raise ComponentUnavailableError(_failure)
    try:
        return Runtime()
    except Exception as error:
        _failure = f"the component cannot be loaded: {type(error).__name__}: {error}"
        import logging  # noqa: PLC0415 - slow to import, and seldom needed

        logging.getLogger("sky_rs").info("answering in Python: %s", _failure)
        raise ComponentUnavailableError(_failure) from error


def load_for_files() -> Runtime:
    """The process's runtime, for calls that read files.

    Raises:
        ComponentUnavailableError: It cannot be loaded.
        NotRepresented: This process was forked from one that had loaded the component. wasmtime
            reads files on threads that the fork left behind, so the call would never return.
    """
    runtime = load()
    if runtime.forked:
        raise NotRepresented("files in a forked process")
    return runtime


@atexit.register
def close() -> None:
    """Frees the runtime; the next call loads it anew."""
    global _loaded
    with _component.loading:
        runtime, _loaded = _loaded, None
    if runtime is not None:
        runtime.close()


def after_fork_in_child(*, in_order: bool) -> None:
    """Puts a forked child in order; not in order is a parent that was still loading."""
    global _loaded, _failure  # noqa: PLW0603
    if not in_order:
        _failure = "this process was forked while another thread was loading the component"
    elif _loaded is not None:
        # Its instances may be in use by threads that exist only in the parent: never freed here.
        _inherited.append(_loaded)
        _loaded = _loaded.after_fork()
