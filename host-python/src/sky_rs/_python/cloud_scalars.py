"""Values that are text in a response, as botocore's parsers take them."""

from __future__ import annotations

import binascii

from sky_rs.cloud import _moments


def boolean(text: str) -> bool:
    return text == "true"


def integer(text: str) -> int:
    if not text.isascii():
        raise ValueError(f"not an integer: {text[:100]}")
    return int(text)


def number(text: str) -> float:
    if not text.isascii():
        raise ValueError(f"not a number: {text[:100]}")
    return float(text)


#: How text of a type is read; it stays what it is if the type is not here.
READERS = {
    "blob": binascii.a2b_base64,
    "boolean": boolean,
    "float": number,
    "integer": integer,
    "timestamp": _moments.parse,
}
