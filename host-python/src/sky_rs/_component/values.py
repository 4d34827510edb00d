"""WIT values in the C API's memory: readers and writers, made once for each type.

The C API passes every value as a `wasmtime_component_val_t`: a kind and a union. Offsets and kinds
come from the wasmtime that is installed, since they differ between versions.

A *reader* takes the address of a value and returns the value. A *writer* is bound to the address of
one value and takes what to put there; what it puts there belongs to Python and is only lent.
"""

from __future__ import annotations

import ctypes
from typing import Any, Callable, Dict, NamedTuple

Reader = Callable[[int], Any]
Writer = Callable[[Any], None]


class Variant(NamedTuple):
    """One case of a WIT variant."""

    tag: str
    payload: Any


class Record:
    """A WIT record with its fields as attributes."""

    def __init__(self, fields: Dict[str, Any]) -> None:
        self.__dict__.update(fields)


class _Lent(ctypes.Structure):
    """`wasm_byte_vec_t` over the bytes of a Python object, which it keeps alive."""

    _fields_ = (("size", ctypes.c_size_t), ("data", ctypes.c_char_p))


class _Foreign(ctypes.Structure):
    """`wasm_byte_vec_t` over bytes of wasmtime's."""

    _fields_ = (("size", ctypes.c_size_t), ("data", ctypes.c_void_p))


# wasmtime-py's class of a scalar type: the field of the union that holds it, and its C type.
_SCALARS: Dict[str, Any] = {
    "Bool": ("boolean", "BOOL", ctypes.c_bool),
    "U16": ("u16", "U16", ctypes.c_uint16),
    "U32": ("u32", "U32", ctypes.c_uint32),
    "U64": ("u64", "U64", ctypes.c_uint64),
    "S64": ("s64", "S64", ctypes.c_int64),
    "F64": ("f64", "F64", ctypes.c_double),
}


