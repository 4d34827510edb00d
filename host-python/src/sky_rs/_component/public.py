"""The component through wasmtime-py's public API: slower to load and to call, and always there."""

from __future__ import annotations

from typing import Any, Callable, Dict

from sky_rs._component import imports, signatures


class PublicCode:
    """The compiled component, its imports linked."""

    name = "public"

    def __init__(self, engine: Any, content: bytes) -> None:
        from wasmtime.component import Component, Linker  # noqa: PLC0415 - slow, and seldom needed

        self._component = Component(engine, content)
        self._linker = Linker(engine)
        self._linker.add_wasip2()
        self._indices: Dict[str, Any] = {}
        with self._linker.root() as root:
            for interface, functions in imports.IMPORTS.items():
                with root.add_instance(signatures.interface(interface)) as instance:
                    for name, function in functions.items():
                        instance.add_func(name, _adapted(function))

    def instantiate(self, store: Any) -> Any:
        """A new instance in a store."""
        return self._linker.instantiate(store, self._component)

    def bind(self, store: Any, instance: Any, function: str) -> Callable[..., Any]:
        """A call of a function of an instance."""
        index = self._indices.get(function)
        if index is None:
            interface, name = function.split("#")
            parent = self._component.get_export_index(signatures.interface(interface))
            index = self._component.get_export_index(name, parent)
            self._indices[function] = index
        function_of_instance = instance.get_func(store, index)

        def call(*arguments: Any) -> Any:
            # Text may be bytes; here it has to be copied.
            texts = [value.decode() if type(value) is bytes else value for value in arguments]
            return function_of_instance(store, *texts)

        return call

    def drop(self, store: Any, resource: Any) -> None:
        """Ends a resource that a call returned."""
        with resource:
            resource.drop(store)


def _adapted(function: Callable[..., Any]) -> Callable[..., Any]:
    """A host function as wasmtime-py calls it: with the store, and records as objects."""
    from wasmtime import WasmtimeError  # noqa: PLC0415
    from wasmtime.component import Record  # noqa: PLC0415

    def adapted(_store: Any, *arguments: Any) -> Any:
        try:
            result = function(*arguments)
        except BaseException as error:  # Ctrl-C too, which wasmtime-py would let ctypes drop
            imports.failures.pending = error
            raise WasmtimeError(repr(error)) from None
        if isinstance(result, dict):
            record = Record()
            record.__dict__.update(result)
            return record
        return result

    return adapted
