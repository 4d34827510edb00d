"""Ports."""

from __future__ import annotations

import operator
import socket  # noqa: F401 - for _host, while a fork waits

from sky_rs import _errors, _host

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any

# The port after the last that is ever tried: SkyPilot leaves 65535 out.
_END = 65535


def find_free_port(start_port: Any) -> int:
    port = _host.first_free_port(operator.index(start_port), _END)
    if port is None:
        raise _errors.no_free_port()
    return port
