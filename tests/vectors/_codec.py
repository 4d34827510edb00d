"""Translates Python values to and from the notation of the golden vectors (see README.md).

Used by the generator and inside every reference interpreter, so it supports CPython 3.9+.
"""

import decimal
import fractions
import hashlib
import pathlib

PLAIN_INT_LIMIT = 2**53
LONG_STR = 400


class Raw:
    """An already encoded value, for what has no Python value of its own (paths, repetitions)."""

    def __init__(self, encoded):
        self.encoded = encoded


class StrSubclass(str):
    """A str that is not exactly str."""


class IntSubclass(int):
    """An int whose `__str__` is unrelated to its value."""

    def __new__(cls, value, text):
        self = super().__new__(cls, value)
        self.text = text
        return self

    def __str__(self):
        return self.text


def numpy_value(kind, text):
    """A numpy scalar, such as numpy_value("float64", "2.25")."""
    return Raw({"numpy": [kind, text]})


def repeated(text, count):
    """A long str argument, described instead of spelled out."""
    return Raw({"repeat": [text, count]})


def path_as(kind):
    """The path of the case's own file: "str", "bytes", "pathlib" or "fd"."""
    return Raw({"path": {"as": kind}})


def has_lone_surrogate(text):
    return any(0xD800 <= ord(char) <= 0xDFFF for char in text)


def encode(value):
    """The notation of `value`; TypeError when it has none."""
    if isinstance(value, Raw):
        return value.encoded
    if value is None or isinstance(value, bool):
        return value
    encoder = _ENCODERS.get(type(value))
    if encoder is None:
        raise TypeError(f"no notation for {type(value).__name__}: {value!r}")
    return encoder(value)


def _encode_str(text):
    if has_lone_surrogate(text):
        return {"str": [ord(char) for char in text]}
    return text


def _encode_int(value):
    return value if abs(value) <= PLAIN_INT_LIMIT else {"int": str(value)}


_ENCODERS = {
    int: _encode_int,
    str: _encode_str,
    float: lambda value: {"float": repr(value)},
    bytes: lambda value: {"bytes": value.hex()},
    bytearray: lambda value: {"bytearray": value.hex()},
    memoryview: lambda value: {"memoryview": value.hex()},
    list: lambda value: {"list": [encode(item) for item in value]},
    complex: lambda value: {"complex": repr(value)},
    decimal.Decimal: lambda value: {"decimal": str(value)},
    fractions.Fraction: lambda value: {"fraction": str(value)},
    StrSubclass: lambda value: {"str_subclass": str(value)},
    IntSubclass: lambda value: {"int_subclass": [int.__repr__(value), str(value)]},
}


def encode_result(value):
    """Like `encode`, for returned values: long strings become digests, hash objects are read."""
    if isinstance(value, list):
        return {"list": [encode_result(item) for item in value]}
    if type(value) is str and len(value) > LONG_STR:
        digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
        return {"sha256_of_str": digest, "length": len(value)}
    if hasattr(value, "hexdigest"):
        return {"hash": _describe_hash(value)}
    return encode(value)


def _describe_hash(value):
    try:
        hexdigest = value.hexdigest()
    except TypeError:  # an extendable-output function: the length is the caller's choice
        hexdigest = None
    return {
        "name": value.name,
        "digest_size": value.digest_size,
        "block_size": value.block_size,
        "hexdigest": hexdigest,
    }


def decode(encoded, open_path=None):
    """The Python value of a notation.

    Args:
        encoded: parsed JSON.
        open_path: gives the path of the case's own file in one of the forms of `path_as`.
    """
    if not isinstance(encoded, dict):
        return encoded
    ((tag, body),) = encoded.items()
    if tag == "path":
        return open_path(body["as"])
    if tag == "list":
        return [decode(item, open_path) for item in body]
    return _DECODERS[tag](body)


def _decode_numpy(body):
    import numpy

    kind, text = body
    return getattr(numpy, kind)(text)


_DECODERS = {
    "float": float,
    # Not int(text): that refuses more than sys.get_int_max_str_digits() digits.
    "int": lambda body: int(decimal.Decimal(body)),
    "str": lambda body: "".join(map(chr, body)),
    "bytes": bytes.fromhex,
    "bytearray": bytearray.fromhex,
    "memoryview": lambda body: memoryview(bytes.fromhex(body)),
    "numpy": _decode_numpy,
    "decimal": decimal.Decimal,
    "fraction": fractions.Fraction,
    "complex": complex,
    "str_subclass": StrSubclass,
    "int_subclass": lambda body: IntSubclass(int(body[0]), body[1]),
    "repeat": lambda body: body[0] * body[1],
}


def path_forms(path):
    """`path` (a str) in every form that needs no open descriptor."""
    return {"str": path, "bytes": path.encode(), "pathlib": pathlib.Path(path)}
