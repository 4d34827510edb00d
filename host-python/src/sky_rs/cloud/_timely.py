"""Connections whose responses come in time, or not at all.

A socket's timeout is one for each piece of a response. Whoever sends a byte now and then, or says
"100 Continue" for ever, would never meet it.
"""

from __future__ import annotations

import http.client
import io
import math
import socket
import time
from contextvars import ContextVar
from typing import Any, Dict

import urllib3

from sky_rs import _limits

#: Seconds in which a wait looks whether its result is still wanted.
_LOOK = 0.25

#: A block of a body is as large at most.
_BUFFER = 64 * 1024


class Deadline:
    """How long the responses may take that begin in the same context.

    Args:
        seconds: For a whole response.
        patience: Seconds for each of its pieces.
    """

    def __init__(self, seconds: float, patience: float) -> None:
        self.patience = patience
        self.end = time.monotonic() + seconds
        _current.set(self)

    def lift(self) -> None:
        """Leaves a whole response as long as it takes."""
        self.end = math.inf


_current: ContextVar[Deadline] = ContextVar("sky_rs_cloud_deadline")


class _Pieces(io.RawIOBase):
    """What a socket receives."""

    def __init__(self, sock: Any, file: Any) -> None:
        self._sock = sock
        self._file = file  # keeps the socket open
        self._deadline = _current.get()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        patience = self._deadline.patience
        end = min(time.monotonic() + patience, self._deadline.end)
        try:
            while True:
                _limits.check_cancelled()
                left = end - time.monotonic()
                if left <= 0:
                    raise socket.timeout("timed out")
                self._sock.settimeout(min(left, _LOOK))
                try:
                    received: int = self._sock.recv_into(buffer)
                    return received
                except socket.timeout:
                    pass
        finally:
            self._sock.settimeout(patience)

    def close(self) -> None:
        self._file.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: Any, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp: Any = io.BufferedReader(_Pieces(sock, self.fp), _BUFFER)


def _timely(pool: Any) -> Any:
    connection = type("Connection", (pool.ConnectionCls,), {"response_class": _Response})
    return type("Pool", (pool,), {"ConnectionCls": connection})


#: Pools of such connections, for urllib3's managers.
POOLS: Dict[str, Any] = {
    "http": _timely(urllib3.HTTPConnectionPool),
    "https": _timely(urllib3.HTTPSConnectionPool),
}
