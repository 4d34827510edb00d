"""Requests to one host over HTTP, and to no other."""

from __future__ import annotations

import os
import time
from urllib.parse import urlsplit

from sky_rs._version import __version__
from sky_rs.cloud.exceptions import (
    CloudError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HostNotAllowedError,
    ReadTimeoutError,
    ResponseTooLargeError,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional, Tuple

#: Seconds for a connection to be made.
CONNECT_TIMEOUT = 10.0
#: How long a body may be, in bytes, unpacked.
MAX_BODY = 64 << 20

_PIECE = 1 << 16
# As many as calls of one client that are under way at a time, in query_instances.
_CONNECTIONS = 16
_PORTS = {"https": 443, "http": 80}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")

# Google packs what it sends only for those who say so twice.
_HEADERS = {"User-Agent": f"sky-rs/{__version__} (gzip)", "Accept-Encoding": "gzip"}


class Exchange:
    """Connections to a service.

    Args:
        endpoint: Its URL: ``https://``, or ``http://`` to this machine itself.

    Raises:
        HostNotAllowedError: The requests, and what proves who asks, could be read on their way.
    """

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint.rstrip("/")
        self._origin = _origin(self.endpoint)
        scheme, host, _ = self._origin
        if scheme != "https" and not (scheme == "http" and host in _LOOPBACK):
            raise HostNotAllowedError(f"{endpoint}: tokens are sent over HTTPS only")
        self._pool: Any = None
        self._pid: Optional[int] = None

    def send(
        self, method: str, url: str, headers: Dict[str, str], body: bytes, timeout: float
    ) -> Tuple[int, List[Tuple[str, str]], bytes]:
        """Sends a request once and follows no redirection.

        Args:
            method: The method.
            url: Where to: at the endpoint's host.
            headers: More headers.
            body: The body.
            timeout: Seconds for all of the answer to come.

        Returns:
            The status, the headers and the body.

        Raises:
            HostNotAllowedError: The URL is of another host.
            EndpointConnectionError: There was no answer, or no whole one.
            ResponseTooLargeError: The body is too long.
        """
        if _origin(url) != self._origin:
            raise HostNotAllowedError(
                f"{_shown(url)} is not at {self.endpoint}, to which alone requests are sent"
            )
        urllib3 = _urllib3()
        deadline = time.monotonic() + timeout
        try:
            response = self._connections().request(
                method,
                url,
                body=body or None,
                headers={**_HEADERS, **headers},
                timeout=urllib3.Timeout(connect=min(CONNECT_TIMEOUT, timeout), read=timeout),
                retries=False,
                redirect=False,
                preload_content=False,
            )
            try:
                content = _content(response, deadline)
            except BaseException:
                response.close()  # what is left is not read
                raise
            response.release_conn()
        except urllib3.exceptions.ConnectTimeoutError as error:
            raise ConnectTimeoutError(f"Connect timeout on {self.endpoint}") from error
        except urllib3.exceptions.TimeoutError as error:
            raise ReadTimeoutError(f"Read timeout on {self.endpoint}") from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise EndpointConnectionError(
                f"Could not get an answer from {self.endpoint}: {error}"
            ) from error
        return response.status, list(response.headers.items()), content

    def close(self) -> None:
        """Closes idle connections. The next request makes new ones."""
        pool, self._pool = self._pool, None
        if pool is not None and self._pid == os.getpid():
            pool.clear()

    def _connections(self) -> Any:
        # A child must not talk on its parent's connections.
        if self._pool is None or self._pid != os.getpid():
            self._pool, self._pid = _manager(self._origin), os.getpid()
        return self._pool


def _urllib3() -> Any:
    try:
        import urllib3  # noqa: PLC0415 - slow, and only needed for requests
    except ImportError as error:
        raise CloudError(
            "Calls of clouds need urllib3: python -m pip install 'sky-rs[cloud]'"
        ) from error
    return urllib3


def _manager(origin: Tuple[str, str, int]) -> Any:
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 - slow

    urllib3 = _urllib3()
    scheme, host, _ = origin
    proxy = None if host in _LOOPBACK or proxy_bypass(host) else getproxies().get(scheme)
    options = {"maxsize": _CONNECTIONS, "cert_reqs": "CERT_REQUIRED"}
    return urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)


def _content(response: Any, deadline: float) -> bytes:
    # read1 gives what has come, so that the clock is looked at however slowly that is; old
    # versions of urllib3 have none.
    read = getattr(response, "read1", response.read)
    pieces: List[bytes] = []
    size = 0
    while True:
        piece = read(_PIECE, decode_content=True)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
        size += len(piece)
        if size > MAX_BODY:
            raise ResponseTooLargeError(f"a response has more than {MAX_BODY} bytes")
        if time.monotonic() > deadline:
            raise ReadTimeoutError("a response did not end in time")


def _origin(url: str) -> Tuple[str, str, int]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise HostNotAllowedError(f"{_shown(url)} is no URL") from error
    if not parts.hostname or "@" in parts.netloc or "\\" in url:
        raise HostNotAllowedError(f"{_shown(url)} is no URL of a service")
    return parts.scheme, parts.hostname, port or _PORTS.get(parts.scheme, 0)


def _shown(url: str) -> str:
    """A URL without its query, which may hold what is nobody's business."""
    return repr(url.partition("?")[0][:200])
