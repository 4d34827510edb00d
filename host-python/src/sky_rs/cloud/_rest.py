"""Calls of services that speak JSON and take bearer tokens: Google Cloud's and Azure's."""

from __future__ import annotations

import math
import random
import time
from urllib.parse import urlsplit

from sky_rs._version import __version__
from sky_rs.cloud import _models, _request, _response
from sky_rs.cloud._allowed import Allowed
from sky_rs.cloud._connections import LOOPBACK
from sky_rs.cloud._transport import Transport
from sky_rs.cloud.config import Config
from sky_rs.cloud.exceptions import (
    HostNotAllowedError,
    PaginationError,
    ParamValidationError,
    ResponseParserError,
    ResponseTooLargeError,
    TLSError,
    TransportError,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

    from sky_rs.cloud._models import Operation
    from sky_rs.cloud._tokens import Tokens

#: How often a request is sent at most.
ATTEMPTS = 3
#: Seconds between two of them at most, whatever the service asks for.
MAX_DELAY = 20.0
#: Seconds for an answer to come.
TIMEOUT = 60.0
_LEAST_TIMEOUT = 0.05
#: How many pages a result may have.
MAX_PAGES = 10_000

# As many connections as calls of one client that are under way at a time, in query_instances.
_CONFIG = Config(connect_timeout=10, max_pool_connections=16)

# Google packs what it sends only for those who say so twice.
_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "User-Agent": f"sky-rs/{__version__} (gzip)",
}

_AGAIN = frozenset((408, 429, 500, 502, 503, 504))
_UNAUTHORIZED = 401
_FIRST_FAILURE = 400


class Service:
    """A service, and who asks it.

    Args:
        name: Whose models it has: 'gcp' or 'azure'.
        endpoint: Its URL; None for the one of its models.
        tokens: Who asks.
        failure: Makes an exception of an operation's name, a status and an error.
        again: Whether an error of a status that is not asked again for usually is to be.
    """

    def __init__(
        self,
        name: str,
        endpoint: Optional[str],
        tokens: Tokens,
        failure: Callable[[str, int, Dict[str, Any]], Exception],
        again: Callable[[int, Dict[str, Any]], bool] = lambda _status, _error: False,
    ) -> None:
        self.name = name
        self.endpoint = (endpoint or _models.index(name)["endpoint"]).rstrip("/")
        if not self.endpoint.startswith("https:") and not _is_loopback(self.endpoint):
            raise HostNotAllowedError(f"{self.endpoint}: tokens are sent over HTTPS only")
        self.transport = Transport(Allowed([self.endpoint]), _CONFIG)
        self._tokens = tokens
        self._failure = failure
        self._again = again

    def call(
        self,
        operation: Operation,
        parameters: Dict[str, Any],
        url: Optional[str] = None,
        timeout: float = TIMEOUT,
        total: float = math.inf,
    ) -> Dict[str, Any]:
        """Calls an operation.

        Args:
            operation: The operation.
            parameters: Its parameters.
            url: Where to instead, if the service has said it.
            timeout: Seconds for each attempt.
            total: Seconds for all of them.

        Returns:
            ``output`` and ``next``, as of :func:`sky_rs.cloud._response.read`.

        Raises:
            CloudError: It did not succeed.
        """
        request = _request.write(operation, parameters)
        _check_path(operation, parameters)
        target = url or request.url(self.endpoint)
        headers = {**_HEADERS, **dict(request.headers)}
        if request.method != "GET" and not request.body:
            headers["Content-Length"] = "0"
        headers["Authorization"] = self._tokens.header()
        renews = self._tokens.renews
        deadline = time.monotonic() + total
        attempt = 1
        while True:
            left = max(deadline - time.monotonic(), _LEAST_TIMEOUT)
            last = attempt >= ATTEMPTS
            try:
                status, received, body, _ = self.transport.send(
                    request.method,
                    target,
                    list(headers.items()),
                    request.body,
                    seconds=min(timeout, left),
                )
            except (ResponseTooLargeError, TLSError):
                raise
            except TransportError:
                if last or time.monotonic() >= deadline:
                    raise
                received = []
            else:
                answer = _read(operation, status, received, body)
                error = answer.get("error")
                if error is None:
                    return answer
                if status == _UNAUTHORIZED and renews:
                    renews = False
                    headers["Authorization"] = self._tokens.header(new=True)
                    continue
                lasting = status not in _AGAIN and not self._again(status, error)
                if lasting or last or time.monotonic() >= deadline:
                    raise self._failure(operation.name, status, error)
            time.sleep(min(_delay(attempt, received), max(deadline - time.monotonic(), 0.0)))
            attempt += 1

    def pages(self, operation: Operation, parameters: Dict[str, Any]) -> Iterator[Dict[str, Any]]:
        """The pages of a result.

        Raises:
            CloudError: A call did not succeed.
            PaginationError: A page is followed by itself, or there are too many.
        """
        url = None
        seen = set()
        for _ in range(MAX_PAGES):
            answer = self.call(operation, parameters, url)
            yield answer["output"]
            if answer["next"] is None:
                return
            ((name, token),) = answer["next"].items()
            if not isinstance(token, str) or token in seen:
                raise PaginationError(f"{operation.name}: the same next page was named twice")
            seen.add(token)
            if name == "nextLink":
                url = token
            else:
                parameters = {**parameters, name: token}
        raise PaginationError(f"{operation.name}: more than {MAX_PAGES} pages")


def _is_loopback(endpoint: str) -> bool:
    parts = urlsplit(endpoint)
    return parts.scheme == "http" and parts.hostname in LOOPBACK


def _read(
    operation: Operation, status: int, headers: List[Tuple[str, str]], body: bytes
) -> Dict[str, Any]:
    try:
        return _response.read(operation, status, headers, body)
    except ResponseParserError as error:
        if status < _FIRST_FAILURE:
            raise
        # Somebody on the way refused, in words of their own.
        return {"error": {"Code": str(status), "Message": error.reason}}


def _check_path(operation: Operation, parameters: Dict[str, Any]) -> None:
    """Refuses names that would climb in a path, and so be another request."""
    model = operation.model
    members = model["shapes"][model["input"]]["members"]
    for name, value in parameters.items():
        if members[name]["in"] == "uri" and value in (".", ".."):
            raise ParamValidationError(f"Invalid value for parameter {name}, value: {value!r}")


def _delay(attempt: int, headers: List[Tuple[str, str]]) -> float:
    """Seconds to wait after an attempt: what the service asks for, or more each time."""
    for name, value in headers:
        if name.lower() == "retry-after":
            asked = _seconds(value)
            if asked is not None:
                return min(max(asked, 0.0), MAX_DELAY)
    return random.random() * min(2.0 ** (attempt - 1), MAX_DELAY)  # noqa: S311 - no secret


def _seconds(value: str) -> Optional[float]:
    if value.isdigit() and len(value) < 10:
        return float(value)
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - slow, and seldom needed

    try:
        return parsedate_to_datetime(value).timestamp() - time.time()
    except (TypeError, ValueError, OverflowError):
        return None
