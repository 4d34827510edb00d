"""The component's functions and their types, as wit/ has them.

Reading them from the component would take wasmtime-py's `wasmtime.component`, a third more to
import than wasmtime itself. A test compares this table with what the component says, and the
component's digest is checked when it is loaded.
"""

from __future__ import annotations

from typing import Any, Dict

from sky_rs._version import __version__

PACKAGE = "skypilot:utils"
# The package, the component in it and its interface are released together, as one version.
VERSION = __version__


class Type:
    """A WIT type. Types are equal if they are of one class and made of equal parts."""

    # Not a NamedTuple: making those classes takes longer than everything else in this file.
    __slots__ = ("parts",)

    def __init__(self, *parts: Any) -> None:
        self.parts = parts

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.parts == getattr(other, "parts", None)

    def __hash__(self) -> int:
        return hash((type(self), repr(self.parts)))

    def __repr__(self) -> str:
        return f"{type(self).__name__}{self.parts!r}"


class Scalar(Type):
    """A number or a bool: its name in WIT."""

    __slots__ = ()


class Text(Type):
    """Bytes with a meaning: 'string', or 'enum' for the name of a case."""

    __slots__ = ()


class Handle(Type):
    """A resource: 'own' or 'borrow'."""

    __slots__ = ()


class Option(Type):
    """A value of a type, or None."""

    __slots__ = ()


class List(Type):
    """A list of values of a type."""

    __slots__ = ()


class Result(Type):
    """A value of the first type, or an error of the second; a reader returns whichever it is."""

    __slots__ = ()


class Cases(Type):
    """A variant: a dict of its cases and their payloads' types."""

    __slots__ = ()


class Fields(Type):
    """A record: a dict of its fields and their types."""

    __slots__ = ()


class Signature(Type):
    """A function: a tuple of its parameters' types, and its result's type or None."""

    __slots__ = ()


STRING = Text("string")
ENUM = Text("enum")
BOOL, U16, U32, U64, S64, F64 = map(Scalar, ("bool", "u16", "u32", "u64", "s64", "f64"))
OWN, BORROW = Handle("own"), Handle("borrow")

ERROR = Cases(
    {
        "invalid-hex": None,
        "negative-hex": None,
        "port-out-of-range": None,
        "no-free-port": None,
        "invalid-override": Fields({"variable": ENUM, "text": STRING, "nan": BOOL}),
        "infinite-cpu-count": None,
        "zero-cpu-period": None,
        "file": ENUM,
        "invalid-utf8": None,
        "malformed": STRING,
        "host-failed": None,
        "unsupported": STRING,
    }
)

ENDED = Fields({"message": U32, "digest": Result(STRING, ERROR)})
GROWTH = Fields({"lines": Option(STRING), "position": U64})

EXPORTS: Dict[str, Signature] = {
    "aws#retry": Signature(
        (U32, U32, U16, STRING, S64, F64), Option(Fields({"seconds": F64, "cost": U32}))
    ),
    "aws#sign": Signature((STRING, STRING, U32, BOOL, BOOL), Result(STRING, ERROR)),
    "cloud#[static]operation.open": Signature((STRING,), Result(OWN, ERROR)),
    "cloud#[method]operation.request": Signature((BORROW, STRING), Result(STRING, ERROR)),
    "cloud#[method]operation.response": Signature(
        (BORROW, U16, STRING, STRING), Result(OWN, ERROR)
    ),
    "cloud#[method]response.step": Signature((BORROW, U32), Result(BOOL, ERROR)),
    "cloud#[method]response.take": Signature((BORROW,), Result(STRING, ERROR)),
    "strings#base36-encode": Signature((STRING,), Result(STRING, ERROR)),
    "strings#format-float": Signature((F64, U32), Result(STRING, ERROR)),
    "strings#truncate-long-string": Signature((STRING, S64, BOOL), Option(STRING)),
    "strings#base36-encode-joined": Signature((STRING,), STRING),
    "strings#truncate-long-strings": Signature((List(STRING), S64, BOOL), List(STRING)),
    "strings#truncate-joined-strings": Signature((STRING, S64, BOOL), STRING),
    "io#find-free-port": Signature((S64,), Result(U16, ERROR)),
    "io#[static]last-lines.open": Signature((STRING, U64, U64), Result(OWN, ERROR)),
    "io#[method]last-lines.step": Signature((BORROW, U32), Result(BOOL, ERROR)),
    "io#[method]last-lines.take": Signature((BORROW, BOOL), Result(Option(STRING), ERROR)),
    "io#[static]last-lines.follow": Signature((STRING, U64, U64), Result(OWN, ERROR)),
    "io#[method]last-lines.appended": Signature((BORROW, U32), Result(GROWTH, ERROR)),
    "io#[method]last-lines.unfinished": Signature((BORROW,), STRING),
    "hashing#[constructor]batch": Signature((ENUM,), OWN),
    "hashing#[method]batch.add": Signature(
        (BORROW, U32, U32, STRING, U64, U64), Result(None, ERROR)
    ),
    "hashing#[method]batch.step": Signature((BORROW, U32), U32),
    "hashing#[method]batch.take": Signature((BORROW,), Option(ENDED)),
    "process#parallel-threads": Signature((U32, STRING), U32),
    "process#file-mount-workers": Signature((S64, U32, U32), U32),
    "process#next-batch": Signature((U32, U32, S64), U32),
    "process#retry": Signature((U32, S64, S64, STRING, STRING, STRING), Option(ENUM)),
    "process#backoff": Signature((F64,), F64),
    "process#descendants": Signature((U32, U64, STRING), STRING),
    "system#get-cpu-count": Signature((), Result(S64, ERROR)),
    "system#get-mem-size-gb": Signature((), Result(F64, ERROR)),
}

SNAPSHOT = Fields(
    {
        "cpu-core-limit": Option(STRING),
        "memory-gb-limit": Option(STRING),
        "memory-bytes-limit": Option(STRING),
        "logical-cpus": Option(U32),
        "affinity": Option(U32),
        "physical-memory": Option(U64),
        "cgroup-v2": BOOL,
        "cpu-max": Option(STRING),
        "cfs-quota": Option(STRING),
        "cfs-period": Option(STRING),
        "memory-limit": Option(STRING),
    }
)

IMPORTS: Dict[str, Signature] = {
    "host-log#log": Signature((ENUM, STRING, STRING), None),
    "host-log#give-up": Signature((), None),
    "host-network#first-free-port": Signature(
        (U16, U16), Result(U16, Cases({"none-free": None, "failed": STRING}))
    ),
    "host-system#take-snapshot": Signature((ENUM,), SNAPSHOT),
}


def interface(name: str) -> str:
    """An interface's full name."""
    return f"{PACKAGE}/{name}@{VERSION}"
