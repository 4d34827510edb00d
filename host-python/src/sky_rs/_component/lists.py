"""Lists of strings in the C API's memory, written and read in bulk.

A list is an array of values, and a value that is a string holds its bytes' size and address. These
are numbers, which `array` moves by the thousand: no object of ctypes' is made for a string.
"""

from __future__ import annotations

import ctypes
from array import array
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Callable, List

if TYPE_CHECKING:
    from sky_rs._component.values import Codec

_WORD = "Q"
_BYTES = array(_WORD).itemsize


class StringLists:
    """Makes the readers and writers for the structures of a codec.

    Raises:
        Exception: They are not made of 64-bit words, or this is not CPython.
    """

    def __init__(self, codec: Codec) -> None:
        self._size = ctypes.sizeof(codec.value)
        places = [
            codec.offset(kind, field) for kind in ("list", "string") for field in ("size", "data")
        ]
        if ctypes.sizeof(ctypes.c_size_t) != _BYTES or any(
            n % _BYTES for n in (self._size, *places)
        ):
            raise TypeError(f"lists are not made of words: {places} in {self._size} bytes")
        self._length, self._items, *text = places
        # Where in an array of values the words are that hold sizes, and those that hold addresses.
        self._sizes, self._addresses = (
            slice(place // _BYTES, None, self._size // _BYTES) for place in text
        )
        blank = codec.value()
        codec.set_kind(ctypes.addressof(blank), "string")
        self._blank = array(_WORD, bytes(blank))
        self._decode = ctypes.pythonapi["PyUnicode_FromStringAndSize"]
        self._decode.restype = ctypes.py_object
        self._decode.argtypes = [ctypes.c_void_p, ctypes.c_ssize_t]

    def lender(self, address: int) -> Callable[[List[str]], None]:
        """A writer of lists to one place."""
        length = ctypes.c_size_t.from_address(address + self._length)
        items = ctypes.c_size_t.from_address(address + self._items)
        lent: Any = None

        def write(texts: List[str]) -> None:
            nonlocal lent
            joined = "".join(texts)
            raw = joined.encode()
            # In ASCII, as most are, a text has as many bytes as characters.
            parts = texts if len(raw) == len(joined) else map(str.encode, texts)
            sizes = array(_WORD, map(len, parts))
            start = ctypes.c_void_p.from_buffer(ctypes.c_char_p(raw)).value or 0
            addresses = array(_WORD, accumulate(sizes, initial=start))
            addresses.pop()  # the end of the last
            values = self._blank * len(texts)
            values[self._sizes] = sizes
            values[self._addresses] = addresses
            items.value, _ = values.buffer_info()
            length.value = len(texts)
            lent = raw, values

        return write

    def reader(self) -> Callable[[int], List[str]]:
        """A reader of lists."""
        at, string_at, decode = ctypes.c_size_t.from_address, ctypes.string_at, self._decode

        def read(address: int) -> List[str]:
            size = at(address + self._length).value * self._size
            values = array(_WORD, string_at(at(address + self._items).value, size))
            return list(map(decode, values[self._addresses], values[self._sizes]))

        return read
