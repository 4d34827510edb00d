"""The functions of clouds that run on either backend."""

from __future__ import annotations

from sky_rs._routing import Route

#: ``cloud_request(operation, fields)``: an unsigned request, see :mod:`sky_rs.cloud._request`.
request = Route("cloud_request", "cloud_request")
