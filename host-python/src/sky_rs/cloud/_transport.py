"""Sends requests, each once, and takes whole responses."""

from __future__ import annotations

import contextlib
import re
import zlib
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, NamedTuple, Optional, Tuple

from sky_rs.cloud import exceptions
from sky_rs.cloud._connections import Connections, loaded
from sky_rs.cloud._inflating import ENCODINGS, Inflating

if TYPE_CHECKING:
    from sky_rs.cloud._allowed import Allowed
    from sky_rs.cloud.config import Config

#: The largest body that is taken; a page of a thousand instances has some 3 MB.
MOST_BYTES = 64 * 1024 * 1024

#: Seconds for a whole response, however steadily it comes.
MOST_SECONDS = 300.0

_BLOCK = 256 * 1024

#: What no header has. Nor is it shown.
_UNSENDABLE = re.compile(r"[^\t\x20-\x7e\x80-\xff]")


class Reply(NamedTuple):
    """A response: its body, or a stream of it that has to be closed."""

    status: int
    headers: List[Tuple[str, str]]
    body: bytes
    stream: Any = None

    @property
    def known(self) -> Dict[str, str]:
        """The headers by name in lower case."""
        return {name.lower(): value for name, value in self.headers}


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
        self._most_bytes = most_bytes
        self._connections = Connections(config, verify)

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
            ParamValidationError: A header cannot be sent; nothing was.
            TransportError: No whole response came.
        """
        self._allowed.check(url)
        merged = _merged(headers)
        with _translated(url):
            deadline = self._deadline(seconds)
            # Not by the pools' own urlopen(): it would write the path anew, and it is signed.
            response = self._connections.to(url).urlopen(
                method,
                self._connections.target(url),
                body=body or None,
                headers=merged,
                timeout=self._timeout(seconds),
                redirect=False,
                retries=False,
                assert_same_host=False,
                preload_content=False,
                decode_content=False,
                enforce_content_length=True,
            )
            found = list(response.headers.itermerged())
            if stream and response.status < 300:
                deadline.lift()
                return Reply(response.status, found, b"", _Stream(response, url))
            try:
                content = self._read(response, url, method)
            except BaseException:
                response.close()
                raise
            response.release_conn()
            return Reply(response.status, found, content)

    def close(self) -> None:
        """Closes all connections."""
        self._connections.close()

    def _timeout(self, seconds: float) -> Any:
        connect, read = self._config.connect_timeout, self._config.read_timeout
        return loaded().Timeout(connect=min(connect, seconds), read=min(read, seconds))

    def _deadline(self, seconds: float) -> Any:
        loaded()
        from sky_rs.cloud._timely import Deadline  # noqa: PLC0415 - needs urllib3

        return Deadline(seconds, min(self._config.read_timeout, seconds))

    def _read(self, response: Any, url: str, method: str) -> bytes:
        length = response.headers.get("Content-Length", "")
        if method != "HEAD" and length.isdecimal() and float(length) > self._most_bytes:
            raise self._too_large(url)
        pieces: List[bytes] = []
        size = 0
        for piece in _pieces(response):
            size += len(piece)
            if size > self._most_bytes:
                raise self._too_large(url)
            pieces.append(piece)
        return b"".join(pieces)

    def _too_large(self, url: str) -> Exception:
        return exceptions.ResponseTooLargeError(
            f'The response of endpoint URL: "{_shown(url)}" has more than {self._most_bytes} bytes'
        )


class _Stream:
    """The body of a response, for :class:`sky_rs.cloud._s3.StreamingBody`."""

    def __init__(self, response: Any, url: str) -> None:
        self._response = response
        self._url = url

    def read(self, size: Optional[int] = None) -> bytes:
        """The next bytes, all or at most so many.

        Raises:
            TransportError: They do not come.
        """
        with _translated(self._url):
            block: bytes = self._response.read(size, decode_content=False)
        if size is None or not block:
            self._response.release_conn()
        return block

    def close(self) -> None:
        """Closes the connection, unless all was read and it serves others."""
        self._response.close()


def _pieces(response: Any) -> Iterator[bytes]:
    """What a body consists of."""
    # What has come, however little, so that a deadline is met. urllib3 1 has no read1().
    read = getattr(response, "read1", response.read)
    blocks = iter(lambda: read(_BLOCK, decode_content=False), b"")
    if response.headers.get("Content-Encoding", "").strip().lower() not in ENCODINGS:
        yield from blocks
        return
    inflating = Inflating()
    for block in blocks:
        yield from inflating.feed(block)
    inflating.end()


def _merged(headers: List[Tuple[str, str]]) -> Dict[str, str]:
    """Headers by name. Of names that differ only in case, the last counts."""
    names: Dict[str, str] = {}
    merged: Dict[str, str] = {}
    for name, value in headers:
        if _UNSENDABLE.search(value):
            raise exceptions.ParamValidationError(
                f"The value of header {name} has line breaks, or characters that none can have"
            )
        merged.pop(names.get(name.lower(), ""), None)
        names[name.lower()] = name
        merged[name] = value
    return merged


def _shown(url: str) -> str:
    """A URL without its query, which may have a signature."""
    return url.partition("?")[0]


@contextlib.contextmanager
def _translated(url: str) -> Iterator[None]:
    """urllib3's errors as ours."""
    theirs = loaded().exceptions
    where = f'endpoint URL: "{_shown(url)}"'
    try:
        yield
    except (theirs.NewConnectionError, theirs.LocationParseError) as error:  # or a timeout, in 1
        raise exceptions.EndpointConnectionError(f"Could not connect to the {where}") from error
    except theirs.ConnectTimeoutError as error:
        raise exceptions.ConnectTimeoutError(f"Connect timeout on {where}") from error
    except theirs.ReadTimeoutError as error:
        raise exceptions.ReadTimeoutError(f"Read timeout on {where}") from error
    except theirs.ProxyError as error:
        raise exceptions.ProxyConnectionError(
            f"Failed to connect to the proxy for {where}: {_reason(error)}"
        ) from error
    except (theirs.HTTPError, OSError, zlib.error) as error:
        reason = error.args[-1] if error.args else None
        if isinstance(error, theirs.SSLError) and not _is_end(reason):
            raise exceptions.TLSError(f"SSL validation failed for {where}: {reason}") from error
        raise exceptions.ConnectionClosedError(
            f"Connection was closed before we received a valid response from {where}: "
            f"{_reason(error)}"
        ) from error


def _is_end(reason: Any) -> bool:
    """Whether an error of TLS is the connection's end, not one of trust."""
    return type(reason).__name__ in ("SSLEOFError", "SSLZeroReturnError")


def _reason(error: BaseException) -> str:
    return type(
        error.args[-1] if error.args and isinstance(error.args[-1], Exception) else error
    ).__name__
