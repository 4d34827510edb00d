"""WIT values in the C API's memory: readers and writers, made once for each type.

The C API passes every value as a `wasmtime_component_val_t`: a kind and a union. Offsets and kinds
come from the wasmtime that is installed, since they differ between versions.

A *reader* takes the address of a value and returns the value. A *writer* takes a value and the
address to put it; what a *lending* writer puts there stays Python's, what a *giving* writer puts
there becomes wasmtime's. Arguments are lent, results of imports given.
"""

from __future__ import annotations

import ctypes
import functools
from typing import Any, Callable, Dict, Tuple

from sky_rs._component.lists import StringLists
from sky_rs._component.signatures import (
    STRING,
    Cases,
    Fields,
    Handle,
    List,
    Option,
    Result,
    Scalar,
    Text,
)

Reader = Callable[[int], Any]
Writer = Callable[[Any], None]
Giver = Callable[[Any, int], None]


class Owned:
    """The one owner of something that wasmtime allocated."""

    # Before it owns anything, Ctrl-C may come.
    address = 0
    _free: Callable[[int], object] = int

    def __init__(self, address: int, free: Callable[[int], object]) -> None:
        self.address = address
        self._free = free

    def __del__(self) -> None:
        self._free(self.address)


class Variant:
    """One case of a WIT variant."""

    __slots__ = ("payload", "tag")

    def __init__(self, tag: str, payload: Any) -> None:
        self.tag = tag
        self.payload = payload


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


_SCALARS: Dict[str, Tuple[str, Any]] = {
    "bool": ("boolean", ctypes.c_bool),
    "u16": ("u16", ctypes.c_uint16),
    "u32": ("u32", ctypes.c_uint32),
    "u64": ("u64", ctypes.c_uint64),
    "s64": ("s64", ctypes.c_int64),
    "f64": ("f64", ctypes.c_double),
}

_TEXTS = {"string": "string", "enum": "enumeration"}