class Codec:
    """Makes readers and writers for the structures of the installed wasmtime.

    Raises:
        Exception: The structures are not what they are taken for, or a type is none of those the
            component uses. The caller then calls without plans.
    """

    def __init__(self, ffi: Any) -> None:
        self._ffi = ffi
        self._value = ffi.wasmtime_component_val_t
        self._union = ffi.wasmtime_component_valunion_t
        self._entry = ffi.wasmtime_component_valrecord_entry_t
        vector = ffi.wasm_byte_vec_t
        layout = [(name, getattr(vector, name).offset) for name, *_ in vector._fields_]
        ours = [(name, getattr(_Foreign, name).offset) for name, *_ in _Foreign._fields_]
        if layout != ours or ctypes.sizeof(vector) != ctypes.sizeof(_Foreign):
            raise TypeError(f"wasm_byte_vec_t is laid out as {layout}, not as {ours}")

    def reader(self, ty: Any) -> Reader:
        """A reader of values of a type."""
        scalar = _SCALARS.get(type(ty).__name__)
        if scalar is not None:
            return self._scalar_reader(scalar[0], scalar[2])
        maker = getattr(self, f"_read_{type(ty).__name__}")
        return maker(ty)  # type: ignore[no-any-return]

    def writer(self, ty: Any, address: int) -> Writer:
        """A writer of values of a type to one place."""
        scalar = _SCALARS.get(type(ty).__name__)
        if scalar is not None:
            return self._scalar_writer(address, *scalar)
        maker = getattr(self, f"_write_{type(ty).__name__}")
        return maker(address)  # type: ignore[no-any-return]

    def _offset(self, field: str, *inner: str) -> int:
        """Where in a value a field of its union lies."""
        offset: int = self._value.of.offset
        structure = self._union
        for name in (field, *inner):
            offset += getattr(structure, name).offset
            structure = dict(entry[:2] for entry in structure._fields_)[name]
        return offset

    # Readers. The pointers they follow stay wasmtime's; only a resource changes hands.

    def _scalar_reader(self, field: str, ctype: Any) -> Reader:
        offset, at = self._offset(field), ctype.from_address
        return lambda address: at(address + offset).value

    def _text_reader(self, offset: int) -> Reader:
        at, string_at = _Foreign.from_address, ctypes.string_at

        def read(address: int) -> str:
            text = at(address + offset)
            return string_at(text.data, text.size).decode() if text.size else ""

        return read

    def _read_String(self, _ty: Any) -> Reader:  # noqa: N802 - after wasmtime-py's class, as below
        return self._text_reader(self._offset("string"))

    def _read_EnumType(self, _ty: Any) -> Reader:  # noqa: N802
        return self._text_reader(self._offset("enumeration"))

    def _payload_reader(self, ty: Any, offset: int) -> Reader:
        """A reader of what a pointer in the value points to; None if it points nowhere."""
        at = ctypes.c_void_p.from_address
        inner = self.reader(ty) if ty is not None else None

        def read(address: int) -> Any:
            pointer = at(address + offset).value
            return inner(pointer) if inner is not None and pointer else None

        return read

    def _read_OptionType(self, ty: Any) -> Reader:  # noqa: N802
        return self._payload_reader(ty.payload, self._offset("option"))

    def _read_ResultType(self, ty: Any) -> Reader:  # noqa: N802
        is_ok, flag = self._offset("result", "is_ok"), ctypes.c_bool.from_address
        payload = self._offset("result", "val")
        ok, err = self._payload_reader(ty.ok, payload), self._payload_reader(ty.err, payload)
        return lambda address: (ok if flag(address + is_ok).value else err)(address)

    def _read_VariantType(self, ty: Any) -> Reader:  # noqa: N802
        tag = self._text_reader(self._offset("variant", "discriminant"))
        payload = self._offset("variant", "val")
        cases = {name: self._payload_reader(case, payload) for name, case in ty.cases}

        def read(address: int) -> Variant:
            name = tag(address)
            return Variant(name, cases[name](address))

        return read

    def _read_RecordType(self, ty: Any) -> Reader:  # noqa: N802
        entries, at = self._offset("record", "data"), ctypes.c_void_p.from_address
        value, size = self._entry.val.offset, ctypes.sizeof(self._entry)
        fields = [
            (name, index * size + value, self.reader(field))
            for index, (name, field) in enumerate(ty.fields)
        ]

        def read(address: int) -> Record:
            start = at(address + entries).value or 0
            return Record({name: read(start + place) for name, place, read in fields})

        return read

    def _read_OwnType(self, _ty: Any) -> Reader:  # noqa: N802
        """The resource becomes the reader's: its pointer in the value is cleared."""
        from wasmtime.component import ResourceAny  # noqa: PLC0415

        offset, at = self._offset("resource"), ctypes.c_void_p.from_address
        pointer_type = ctypes.POINTER(self._ffi.wasmtime_component_resource_any_t)
        kind, scalar = self._value.kind.offset, self._ffi.WASMTIME_COMPONENT_BOOL.value

        def read(address: int) -> Any:
            slot = at(address + offset)
            pointer = ctypes.cast(slot.value or 0, pointer_type)
            ctypes.c_uint8.from_address(address + kind).value = scalar
            return ResourceAny._from_ptr(pointer)

        return read

    # Writers

    def _set_kind(self, address: int, name: str) -> None:
        kind = getattr(self._ffi, f"WASMTIME_COMPONENT_{name}").value
        ctypes.c_uint8.from_address(address + self._value.kind.offset).value = kind

    def _scalar_writer(self, address: int, field: str, kind: str, ctype: Any) -> Writer:
        self._set_kind(address, kind)
        place = ctype.from_address(address + self._offset(field))

        def write(value: Any) -> None:
            place.value = value

        return write

    def _text_writer(self, address: int, offset: int) -> Writer:
        place = _Lent.from_address(address + offset)

        def write(text: Any) -> None:
            place.data = raw = text.encode()
            place.size = len(raw)

        return write

    def _write_String(self, address: int) -> Writer:  # noqa: N802
        self._set_kind(address, "STRING")
        return self._text_writer(address, self._offset("string"))

    def _write_EnumType(self, address: int) -> Writer:  # noqa: N802
        self._set_kind(address, "ENUM")
        return self._text_writer(address, self._offset("enumeration"))

    def _write_BorrowType(self, address: int) -> Writer:  # noqa: N802
        self._set_kind(address, "RESOURCE")
        place = ctypes.c_void_p.from_address(address + self._offset("resource"))

        def write(resource: Any) -> None:
            place.value = ctypes.cast(resource.ptr(), ctypes.c_void_p).value

        return write
