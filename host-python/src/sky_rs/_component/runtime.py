"""The loaded component: engine, compiled code, linked imports. One per process, made on demand."""

from __future__ import annotations

import atexit
import copy
import logging
import os
import threading
from typing import Any, Dict, List, Optional, Tuple

from sky_rs._component import NotRepresented, artifact, imports
from sky_rs._component.deadline import Clock
from sky_rs._component.pool import Pool
from sky_rs.exceptions import ComponentUnavailableError

_LOGGER = logging.getLogger("sky_rs")

_PACKAGE = "skypilot:utils"
VERSION = "0.1.0"


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
        self.sha256 = artifact.sha256(content)
        config = wasmtime.Config()
        config.epoch_interruption = True
        # Compilation threads do not survive a fork, and SkyPilot forks.
        config.parallel_compilation = False
        self.engine = wasmtime.Engine(config)
        self.component = Component(self.engine, content)
        self.linker = Linker(self.engine)
        self.linker.add_wasip2()
        _define_imports(self.linker)
        self.imports: List[str] = sorted(self.component.type.imports(self.engine))
        self.clock = Clock(self.engine.increment_epoch)
        self.pool = Pool(self)
        #: Whether this process was forked from one that had loaded the component.
        self.forked = False
        self._exports: Dict[Tuple[str, str], Any] = {}
        self._self_test()

    def export(self, interface: str, function: str) -> Any:
        """The index of an exported function, the same for every instance."""
        key = (interface, function)
        index = self._exports.get(key)
        if index is None:
            name = f"{_PACKAGE}/{interface}@{VERSION}"
            parent = self.component.get_export_index(name)
            index = parent and self.component.get_export_index(function, parent)
            if index is None:
                raise LookupError(f"the component does not export {name}#{function}")
            self._exports[key] = index
        return index

    def after_fork(self) -> Runtime:
        """The same compiled code with nothing of the parent's threads, for a forked child."""
        child: Runtime = copy.copy(self)
        child.clock = Clock(self.engine.increment_epoch)
        child.pool = Pool(child)
        child.forked = True
        return child

    def close(self) -> None:
        self.clock.close()
        self.pool.close()

    def _self_test(self) -> None:
        answer = self.pool.call("strings", "base36-encode", "ff")
        if answer != "73":
            raise ValueError(f"the self-test gave {answer!r} for 0xff, not '73'")


def _define_imports(linker: Any) -> None:
    with linker.root() as root:
        for interface, functions in imports.IMPORTS.items():
            with root.add_instance(interface) as instance:
                for name, function in functions.items():
                    instance.add_func(name, function)


_lock = threading.Lock()
_loaded: Optional[Runtime] = None
_failure: Optional[str] = None
# Runtimes of the parent of this process. Their stores may be in use by threads that exist only
# there, so they are never freed here.
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
    with _lock:
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
        _LOGGER.info("answering in Python: %s", _failure)
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
    with _lock:
        runtime, _loaded = _loaded, None
    if runtime is not None:
        runtime.close()


def _after_fork_in_child() -> None:
    global _lock, _loaded  # noqa: PLW0603
    _lock = threading.Lock()
    if _loaded is not None:
        _inherited.append(_loaded)
        _loaded = _loaded.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
