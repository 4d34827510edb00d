"""Writers of values that become wasmtime's: the results of host imports."""

from __future__ import annotations

import ctypes
from typing import Any

from sky_rs._component.signatures import Cases, Fields, Option, Result, Scalar, Text
from sky_rs._component.values import Codec, Giver


class Givers:
    """Makes writers that allocate with wasmtime what they put in a value.

    Raises:
        Exception: wasmtime's functions are not what they are taken for.
    """

    def __init__(self, codec: Codec, ffi: Any) -> None:
        self._codec = codec
        self._ffi = ffi
        address, size = ctypes.c_void_p, ctypes.c_size_t
        self._new_bytes = ffi.dll["wasm_byte_vec_new"]
        self._new_bytes.restype = None
        self._new_bytes.argtypes = [address, size, ctypes.c_char_p]
        self._new_value = ffi.dll["wasmtime_component_val_new"]
        self._new_value.restype = address
        self._new_value.argtypes = [address]
        self._new_record = ffi.dll["wasmtime_component_valrecord_new_uninit"]
        self._new_record.restype = None
        self._new_record.argtypes = [address, size]

    def giver(self, ty: Any) -> Giver:
        """A writer of values of a type."""
        return getattr(self, f"_give_{type(ty).__name__.lower()}")(ty)  # type: ignore[no-any-return]

    def _give_scalar(self, ty: Scalar) -> Giver:
        lender = self._codec.lender
        return lambda value, address: lender(ty, address)(value)

    def _give_text(self, ty: Text) -> Giver:
        offset = self._codec.text_offset(ty)

        def write(text: Any, address: int) -> None:
            self._codec.set_kind(address, ty.parts[0])
            raw = text.encode("utf-8", "replace")
            self._new_bytes(address + offset, len(raw), raw)

        return write

    def _boxed(self, ty: Any) -> Any:
        """Allocates a value and returns its address; 0 for None."""
        inner = self.giver(ty) if ty is not None else None

        def box(value: Any) -> int:
            if inner is None or value is None:
                return 0
            draft = self._codec.value()
            inner(value, ctypes.addressof(draft))
            return int(self._new_value(ctypes.addressof(draft)))

        return box

    def _give_option(self, ty: Option) -> Giver:
        box, offset = self._boxed(ty.parts[0]), self._codec.offset("option")

        def write(value: Any, address: int) -> None:
            self._codec.set_kind(address, "option")
            ctypes.c_void_p.from_address(address + offset).value = box(value)

        return write

    def _give_result(self, ty: Result) -> Giver:
        """An int is the success, anything else the error's payload."""
        is_ok, payload = self._codec.offset("result", "is_ok"), self._codec.offset("result", "val")
        ok, err = self._boxed(ty.parts[0]), self.giver(ty.parts[1])

        def write(value: Any, address: int) -> None:
            self._codec.set_kind(address, "result")
            good = isinstance(value, int)
            ctypes.c_bool.from_address(address + is_ok).value = good
            if good:
                pointer = ok(value)
            else:
                draft = self._codec.value()
                err(value, ctypes.addressof(draft))
                pointer = int(self._new_value(ctypes.addressof(draft)))
            ctypes.c_void_p.from_address(address + payload).value = pointer

        return write

    def _give_cases(self, ty: Cases) -> Giver:
        """None is the case without a payload, anything else the one with it."""
        tag = self._codec.offset("variant", "discriminant")
        payload = self._codec.offset("variant", "val")
        (bare,) = (name for name, case in ty.parts[0].items() if case is None)
        ((full, case),) = ((name, case) for name, case in ty.parts[0].items() if case is not None)
        box = self._boxed(case)

        def write(value: Any, address: int) -> None:
            self._codec.set_kind(address, "variant")
            name = (bare if value is None else full).encode()
            self._new_bytes(address + tag, len(name), name)
            ctypes.c_void_p.from_address(address + payload).value = box(value)

        return write

    def _give_fields(self, ty: Fields) -> Giver:
        record = self._codec.offset("record")
        data = self._codec.offset("record", "data")
        entry = self._ffi.wasmtime_component_valrecord_entry_t
        size, name_at, value_at = ctypes.sizeof(entry), entry.name.offset, entry.val.offset
        fields = [
            (name, name.encode(), index * size, self.giver(field))
            for index, (name, field) in enumerate(ty.parts[0].items())
        ]

        def write(value: Any, address: int) -> None:
            self._codec.set_kind(address, "record")
            self._new_record(address + record, len(fields))
            start = ctypes.c_void_p.from_address(address + data).value or 0
            for name, raw, place, give in fields:
                self._new_bytes(start + place + name_at, len(raw), raw)
                give(value[name], start + place + value_at)

        return write
