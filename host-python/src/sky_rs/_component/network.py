"""Ports."""

from __future__ import annotations

import operator
import socket  # noqa: F401 - for _host, while a fork waits
from typing import Any

from sky_rs import _errors
from sky_rs._component import runtime
from sky_rs._component.outcome import error_tag

_S64_MAX = (1 << 63) - 1


def find_free_port(start_port: Any) -> int:
    # Beyond 64 bits the answer is that of the nearest number within.
    start = max(-1, min(operator.index(start_port), _S64_MAX))
    result = runtime.load().pool.call("io#find-free-port", start)
    tag = error_tag(result)
    if tag == "port-out-of-range":
        raise OverflowError("bind(): port must be 0-65535.")
    if tag == "no-free-port":
        raise _errors.no_free_port()
    return int(result)
