"""The component straight through the C API, its types resolved once.

wasmtime-py's `Func.__call__` reads a function's types anew and copies every value for each call,
ten times the cost of the call itself, and importing `wasmtime.component` takes a third of
importing wasmtime. A plan knows its types and has its slots ready. It needs parts of wasmtime-py
that are private, so known answers decide at load whether plans are used.
"""

from __future__ import annotations

import ctypes
from typing import Any, Callable, Dict, List, Optional

from sky_rs._component import imports, signatures
from sky_rs._component.giving import Givers
from sky_rs._component.values import Codec, Owned

_ADDRESS = ctypes.c_void_p
_SIZE = ctypes.c_size_t

# env, context, type, arguments, their number, results, their number; returns an error or nothing.
_IMPORT = ctypes.CFUNCTYPE(_SIZE, _ADDRESS, _ADDRESS, _ADDRESS, _ADDRESS, _SIZE, _ADDRESS, _SIZE)


class PlannedCode:
    """The compiled component, its imports linked.

    Raises:
        Exception: The C API of the installed wasmtime is not what it is taken for.
    """

    name = "plans"

    def __init__(self, engine: Any, content: bytes) -> None:
        from wasmtime import WasmtimeError  # noqa: PLC0415 - loaded with the component
        from wasmtime import _ffi as ffi  # noqa: PLC0415

        self._ffi = ffi
        self._error = WasmtimeError
        self._error_pointer = ctypes.POINTER(ffi.wasmtime_error_t)
        self._codec = Codec(ffi)
        self._givers = Givers(self._codec, ffi)
        self._indices: Dict[str, Owned] = {}
        self._call = self._function("func_call", *[_ADDRESS] * 3, _SIZE, _ADDRESS, _SIZE)
        self._delete = self._function("val_delete", _ADDRESS, returns=None)
        self._get_func = self._function("instance_get_func", *[_ADDRESS] * 4, returns=ctypes.c_bool)
        self._instantiate = self._function("linker_instantiate", *[_ADDRESS] * 4)
        self._get_index = self._function(
            "get_export_index", _ADDRESS, _ADDRESS, ctypes.c_char_p, _SIZE
        )
        self._drop = self._function("resource_any_drop", _ADDRESS, _ADDRESS)
        self._component = self._compile(_address(engine.ptr()), content)
        #: What the C API calls back as long as the linker lives.
        self._callbacks: List[Any] = []
        self._linker = self._link(_address(engine.ptr()))

    def _function(self, name: str, *parameters: Any, returns: Any = _ADDRESS) -> Any:
        """A function of the C API with addresses as plain numbers, the cheapest to pass."""
        # Looked up by item: ctypes then makes a function of its own, with its own prototype.
        function = self._ffi.dll[f"wasmtime_component_{name}"]
        function.restype, function.argtypes = returns, parameters
        return function

    def _check(self, error: Optional[int]) -> None:
        if error:
            raise self._error._from_ptr(ctypes.cast(error, self._error_pointer))

    def _owned(self, address: Optional[int], kind: str) -> Owned:
        if not address:
            raise LookupError(f"wasmtime has no such {kind}")
        return Owned(address, self._function(f"{kind}_delete", _ADDRESS, returns=None))

    def _compile(self, engine: int, content: bytes) -> Owned:
        new = self._function("new", _ADDRESS, ctypes.c_char_p, _SIZE, _ADDRESS)
        made = _ADDRESS()
        self._check(new(engine, content, len(content), ctypes.addressof(made)))
        return Owned(made.value or 0, self._function("delete", _ADDRESS, returns=None))

    def _link(self, engine: int) -> Owned:
        linker = self._owned(self._function("linker_new", _ADDRESS)(engine), "linker")
        self._check(self._function("linker_add_wasip2", _ADDRESS)(linker.address))
        root = self._owned(
            self._function("linker_root", _ADDRESS)(linker.address), "linker_instance"
        )
        add = self._function(
            "linker_instance_add_instance", _ADDRESS, ctypes.c_char_p, _SIZE, _ADDRESS
        )
        for interface, functions in imports.IMPORTS.items():
            name = signatures.interface(interface).encode()
            made = _ADDRESS()
            self._check(add(root.address, name, len(name), ctypes.addressof(made)))
            instance = self._owned(made.value, "linker_instance")
            for function, host in functions.items():
                signature = signatures.IMPORTS[f"{interface}#{function}"]
                self._add_import(instance.address, function.encode(), host, signature)
            del instance  # a linker lets no second one be added before
        del root
        return linker

    def _add_import(
        self,
        instance: int,
        name: bytes,
        host: Callable[..., Any],
        signature: signatures.Signature,
    ) -> None:
        size = ctypes.sizeof(self._codec.value)
        parameters, result_type = signature.parts
        readers = [(index * size, self._codec.reader(ty)) for index, ty in enumerate(parameters)]
        give = result_type and self._givers.giver(result_type)
        move, new_value = ctypes.memmove, self._codec.value

        def callback(_env: Any, _context: Any, _type: Any, first: Any, *rest: Any) -> int:
            # Nothing can be raised from here; an error that is returned ends the call.
            try:
                result = host(*[read(first + place) for place, read in readers])
                if give:
                    # Not in its place: wasmtime frees what lies there, and Ctrl-C may come when
                    # only half of it does.
                    draft = new_value()
                    give(result, ctypes.addressof(draft))
                    move(rest[1], ctypes.byref(draft), size)
            except BaseException as error:  # Ctrl-C too: ctypes would drop it
                imports.failures.pending = error
                failure = self._error(f"{name.decode()}: {error!r}")
                return _address(failure._consume())
            return 0

        self._callbacks.append(_IMPORT(callback))
        add = self._function(
            "linker_instance_add_func",
            *[_ADDRESS, ctypes.c_char_p, _SIZE, _ADDRESS, _ADDRESS, _ADDRESS],
        )
        code = ctypes.cast(self._callbacks[-1], _ADDRESS)
        self._check(add(instance, name, len(name), code, None, None))

    def instantiate(self, store: Any) -> Any:
        """A new instance in a store."""
        instance = self._ffi.wasmtime_component_instance_t()
        context = _address(store._context())
        self._check(
            self._instantiate(
                self._linker.address, context, self._component.address, ctypes.addressof(instance)
            )
        )
        return instance

    def _index(self, function: str) -> int:
        found = self._indices.get(function)
        if found is None:
            interface, name = (part.encode() for part in function.split("#"))
            full = signatures.interface(interface.decode()).encode()
            component = self._component.address
            parent = self._owned(self._get_index(component, None, full, len(full)), "export_index")
            found = self._owned(
                self._get_index(component, parent.address, name, len(name)), "export_index"
            )
            # Another thread may have been as quick: whose index is kept must never be replaced,
            # since somebody may be using its address.
            found = self._indices.setdefault(function, found)
        return found.address

    def bind(self, store: Any, instance: Any, function: str) -> Callable[..., Any]:
        """A plan for a function of an instance; one caller at a time."""
        context = _address(store._context())
        handle = self._ffi.wasmtime_component_func_t()
        found = self._get_func(
            ctypes.addressof(instance), context, self._index(function), ctypes.addressof(handle)
        )
        if not found:
            raise LookupError(f"the component has no function {function}")
        return self._plan(context, handle, signatures.EXPORTS[function])

    def _plan(
        self, context: int, handle: Any, signature: signatures.Signature
    ) -> Callable[..., Any]:
        value = self._codec.value
        parameters, result_type = signature.parts
        count = len(parameters)
        arguments, result = (value * max(count, 1))(), value()
        callee, first, place = map(ctypes.addressof, (handle, arguments, result))
        writers = [
            self._codec.lender(ty, first + index * ctypes.sizeof(value))
            for index, ty in enumerate(parameters)
        ]
        read = self._codec.reader_at(result_type, place)
        kind = ctypes.c_uint8.from_address(place + value.kind.offset)
        call, delete, check = self._call, self._delete, self._check
        if isinstance(result_type, signatures.Scalar):
            delete = int  # a number owns nothing

        def finish() -> Any:
            error = call(callee, context, first, count, place, 1)
            if error:
                check(error)
            try:
                return read()
            finally:
                delete(place)
                # The next call drops what lies in the slot: nothing may be left there.
                kind.value = 0

        # What the addresses above stand for lives as long as the plan.
        owned = (arguments, result, handle)
        if count == 1:
            (write,) = writers

            def run_one(value: Any, _owned: Any = owned) -> Any:
                write(value)
                return finish()

            return run_one

        def run(*values: Any, _owned: Any = owned) -> Any:
            for write, argument in zip(writers, values):
                write(argument)
            return finish()

        return run

    def drop(self, store: Any, resource: Any) -> None:
        """Ends a resource that a call returned."""
        self._check(self._drop(_address(store._context()), resource.address))


def _address(pointer: Any) -> int:
    return ctypes.cast(pointer, _ADDRESS).value or 0
