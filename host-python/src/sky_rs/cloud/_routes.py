"""The functions of clouds that run on either backend."""

from __future__ import annotations

from sky_rs._routing import Route

#: ``cloud_request(operation, fields)``: an unsigned request, see :mod:`sky_rs.cloud._request`.
request = Route("cloud_request", "cloud_request")

#: ``cloud_response(operation, status, headers, body)``: see :mod:`sky_rs.cloud._response`.
response = Route(
    "cloud_response",
    "cloud_response",
    size=lambda _operation, _status, _headers, body: len(body),
    unit="bytes of the body",
    kind=lambda operation, *_: operation.model["protocol"],
)

#: ``cloud_sign(request, signer, expires, encode, normalize)``: see :mod:`sky_rs.cloud._signing`.
sign = Route("cloud_sign", "cloud_signing")

#: ``cloud_retry(attempts, status, code, after, chance)``: see :mod:`sky_rs.cloud._retries`.
retry = Route("cloud_retry", "cloud_retry")
