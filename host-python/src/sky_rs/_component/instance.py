"""One instance of the component: its store, its rights, its calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Optional, Tuple

from sky_rs._component import NotRepresented, sandbox
from sky_rs.exceptions import ComponentDeadlineError, ComponentTrapError

if TYPE_CHECKING:
    from sky_rs._component.runtime import Runtime


class Instance:
    """An instance that one thread at a time may use.

    After an error other than :class:`NotRepresented` it must not be used again: a trap leaves the
    component's memory in an unknown state.
    """

    def __init__(self, runtime: Runtime, directory: Optional[sandbox.Directory]) -> None:
        import wasmtime  # noqa: PLC0415 - loaded with the component, not with the package

        self.directory = directory
        self._runtime = runtime
        self._error = wasmtime.WasmtimeError
        self._functions: Dict[Tuple[str, str], Any] = {}
        self._ticks = runtime.clock.ticks(sandbox.CALL_DEADLINE)
        self._store = wasmtime.Store(runtime.engine)
        self._store.set_limits(memory_size=sandbox.MEMORY_LIMIT)
        self._store.set_wasi(sandbox.wasi_config(directory))
        self._store.set_epoch_deadline(self._ticks)
        self._instance = runtime.linker.instantiate(self._store, runtime.component)

    def call(self, interface: str, function: str, *arguments: Any) -> Any:
        """Calls an exported function and returns its WIT value as wasmtime-py lifts it.

        Raises:
            NotRepresented: A text has no UTF-8 form; nothing was called.
            ComponentTrapError: The component trapped, on a memory limit for instance.
            ComponentDeadlineError: The call took longer than its deadline.
        """
        callee = self._function(interface, function)
        return self._guarded(f"{interface}.{function}", callee, self._store, *arguments)

    def drop(self, resource: Any) -> None:
        """Ends a resource that a call returned."""
        with resource:
            self._guarded("dropping a resource", resource.drop, self._store)

    def close(self) -> None:
        """Frees the instance. Closing again does nothing."""
        self._functions.clear()
        self._store.close()

    def _function(self, interface: str, function: str) -> Any:
        key = (interface, function)
        found = self._functions.get(key)
        if found is None:
            index = self._runtime.export(interface, function)
            found = self._functions[key] = self._instance.get_func(self._store, index)
        return found

    def _guarded(self, what: str, callee: Any, *arguments: Any) -> Any:
        clock = self._runtime.clock
        self._store.set_epoch_deadline(self._ticks)
        clock.enter()
        try:
            return callee(*arguments)
        except UnicodeEncodeError:
            raise NotRepresented("text with lone surrogates") from None
        except self._error as error:
            raise _translated(what, error) from error
        finally:
            clock.leave()


def _translated(what: str, error: Exception) -> Exception:
    """wasmtime's error as ours. Component calls report traps as plain errors with a message."""
    message = str(error)
    if "wasm trap: interrupt" in message:
        return ComponentDeadlineError(
            f"{what} took longer than its deadline of {sandbox.CALL_DEADLINE:g} s"
        )
    return ComponentTrapError(f"{what} failed in the component: {message.splitlines()[-1].strip()}")