class Codec:
    """Makes readers and writers for the structures of the installed wasmtime.

    Raises:
        Exception: The structures are not what they are taken for.
    """

    def __init__(self, ffi: Any) -> None:
        self.value = ffi.wasmtime_component_val_t
        self._ffi = ffi
        self._union = ffi.wasmtime_component_valunion_t
        self._entry = ffi.wasmtime_component_valrecord_entry_t
        vector = ffi.wasm_byte_vec_t
        layout = [(name, getattr(vector, name).offset) for name, *_ in vector._fields_]
        ours = [(name, getattr(_Foreign, name).offset) for name, *_ in _Foreign._fields_]
        if layout != ours or ctypes.sizeof(vector) != ctypes.sizeof(_Foreign):
            raise TypeError(f"wasm_byte_vec_t is laid out as {layout}, not as {ours}")
        self._string_lists = StringLists(self)

    def offset(self, field: str, *inner: str) -> int:
        """Where in a value a field of its union lies."""
        offset: int = self.value.of.offset
        structure = self._union
        for name in (field, *inner):
            offset += getattr(structure, name).offset
            structure = dict(entry[:2] for entry in structure._fields_)[name]
        return offset

    def _kind(self, name: str) -> int:
        return int(getattr(self._ffi, f"WASMTIME_COMPONENT_{name.upper()}").value)

    # Readers. The pointers they follow stay wasmtime's; only a resource changes hands.

    def reader(self, ty: Any) -> Reader:
        """A reader of values of a type."""
        return getattr(self, f"_read_{type(ty).__name__.lower()}")(ty)  # type: ignore[no-any-return]

    def _read_scalar(self, ty: Scalar) -> Reader:
        field, ctype = _SCALARS[ty.parts[0]]
        offset, at = self.offset(field), ctype.from_address
        return lambda address: at(address + offset).value

    def text_offset(self, ty: Text) -> int:
        """Where in a value the bytes of a text lie."""
        return self.offset(_TEXTS[ty.parts[0]])

    def _read_text(self, ty: Text) -> Reader:
        return self._text_reader(self.text_offset(ty))

    def _text_reader(self, offset: int) -> Reader:
        at, string_at = _Foreign.from_address, ctypes.string_at

        def read(address: int) -> str:
            text = at(address + offset)
            return string_at(text.data, text.size).decode() if text.size else ""

        return read

    def _payload_reader(self, ty: Any, offset: int) -> Reader:
        """A reader of what a pointer in the value points to; None if it points nowhere."""
        at = ctypes.c_void_p.from_address
        inner = self._reader_of_any(ty)

        def read(address: int) -> Any:
            pointer = at(address + offset).value
            return inner(pointer) if pointer else None

        return read

    def _reader_of_any(self, ty: Any) -> Reader:
        return self.reader(ty) if ty is not None else lambda _: None

    def _read_option(self, ty: Option) -> Reader:
        return self._payload_reader(ty.parts[0], self.offset("option"))

    def _read_result(self, ty: Result) -> Reader:
        is_ok, flag = self.offset("result", "is_ok"), ctypes.c_bool.from_address
        payload = self.offset("result", "val")
        ok, err = (self._payload_reader(part, payload) for part in ty.parts)
        return lambda address: (ok if flag(address + is_ok).value else err)(address)

    def reader_at(self, ty: Any, address: int) -> Callable[[], Any]:
        """A reader of a result in its own slot, which need not look for the slot at every call."""
        if not isinstance(ty, Result):
            return functools.partial(self.reader(ty), address)
        is_ok = ctypes.c_bool.from_address(address + self.offset("result", "is_ok"))
        payload = ctypes.c_void_p.from_address(address + self.offset("result", "val"))
        ok, err = map(self._reader_of_any, ty.parts)
        return lambda: (ok if is_ok.value else err)(payload.value or 0)

    def _read_cases(self, ty: Cases) -> Reader:
        tag = self._text_reader(self.offset("variant", "discriminant"))
        payload = self.offset("variant", "val")
        cases = {name: self._payload_reader(case, payload) for name, case in ty.parts[0].items()}

        def read(address: int) -> Variant:
            name = tag(address)
            return Variant(name, cases[name](address))

        return read

    def _read_fields(self, ty: Fields) -> Reader:
        entries, at = self.offset("record", "data"), ctypes.c_void_p.from_address
        value, size = self._entry.val.offset, ctypes.sizeof(self._entry)
        fields = [
            (name, index * size + value, self.reader(field))
            for index, (name, field) in enumerate(ty.parts[0].items())
        ]

        def read(address: int) -> Record:
            start = at(address + entries).value or 0
            return Record({name: read(start + place) for name, place, read in fields})

        return read

    def _read_handle(self, _ty: Handle) -> Reader:
        """The resource becomes the reader's: the value forgets it."""
        offset, at = self.offset("resource"), ctypes.c_void_p.from_address
        free = self._ffi.dll["wasmtime_component_resource_any_delete"]
        free.restype, free.argtypes = None, [ctypes.c_void_p]
        byte_at, kind = ctypes.c_uint8.from_address, self.value.kind.offset
        scalar = self._kind("bool")

        def read(address: int) -> Owned:
            pointer = at(address + offset).value or 0
            # Forgotten first: Ctrl-C in between may leak a resource, but not free it twice.
            byte_at(address + kind).value = scalar
            return Owned(pointer, free)

        return read

    def _read_list(self, ty: List) -> Reader:
        return self._strings(ty).reader()

    def _strings(self, ty: List) -> StringLists:
        """What reads and writes a list: there are none but those of strings."""
        if ty.parts != (STRING,):
            raise TypeError(f"{ty} is no list of strings")
        return self._string_lists

    # Lending writers, each bound to one place

    def lender(self, ty: Any, address: int) -> Writer:
        """A writer of values of a type to one place."""
        return getattr(self, f"_lend_{type(ty).__name__.lower()}")(ty, address)  # type: ignore[no-any-return]

    def set_kind(self, address: int, name: str) -> None:
        """Says what kind of value lies at an address."""
        ctypes.c_uint8.from_address(address + self.value.kind.offset).value = self._kind(name)

    def _lend_scalar(self, ty: Scalar, address: int) -> Writer:
        self.set_kind(address, ty.parts[0])
        field, ctype = _SCALARS[ty.parts[0]]
        place = ctype.from_address(address + self.offset(field))

        def write(value: Any) -> None:
            place.value = value

        return write

    def _lend_text(self, ty: Text, address: int) -> Writer:
        self.set_kind(address, ty.parts[0])
        place = _Lent.from_address(address + self.offset(_TEXTS[ty.parts[0]]))

        def write(text: Any) -> None:
            # Bytes are UTF-8 already, as whoever gives them has made sure.
            place.data = raw = text if type(text) is bytes else text.encode()
            place.size = len(raw)

        return write

    def _lend_list(self, ty: List, address: int) -> Writer:
        self.set_kind(address, "list")
        return self._strings(ty).lender(address)

    def _lend_handle(self, _ty: Handle, address: int) -> Writer:
        self.set_kind(address, "resource")
        place = ctypes.c_void_p.from_address(address + self.offset("resource"))

        def write(resource: Any) -> None:
            place.value = resource.address

        return write
