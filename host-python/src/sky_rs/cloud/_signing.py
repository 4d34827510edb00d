"""Signed requests to AWS: what is signed, and what becomes of the signature."""

from __future__ import annotations

import functools
import re
from hashlib import sha256
from urllib.parse import quote

from sky_rs import _loading
from sky_rs.cloud import _routes
from sky_rs.cloud.credentials import Credentials

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    import datetime
    from typing import Any, Dict, Iterable, Mapping, Optional, Pattern, Tuple, Union

    Headers = Union[Mapping[str, str], Iterable[Tuple[str, str]], None]

__all__ = ["sign"]

UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"

#: Services whose paths are signed as they are, and whose requests tell what is signed of a body.
_S3 = frozenset(("s3", "s3-object-lambda", "s3-outposts"))

#: Headers that proxies and clients change on the way.
_NOT_SIGNED = frozenset(
    (
        "baggage",
        "connection",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "traceparent",
        "tracestate",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-amzn-trace-id",
    )
)

#: Seconds that a signature in a URL may hold: a week.
_MOST_SECONDS = 7 * 24 * 3600

_EMPTY_SHA256 = sha256(b"").hexdigest()
_FORM = "application/x-www-form-urlencoded; charset=utf-8"

_URL = re.compile(r"(https?)://([^/?#]+)([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.IGNORECASE | re.DOTALL)
_PLAIN_HOST = re.compile(r"[a-z0-9._-]+")
_HOST = re.compile(r"(\[[0-9a-f:.]+(?:%[^\]]+)?\]|[^\[\]:\s]+)(?::([0-9]{0,5}))?", re.IGNORECASE)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_BREAKS = re.compile(r"[\0\r\n]")
_BREAKS_IN_URL = re.compile(r"[\0\t\r\n]")
_WORD = re.compile(r"[^\0-\x20/,\x7f]+")
_TIMESTAMP = re.compile(r"[0-9]{8}T[0-9]{6}Z")
#: What a query may have in it, encoded or not.
_IN_QUERY = "!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~"


def sign(  # noqa: PLR0912, PLR0913 - keywords, and most calls need few
    method: str,
    url: str,
    headers: Headers,
    body: Union[bytes, bytearray, memoryview, str, None],
    *,
    service: str,
    region: str,
    credentials: Any,
    now: Union[datetime.datetime, str],
    presign: bool = False,
    expires: int = 3600,
    payload: Optional[str] = None,
    normalize_path: bool = True,
    encode_query: bool = False,
    sign_token: bool = True,
    keep_headers: bool = False,
) -> Union[Dict[str, str], str]:
    """Signs a request with AWS Signature Version 4, as botocore does.

    Nothing is sent. Send the request with the URL as it is here, or as it returns: whoever changes
    it afterwards, such as encoding it anew, breaks the signature. For S3, give a URL a path, at
    least ``/``.

    Args:
        method: The HTTP method.
        url: The URL, its path and query percent-encoded as they will be sent. A fragment is
            ignored. Of a query's keys that are repeated, a presigned URL keeps the first value.
        headers: Names and values. Those of one name are joined, ``Authorization``, ``X-Amz-Date``
            and ``X-Amz-Security-Token`` replaced. A ``Date`` is replaced, too, and then signed in
            place of ``X-Amz-Date``. Without a ``Host``, the URL's is signed.
        body: The body; text is encoded in UTF-8. Or leave it out and give ``payload``.
        service: The service's name in signatures, such as ``ec2``. For ``s3``,
            ``s3-object-lambda`` and ``s3-outposts``, S3's own rules hold.
        region: The region's name.
        credentials: :class:`Credentials`, a tuple of access key, secret key and maybe token, or
            an object with such attributes.
        now: When it is signed: a datetime (UTC, unless it has another zone), or text such as
            ``20150830T123600Z``.
        presign: Puts the signature into the URL. ``headers`` are signed then, so whoever uses the
            URL has to send them; a ``Content-Type`` of forms, with ``charset=utf-8``, is not.
        expires: For how many seconds a presigned URL holds, from 1 to 604,800.
        payload: What is signed in place of the body: its SHA-256 in hexadecimal digits,
            ``UNSIGNED-PAYLOAD``, ``STREAMING-UNSIGNED-PAYLOAD-TRAILER`` or the like. For S3, and
            for any service if it is ``UNSIGNED-PAYLOAD``, it is sent as
            ``X-Amz-Content-SHA256``. None takes, if not in a header to S3, what
            ``X-Amz-Content-SHA256`` in ``headers`` says, else ``UNSIGNED-PAYLOAD`` for a URL of
            S3, else the body's SHA-256.
        normalize_path: Whether a path's empty and dotted segments are removed before it is
            signed; never for S3.
        encode_query: Percent-encodes what may not stand in a query, such as spaces and non-ASCII
            characters, before it is signed.
        sign_token: Whether the session's token is signed; otherwise it is added afterwards.
        keep_headers: Leaves alone what botocore does not: a ``Date`` is signed besides
            ``X-Amz-Date``, and with ``presign`` a ``Content-Type`` of any kind.

    Returns:
        The headers to send, with the signature in ``Authorization``; or the presigned URL.

    Raises:
        TypeError: An argument is of another type.
        ValueError: It has a value that cannot be sent or signed. No message shows secrets.
    """
    if not _fits(_TOKEN, method, "method"):
        raise ValueError(f"method must be the name of an HTTP method, not {method!r}")
    if presign and not (type(expires) is int and 1 <= expires <= _MOST_SECONDS):
        raise ValueError(f"expires must be 1 to {_MOST_SECONDS} seconds, not {expires!r}")
    _check_scope(service, region)
    if payload is not None and not _fits(_WORD, payload, "payload"):
        raise ValueError(f"payload must be a digest, or a word such as {UNSIGNED_PAYLOAD}")
    scheme, netloc, path, query = _split(url)
    if encode_query:
        query = quote(query, safe=_IN_QUERY)
    keys = _credentials(credentials)
    token = keys.token or ""
    timestamp = _timestamp(now)
    signed_token = token if sign_token else ""
    s3 = service in _S3
    sent = _combined(headers)
    if presign:
        if not keep_headers and sent.get("content-type", ("", ""))[1] == _FORM:
            del sent["content-type"]
        if s3:
            payload = payload or UNSIGNED_PAYLOAD
    else:
        sent.pop("authorization", None)
        _set_date(sent, timestamp, keep=keep_headers)
        if signed_token:
            _set(sent, "X-Amz-Security-Token", signed_token)
        if s3 or payload == UNSIGNED_PAYLOAD:
            _set(sent, "X-Amz-Content-SHA256", payload or _sha256(body))
    if "x-amz-content-sha256" in sent:
        payload = sent["x-amz-content-sha256"][1]
    request = [method.upper(), path, query, payload or _sha256(body)]
    for name, (_, value) in sent.items():
        if name not in _NOT_SIGNED:
            request += (name, value)
    if "host" not in sent:
        request += ("host", _host(scheme, netloc))
    signer = (keys.access_key, keys.secret_key, signed_token, timestamp, region, service)
    try:
        signature: str = _routes.sign.run(
            request, signer, expires if presign else 0, not s3, not s3 and normalize_path
        )
    except UnicodeEncodeError:
        raise ValueError("a URL, header or key has half a surrogate pair in it") from None
    if presign:
        if token != signed_token:
            query, last, signature = signature.rpartition("&X-Amz-Signature=")
            signature = f"{query}&X-Amz-Security-Token={quote(token, safe='')}{last}{signature}"
        return f"{scheme}://{netloc}{path}?{signature}"
    if token != signed_token:
        _set(sent, "X-Amz-Security-Token", token)
    _set(sent, "Authorization", signature)
    return dict(sent.values())


@functools.lru_cache(maxsize=64)
def _check_scope(service: Any, region: Any) -> None:
    for name, word in (("service", service), ("region", region)):
        if not _fits(_WORD, word, name):
            raise ValueError(f"{name} must be a name without spaces and slashes, not {word!r}")


def _fits(pattern: Pattern[str], text: Any, name: str) -> bool:
    if not isinstance(text, str):
        raise TypeError(f"{name} must be a str, not {type(text).__name__}")
    return pattern.fullmatch(text) is not None


def _split(url: str) -> Tuple[str, str, str, str]:
    """Scheme, what is before the path, path, and query."""
    if not isinstance(url, str):
        raise TypeError(f"url must be a str, not {type(url).__name__}")
    parts = _URL.fullmatch(url)
    if parts is None:
        raise ValueError("url must be http:// or https://, a host, and what follows")
    if _BREAKS_IN_URL.search(url):
        raise ValueError("url has a tab, an end of line or U+0000 in it")
    scheme, netloc, path, query = parts.groups()
    return scheme.lower(), netloc, path, query or ""


def _host(scheme: str, netloc: str) -> str:
    """What a client sends as Host."""
    if _PLAIN_HOST.fullmatch(netloc):
        return netloc
    host = _HOST.fullmatch(netloc.rpartition("@")[2])
    if host is None or int(host[2] or 0) > 65535:
        raise ValueError("url has neither a name nor an address as its host, or an invalid port")
    name, zone, rest = host[1].partition("%")
    name = f"{name.lower()}{zone}{rest}"
    if not host[2] or int(host[2]) == _DEFAULT_PORTS[scheme]:
        return name
    return f"{name}:{int(host[2])}"


def _credentials(given: Any) -> Credentials:
    if isinstance(given, Credentials):
        return given
    if isinstance(given, (tuple, list)):
        if len(given) not in (2, 3):
            raise ValueError("credentials must be access key, secret key and maybe token")
        return Credentials(*given)
    # botocore's may be exchanged at any time, by another thread.
    freeze = getattr(given, "get_frozen_credentials", None)
    frozen = given if freeze is None else freeze()
    try:
        return Credentials(frozen.access_key, frozen.secret_key, frozen.token)
    except AttributeError:
        kind = type(given).__name__
        raise TypeError(f"credentials must be Credentials or a tuple, not {kind}") from None


def _timestamp(now: Any) -> str:
    if isinstance(now, str):
        if _TIMESTAMP.fullmatch(now) is None:
            raise ValueError(f"now must be such as 20150830T123600Z, not {now!r}")
        return now
    if not hasattr(now, "utcoffset"):
        raise TypeError(f"now must be a datetime or a str, not {type(now).__name__}")
    offset = now.utcoffset()
    if offset:
        now -= offset
    return f"{now.year:04}{now.month:02}{now.day:02}T{now.hour:02}{now.minute:02}{now.second:02}Z"


def _combined(headers: Headers) -> Dict[str, Tuple[str, str]]:
    """By name in lower case, the first name as it is written, and the values."""
    sent: Dict[str, Tuple[str, str]] = {}
    items: Any = getattr(headers, "items", lambda: headers or ())()
    for name, value in items:
        if not isinstance(value, str):
            raise TypeError(f"header {name!r} must be a str, not {type(value).__name__}")
        if not value.isprintable() and _BREAKS.search(value):
            if "\0" in value:
                raise ValueError(f"header {name!r} has U+0000 in it")
            value = _folded(value)  # noqa: PLW2901 - as HTTP has it
        lower = _lower(name)
        if lower in sent:
            name, before = sent[lower]  # noqa: PLW2901
            value = f"{_folded(before)},{_folded(value)}"  # noqa: PLW2901
        sent[lower] = (name, value)
    return sent


@functools.lru_cache(maxsize=256)
def _lower(name: str) -> str:
    if _TOKEN.fullmatch(name) is None:
        raise ValueError(f"{name!r} is no name of a header")
    return name.lower()


def _folded(value: str) -> str:
    return " ".join(value.split())


def _set(sent: Dict[str, Tuple[str, str]], name: str, value: str) -> None:
    lower = _lower(name)
    sent.pop(lower, None)
    sent[lower] = (name, value)


def _set_date(sent: Dict[str, Tuple[str, str]], timestamp: str, *, keep: bool) -> None:
    if keep or "date" not in sent:
        _set(sent, "X-Amz-Date", timestamp)
        return
    sent.pop("x-amz-date", None)
    with _loading.lock:
        import calendar  # noqa: PLC0415 - slow to import, and seldom needed
        import time  # noqa: PLC0415
        from email.utils import formatdate  # noqa: PLC0415
    seconds = calendar.timegm(time.strptime(timestamp, "%Y%m%dT%H%M%SZ"))
    _set(sent, "Date", formatdate(seconds))


def _sha256(body: Union[bytes, bytearray, memoryview, str, None]) -> str:
    if body is None:
        return _EMPTY_SHA256
    if isinstance(body, str):
        body = body.encode()
    elif not isinstance(body, (bytes, bytearray, memoryview)):
        raise TypeError(f"body must be bytes, a str or None, not {type(body).__name__}")
    return sha256(body).hexdigest()
