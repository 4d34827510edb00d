"""Sends requests, each once, and takes whole responses."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, NamedTuple, Optional, Tuple
from urllib.parse import urlsplit

from sky_rs import _limits, _loading
from sky_rs.cloud import exceptions

if TYPE_CHECKING:
    from sky_rs.cloud._allowed import Allowed
    from sky_rs.cloud.config import Config

#: The largest body that is taken; a page of a thousand instances has some 3 MB.
MOST_BYTES = 64 * 1024 * 1024

#: Seconds for a whole response, however steadily it comes.
MOST_SECONDS = 300.0

# Compressed, a block may become a thousand times as large.
_BLOCK = 256 * 1024
_COMPRESSED_BLOCK = 16 * 1024

#: This machine's own services are not behind a proxy.
LOOPBACK = ("localhost", "127.0.0.1", "::1")

#: Variables that name a file of certificates, in order; the first that is set counts.
_BUNDLES = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")


class Reply(NamedTuple):
    """A response: its body, or a stream of it that has to be closed."""

    status: int
    headers: List[Tuple[str, str]]
    body: bytes
    stream: Any = None


class Transport:
    """Connections to allowed hosts, kept for the next requests. Threads may share it.

    Args:
        allowed: Where requests may go.
        config: Timeouts, proxies and how many connections are kept.
        verify: A file of certificates that are trusted; None takes that of the environment, or
            those that Python trusts.
        most_bytes: The largest body that is taken.
    """

    def __init__(
        self,
        allowed: Allowed,
        config: Config,
        verify: Optional[str] = None,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._allowed = allowed
        self._config = config
        self._verify = verify
        self._most_bytes = most_bytes
        self._pools: Dict[Optional[str], Any] = {}
        self._owner = os.getpid()

    def send(  # noqa: PLR0913 - a request
        self,
        method: str,
        url: str,
        headers: List[Tuple[str, str]],
        body: Any = None,
        *,
        stream: bool = False,
        seconds: float = MOST_SECONDS,
    ) -> Reply:
        """Sends a request. Redirects are not followed, and nothing is sent again.

        Args:
            method: The HTTP method.
            url: The whole URL.
            headers: Names and values.
            body: Bytes, or a file of bytes.
            stream: Whether the body of a good response is left to be read.
            seconds: How long a whole response may take, however steadily it comes.

        Raises:
            HostNotAllowedError: The URL's host is not allowed; nothing was sent.
            TransportError: No whole response came.
        """
        self._allowed.check(url)
        end = time.monotonic() + seconds
        with _translated(url, self._config):
            # Not by the pools' own urlopen(): it would write the path anew, and it is signed.
            response = self._connections(url).urlopen(
                method,
                self._target(url),
                body=body or None,
                headers=_merged(headers),
                timeout=self._timeout(seconds),
                redirect=False,
                retries=False,
                assert_same_host=False,
                preload_content=False,
                decode_content=False,
            )
            found = list(response.headers.itermerged())
            if stream and response.status < 300:
                return Reply(response.status, found, b"", _Stream(response, url, self._config))
            try:
                content = self._read(response, url, end)
            except BaseException:
                response.close()
                raise
            response.release_conn()
            return Reply(response.status, found, content)

    def close(self) -> None:
        """Closes all connections."""
        for pool in self._pools.values():
            pool.clear()
        self._pools = {}

    def _timeout(self, seconds: float) -> Any:
        connect, read = self._config.connect_timeout, self._config.read_timeout
        return _urllib3().Timeout(connect=min(connect, seconds), read=min(read, seconds))

    def _read(self, response: Any, url: str, end: float) -> bytes:
        length = response.headers.get("Content-Length", "")
        if length.isdecimal() and int(length) > self._most_bytes and response._original_response:
            raise self._too_large(url)
        # What has come, however little, so that the clock is looked at. urllib3 1 has no read1().
        read = getattr(response, "read1", response.read)
        encoded = response.headers.get("Content-Encoding")
        blocks: List[bytes] = []
        size = 0
        while True:
            _limits.check_cancelled()
            block = read(_COMPRESSED_BLOCK if encoded else _BLOCK, decode_content=bool(encoded))
            if not block:
                return b"".join(blocks)
            blocks.append(block)
            size += len(block)
            if size > self._most_bytes:
                raise self._too_large(url)
            if time.monotonic() > end:
                raise exceptions.ReadTimeoutError(
                    f'The response of endpoint URL: "{_shown(url)}" did not end in time'
                )

    def _too_large(self, url: str) -> Exception:
        return exceptions.ResponseTooLargeError(
            f'The response of endpoint URL: "{_shown(url)}" has more than {self._most_bytes} bytes'
        )

    def _target(self, url: str) -> str:
        """What the request line has: all for a proxy of plain HTTP, else what follows the host."""
        if url.startswith("http:") and self._proxy(url) is not None:
            return url
        parts = urlsplit(url)
        path = parts.path or "/"
        return f"{path}?{parts.query}" if parts.query else path

    def _connections(self, url: str) -> Any:
        if self._owner != os.getpid():  # a connection must not be used by two processes
            self._pools = {}
            self._owner = os.getpid()
        proxy = self._proxy(url)
        pool = self._pools.get(proxy)
        if pool is None:
            # Two threads may both make one; the one that is not kept closes with its connection.
            pool = self._pools.setdefault(proxy, self._made(proxy))
        return pool.connection_from_url(url)

    def _made(self, proxy: Optional[str]) -> Any:
        urllib3 = _urllib3()
        config = self._config
        options: Dict[str, Any] = {
            "maxsize": config.max_pool_connections,
            "cert_reqs": "CERT_REQUIRED",
        }
        bundle = self._verify or next(filter(None, map(os.environ.get, _BUNDLES)), None)
        if bundle is not None:
            options["ca_cert_dir" if os.path.isdir(bundle) else "ca_certs"] = bundle
        if proxy is None:
            return urllib3.PoolManager(**options)
        user = urlsplit(proxy).netloc.rpartition("@")[0]
        if user:
            from urllib.parse import unquote  # noqa: PLC0415

            headers = urllib3.make_headers(proxy_basic_auth=unquote(user))
            return urllib3.ProxyManager(proxy, proxy_headers=headers, **options)
        return urllib3.ProxyManager(proxy, **options)

    def _proxy(self, url: str) -> Optional[str]:
        from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 - slow

        parts = urlsplit(url)
        if parts.hostname in LOOPBACK:
            return None
        if self._config.proxies is not None:
            proxies = self._config.proxies
        elif proxy_bypass(parts.netloc.rpartition("@")[2]):
            return None
        else:
            proxies = getproxies()
        proxy = proxies.get(parts.scheme) or proxies.get("all")
        return proxy if not proxy or "://" in proxy else f"http://{proxy}"


class _Stream:
    """The body of a response, for :class:`sky_rs.cloud._s3.StreamingBody`."""

    def __init__(self, response: Any, url: str, config: Config) -> None:
        self._response = response
        self._url = url
        self._config = config

    def read(self, size: Optional[int] = None) -> bytes:
        """The next bytes, all or at most so many.

        Raises:
            TransportError: They do not come.
        """
        with _translated(self._url, self._config):
            block: bytes = self._response.read(size, decode_content=False)
        if size is None or not block:
            self._response.release_conn()
        return block

    def close(self) -> None:
        """Closes the connection, unless all was read and it serves others."""
        self._response.close()


def _merged(headers: List[Tuple[str, str]]) -> Dict[str, str]:
    """Headers by name. Of names that differ only in case, the last counts."""
    names: Dict[str, str] = {}
    merged: Dict[str, str] = {}
    for name, value in headers:
        merged.pop(names.get(name.lower(), ""), None)
        names[name.lower()] = name
        merged[name] = value
    return merged


def _shown(url: str) -> str:
    """A URL without its query, which may have a signature."""
    return url.partition("?")[0]


def _urllib3() -> Any:
    try:
        if "urllib3" not in sys.modules:
            # A fork waits until it is whole.
            with _loading.lock, _loading.uncollected():
                import urllib3  # noqa: PLC0415 - slow, and needed with the first request only
        import urllib3  # noqa: PLC0415 - waits for another thread's import
    except ImportError as error:
        raise exceptions.CloudError(
            "Calls of clouds need urllib3: pip install 'sky-rs[cloud]'"
        ) from error
    return urllib3


@contextlib.contextmanager
def _translated(url: str, config: Config) -> Iterator[None]:
    """urllib3's errors as ours."""
    theirs = _urllib3().exceptions
    where = f'endpoint URL: "{_shown(url)}"'
    try:
        yield
    except theirs.NewConnectionError as error:  # urllib3 has it for a timeout
        raise exceptions.EndpointConnectionError(f"Could not connect to the {where}") from error
    except theirs.ConnectTimeoutError as error:
        raise exceptions.ConnectTimeoutError(
            f"Connect timeout on {where} after {config.connect_timeout:g} s"
        ) from error
    except theirs.ReadTimeoutError as error:
        raise exceptions.ReadTimeoutError(
            f"Read timeout on {where} after {config.read_timeout:g} s"
        ) from error
    except theirs.ProxyError as error:
        raise exceptions.ProxyConnectionError(
            f"Failed to connect to the proxy for {where}: {_reason(error)}"
        ) from error
    except theirs.SSLError as error:
        raise exceptions.TLSError(f"SSL validation failed for {where}: {error.args[-1]}") from error
    except (theirs.HTTPError, OSError) as error:
        raise exceptions.ConnectionClosedError(
            f"Connection was closed before we received a valid response from {where}: "
            f"{_reason(error)}"
        ) from error


def _reason(error: BaseException) -> str:
    return type(
        error.args[-1] if error.args and isinstance(error.args[-1], Exception) else error
    ).__name__
