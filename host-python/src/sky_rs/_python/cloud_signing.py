"""AWS Signature Version 4: of a request, a text that has one form only, and its HMAC."""

from __future__ import annotations

import functools
import re
from hashlib import sha256
from urllib.parse import quote, unquote

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Dict, List, Sequence

_ALGORITHM = "AWS4-HMAC-SHA256"

#: What a signature adds to a query, in this order; the last only if there is a token.
_ADDED = (
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    "X-Amz-Security-Token",
)

_PLAIN = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch

# HMAC's two paddings, as tables that bytes are translated by.
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))
_BLOCK_SIZE = 64


def cloud_sign(
    request: Sequence[str], signer: Sequence[str], expires: int, encode: bool, normalize: bool
) -> str:
    method, path, query, payload, *headers = request
    access_key, secret_key, token, timestamp, region, service = signer
    scope = f"{timestamp[:8]}/{region}/{service}/aws4_request"
    pairs = sorted(zip(headers[::2], headers[1::2]))
    names = ";".join([name for name, _ in pairs])
    if normalize:
        path = _normalized(path)
    if encode and path != "/":
        path = quote(path, safe="/~")
    if expires:
        parts = [_ALGORITHM, f"{access_key}/{scope}", timestamp, str(expires), names, token]
        query = _presigned_query(query, parts)
    canonical_headers = "".join([f"{name}:{' '.join(value.split())}\n" for name, value in pairs])
    canonical = "\n".join(
        (method, path, _canonical_query(query), canonical_headers, names, payload)
    )
    digest = sha256(canonical.encode()).hexdigest()
    key = _key(_hmac(f"AWS4{secret_key}".encode(), timestamp[:8]), region, service)
    signature = _hmac(key, f"{_ALGORITHM}\n{timestamp}\n{scope}\n{digest}").hex()
    if expires:
        return f"{query}&X-Amz-Signature={signature}"
    return (
        f"{_ALGORITHM} Credential={access_key}/{scope}, "
        f"SignedHeaders={names}, Signature={signature}"
    )


def _normalized(path: str) -> str:
    """A path without segments that are empty or dots."""
    if path in ("", "/"):
        return "/"
    segments: List[str] = []
    for segment in path.split("/"):
        if segment == "..":
            if segments:
                segments.pop()
        elif segment not in ("", "."):
            segments.append(segment)
    first = "/" if path[0] == "/" else ""
    last = "/" if path[-1] == "/" and segments else ""
    return f"{first}{'/'.join(segments)}{last}"


def _canonical_query(query: str) -> str:
    """The pairs of a query, sorted. It is encoded already."""
    if not query:
        return ""
    pairs = [(key, value) for key, _, value in [pair.partition("=") for pair in query.split("&")]]
    return "&".join([f"{key}={value}" for key, value in sorted(pairs)])


def _presigned_query(query: str, added: List[str]) -> str:
    """A query and what a signature needs. Of a key that is repeated, the first value counts."""
    values: Dict[str, str] = {}
    for pair in query.split("&"):
        if pair:
            key, _, value = pair.replace("+", " ").partition("=")
            values.setdefault(unquote(key), unquote(value))
    pairs = [f"{_quoted(key)}={_quoted(value)}" for key, value in values.items()]
    pairs += [f"{key}={_quoted(value)}" for key, value in zip(_ADDED, added) if value]
    return "&".join(pairs)


def _quoted(text: str) -> str:
    """As ``quote(text, safe="~")``, which takes long for what is short and mostly plain."""
    if _PLAIN(text):
        return text
    for separator in "/;":  # of a scope, and of names of headers
        parts = text.split(separator)
        if len(parts) > 1 and all(map(_PLAIN, parts)):
            return f"%{ord(separator):X}".join(parts)
    return quote(text, safe="~")


@functools.lru_cache(maxsize=16)
def _key(date_key: bytes, region: str, service: str) -> bytes:
    """A day's key for a service in a region, which is most of the work.

    What is kept signs for that day only, and the secret does not follow from it.
    """
    key = date_key
    for step in (region, service, "aws4_request"):
        key = _hmac(key, step)
    return key


def _hmac(key: bytes, message: str) -> bytes:
    """HMAC-SHA-256, in half the time of the one in `hmac`, which asks OpenSSL for more."""
    if len(key) > _BLOCK_SIZE:
        key = sha256(key).digest()
    block = key.ljust(_BLOCK_SIZE, b"\0")
    inner = sha256(block.translate(_INNER) + message.encode()).digest()
    return sha256(block.translate(_OUTER) + inner).digest()
