"""How exported functions are called: by plans through the C API, or by wasmtime-py's own way.

wasmtime-py's `Func.__call__` reads a function's types anew and copies every value for each call,
ten times the cost of the call itself. A plan does that work once. It needs parts of wasmtime-py
that are private, so a known answer decides at load whether plans are used.
"""

from __future__ import annotations

import ctypes
import functools
from typing import Any, Callable, List, Optional

from sky_rs._component.values import Codec

#: Takes a function's arguments and returns its result as a WIT value; raises WasmtimeError.
Call = Callable[..., Any]


class PublicCalls:
    """Calls by the public API."""

    name = "public"

    def bind(self, store: Any, function: Any) -> Call:
        """A call of a function of an instance in that store."""
        return functools.partial(function, store)


class PlannedCalls:
    """Calls by plans.

    Raises:
        Exception: The C API of the installed wasmtime is not what it is taken for.
    """

    name = "plans"

    def __init__(self) -> None:
        from wasmtime import WasmtimeError  # noqa: PLC0415 - loaded with the component
        from wasmtime import _ffi as ffi  # noqa: PLC0415

        self._ffi = ffi
        self._error = WasmtimeError
        self._error_pointer = ctypes.POINTER(ffi.wasmtime_error_t)
        self._codec = Codec(ffi)
        # Prototypes of our own: addresses as plain numbers are the cheapest to pass.
        address, size = ctypes.c_void_p, ctypes.c_size_t
        self._call = ffi.dll["wasmtime_component_func_call"]
        self._call.restype = address
        self._call.argtypes = [address, address, address, size, address, size]
        self._delete = ffi.dll["wasmtime_component_val_delete"]
        self._delete.restype = None
        self._delete.argtypes = [address]

    def bind(self, store: Any, function: Any) -> Call:
        """A plan for a function of an instance in that store."""
        ty = function.type(store)
        parameters: List[Any] = ty.params
        value = self._ffi.wasmtime_component_val_t
        count = len(parameters)
        arguments, result = (value * max(count, 1))(), value()
        handle = function._func
        context = ctypes.cast(store._context(), ctypes.c_void_p).value
        callee, first, place = map(ctypes.addressof, (handle, arguments, result))
        writers = [
            self._codec.writer(parameter, first + index * ctypes.sizeof(value))
            for index, (_, parameter) in enumerate(parameters)
        ]
        read = self._codec.reader(ty.result)
        kind = ctypes.c_uint8.from_address(place + value.kind.offset)
        call, delete, fail = self._call, self._delete, self._fail

        def run(*values: Any, _owned: Any = (arguments, result, handle)) -> Any:
            for write, argument in zip(writers, values):
                write(argument)
            error = call(callee, context, first, count, place, 1)
            if error:
                fail(error)
            try:
                return read(place)
            finally:
                delete(place)
                # The next call drops what lies in the slot: nothing may be left there.
                kind.value = 0

        return run

    def _fail(self, error: int) -> None:
        raise self._error._from_ptr(ctypes.cast(error, self._error_pointer))


def planned() -> Optional[PlannedCalls]:
    """Plans, where the installed wasmtime allows them."""
    try:
        return PlannedCalls()
    except Exception:  # whatever a private API does when it is another
        return None
