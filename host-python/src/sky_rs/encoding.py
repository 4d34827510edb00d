"""Bytes and text in the forms that URLs and terminals have for them."""

from __future__ import annotations

import hashlib
import re
from binascii import b2a_base64

__all__ = ["base64_url_encode", "compute_code_challenge", "remove_color"]

_remove_color = re.compile("\x1b[^m]*m").sub
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def base64_url_encode(data: bytes) -> str:
    """Base64 with ``-`` and ``_`` for ``+`` and ``/``, and without padding.

    Raises:
        TypeError: ``data`` is not bytes-like.
    """
    return b2a_base64(data, newline=False).rstrip(b"=").translate(_URL_SAFE).decode("ascii")


def compute_code_challenge(code_verifier: str) -> str:
    """The SHA-256 of a code verifier, as PKCE (RFC 7636) sends it ahead.

    Raises:
        UnicodeEncodeError: The verifier has lone surrogates.
    """
    return base64_url_encode(hashlib.sha256(code_verifier.encode("utf-8")).digest())


def remove_color(s: str) -> str:
    """Text without terminal escapes, from each ESC to the next ``m``, whatever is between them."""
    return _remove_color("", s)
