"""One instance of the component: its store, its rights, its calls."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Dict

from sky_rs import _limits
from sky_rs._component import NotRepresented, imports, sandbox
from sky_rs.exceptions import (
    ComponentDeadlineError,
    ComponentMemoryError,
    ComponentTrapError,
)

if TYPE_CHECKING:
    from typing import Callable

    from sky_rs._component.runtime import Runtime


class Instance:
    """An instance that one thread at a time may use.

    After any error it must not be used again: a trap leaves the component's memory in an unknown
    state.
    """

    def __init__(
        self, runtime: Runtime, directories: sandbox.Directories, limits: _limits.Limits
    ) -> None:
        import wasmtime  # noqa: PLC0415 - loaded with the component, not with the package

        self.directories = directories
        #: What a call may use.
        self.limits = limits
        #: The epoch when the deadline of the store was set.
        self._epoch = -1
        self._runtime = runtime
        self._error = wasmtime.WasmtimeError
        self._calls: Dict[str, Callable[..., Any]] = {}
        #: Whether it has grown so much that it is not worth keeping: memory is never given back.
        self.grown = False
        #: Resources in it that outlive a call, by what they were made of.
        self.resources: Dict[Any, Any] = {}
        wasi = sandbox.wasi_config(directories)
        self.store = wasmtime.Store(runtime.engine)
        self.allow(limits)
        self.store.set_wasi(wasi)
        self._set_deadline(runtime.clock.epoch)
        try:
            self._instance = runtime.code.instantiate(self.store)
        except self._error as error:
            # No address space for another memory, for instance.
            self.store.close()
            raise _translated("starting an instance", limits, error) from error

    def call(self, function: str, *arguments: Any) -> Any:
        """Calls an exported function, such as 'strings#base36-encode', and returns its WIT value.

        Raises:
            NotRepresented: A text has no UTF-8 form; nothing was called.
            ComponentMemoryError: The component needed more memory than its limit.
            ComponentTrapError: The component trapped for any other reason.
            ComponentDeadlineError: The call took longer than its deadline.
        """
        call = self._calls.get(function)
        if call is None:
            call = self._runtime.code.bind(self.store, self._instance, function)
            self._calls[function] = call
        return self._guarded(function, call, *arguments)

    def fits(self, limits: _limits.Limits) -> bool:
        """Whether it has certainly not grown beyond the limits: memory is never given back."""
        return self.limits.memory <= limits.memory

    def allow(self, limits: _limits.Limits) -> None:
        """Sets the limits of the calls from now on."""
        self.limits = limits
        self._epoch = -1
        self.store.set_limits(memory_size=limits.memory)

    def drop(self, resource: Any) -> None:
        """Ends a resource that a call returned."""
        self._guarded("dropping a resource", self._runtime.code.drop, self.store, resource)

    def close(self) -> None:
        """Frees the instance. Closing again does nothing."""
        self._calls.clear()
        self.resources.clear()
        self.store.close()
        # Ctrl-C may have come just before that.
        self._runtime.clock.inside.discard(self)

    def abandon(self) -> None:
        """Forgets the instance without freeing it, in a process that was forked meanwhile."""
        self._calls.clear()
        self.resources.clear()
        self.store._consume()

    def _set_deadline(self, epoch: int) -> None:
        """Sets the deadline anew for a call that begins in an epoch."""
        self._epoch = epoch
        # The tick under way does not count.
        ticks = math.ceil(self.limits.deadline / sandbox.TICK) + 1
        self.store.set_epoch_deadline(ticks)

    def _guarded(self, what: str, call: Callable[..., Any], *arguments: Any) -> Any:
        clock = self._runtime.clock
        try:
            clock.inside.add(self)
            if not clock.awake:
                clock.wake()
            if clock.epoch != self._epoch:  # else the deadline is as good as new
                self._set_deadline(clock.epoch)
            return call(*arguments)
        except UnicodeEncodeError:
            raise NotRepresented("text with lone surrogates") from None
        except self._error as error:
            reason = imports.failures.take()
            if reason is not None and not isinstance(reason, Exception):
                raise reason from None  # Ctrl-C in a host import
            raise _translated(what, self.limits, error) from error
        finally:
            clock.inside.discard(self)


def _translated(what: str, limits: _limits.Limits, error: Exception) -> Exception:
    """wasmtime's error as ours. Traps in components are plain errors with a message."""
    message = str(error)
    if "wasm trap: interrupt" in message:
        return ComponentDeadlineError(
            f"{what} took longer than its deadline of {limits.deadline:g} s"
        )
    last = message.strip().splitlines()[-1].strip()
    text = f"{what} failed in the component: {last}"
    # Either the component has said so, or it had no memory for what is passed to it, which it may
    # not say: see cabi_realloc in the guest.
    if imports.failures.take_out_of_memory() or last.startswith("realloc return"):
        return ComponentMemoryError(text)
    return ComponentTrapError(text)
