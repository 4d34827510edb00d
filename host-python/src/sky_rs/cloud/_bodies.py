"""Bodies of requests: bytes, or files that can be sent again."""

from __future__ import annotations

import hashlib
import io
import os
from typing import Any

#: Bytes of a file to read at a time.
BLOCK = 1024 * 1024


def sendable(body: Any) -> Any:
    """A body as bytes, or a file that can be rewound."""
    if hasattr(body, "read"):
        return body if _rewinds(body) else io.BytesIO(body.read())
    return bytes(body)


def _rewinds(body: Any) -> bool:
    """Whether a file has a way back. A pipe has none, though it has all methods."""
    return hasattr(body, "seek") and bool(getattr(body, "seekable", lambda: True)())


def digest(body: Any) -> str:
    """The SHA-256 of a body in hexadecimal digits; of a file, from where it is."""
    if not hasattr(body, "seek"):
        return hashlib.sha256(body).hexdigest()
    start = body.tell()
    found = hashlib.sha256()
    for block in iter(lambda: body.read(BLOCK), b""):
        found.update(block)
    body.seek(start)
    return found.hexdigest()


def length(body: Any) -> int:
    """How many bytes there are to send; of a file, from where it is."""
    if not hasattr(body, "seek"):
        return len(body)
    start: int = body.tell()
    body.seek(0, os.SEEK_END)
    end: int = body.tell()
    body.seek(start)
    return end - start
