"""Calls of services that speak JSON and take bearer tokens: Google Cloud's and Azure's."""

from __future__ import annotations

import math
import random
import time

from sky_rs.cloud import _models, _request, _response
from sky_rs.cloud._exchange import Exchange
from sky_rs.cloud.exceptions import (
    EndpointConnectionError,
    PaginationError,
    ParamValidationError,
    ResponseParserError,
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
        self.exchange = Exchange(endpoint or _models.index(name)["endpoint"])
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
        target = url or request.url(self.exchange.endpoint)
        headers = {"Accept": "application/json", **dict(request.headers)}
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
                status, received, body = self.exchange.send(
                    request.method, target, headers, request.body, min(timeout, left)
                )
            except EndpointConnectionError:
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


class Client:
    """Calls operations by their names.

    Args:
        service: The service.
        defaults: Parameters that are given to all operations that take them.
        collections: What of the service's models it has; None for all.
    """

    def __init__(
        self,
        service: Service,
        defaults: Dict[str, Any],
        collections: Optional[Tuple[str, ...]] = None,
    ) -> None:
        self._service = service
        self._defaults = {key: value for key, value in defaults.items() if value is not None}
        self._operations: Dict[str, List[str]] = {}
        for name in _models.index(service.name)["operations"]:
            collection, _, method = name.partition(".")
            # With a part more, it is the same one of which only a part is read.
            if "." not in method and (collections is None or collection in collections):
                self._operations.setdefault(collection, []).append(method)

    def __getattr__(self, name: str) -> Collection:
        if name.startswith("_"):  # also of one that is not made yet, as when it is copied
            raise AttributeError(name)
        operations = self._operations
        if name not in operations:
            raise AttributeError(f"{self!r} has no {name!r}, only {', '.join(operations)}")
        return Collection(self, name, operations[name])

    def __dir__(self) -> List[str]:
        return [*super().__dir__(), *self._operations]

    def __repr__(self) -> str:
        service = self._service
        return f"<client of {service.name} at {service.exchange.endpoint}>"

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes idle connections."""
        self._service.exchange.close()

    def paginate(self, name: str, **parameters: Any) -> Iterator[Dict[str, Any]]:
        """The pages of a result, each as the method of that name gives it.

        Args:
            name: A collection and a method, such as 'instances.list'.
            **parameters: Of the method.

        Raises:
            CloudError: A call did not succeed.
            PaginationError: A page is followed by itself, or there are too many.
            ValueError: There is no such method, or its results have no pages.
        """
        collection, _, method = name.partition(".")
        if method not in self._operations.get(collection, ()):
            raise ValueError(f"{self!r} has no {name!r}")
        operation = _models.operation(self._service.name, name)
        if "page" not in operation.model:
            raise ValueError(f"the results of {name!r} have no pages")
        return self.pages(name, parameters)

    def pages(self, name: str, parameters: Dict[str, Any]) -> Iterator[Dict[str, Any]]:
        """As :meth:`paginate`, of any of the service's models. For this package itself."""
        operation = _models.operation(self._service.name, name)
        return self._service.pages(operation, self._given(operation, parameters))

    def call(self, name: str, parameters: Dict[str, Any], **options: Any) -> Any:
        """The result of any of the service's models. For this package itself."""
        operation = _models.operation(self._service.name, name)
        given = self._given(operation, parameters)
        return self._service.call(operation, given, **options)["output"]

    def _given(self, operation: Operation, parameters: Dict[str, Any]) -> Dict[str, Any]:
        model = operation.model
        members = model["shapes"][model["input"]]["members"]
        usual = {key: value for key, value in self._defaults.items() if key in members}
        return {**usual, **parameters}


class Collection:
    """The methods of a client for one kind of thing."""

    __slots__ = ("_client", "_methods", "_name")

    def __init__(self, client: Client, name: str, methods: List[str]) -> None:
        self._client = client
        self._name = name
        self._methods = methods

    def __getattr__(self, method: str) -> Callable[..., Any]:
        if method.startswith("_"):
            raise AttributeError(method)
        if method not in self._methods:
            raise AttributeError(f"{self!r} has no {method!r}, only {', '.join(self._methods)}")
        client, name = self._client, f"{self._name}.{method}"
        # Google holds `wait` back for two minutes.
        options = {"timeout": 150.0} if method == "wait" else {}

        def call(**parameters: Any) -> Any:
            return client.call(name, parameters, **options)

        call.__name__ = method
        call.__qualname__ = name
        return call

    def __dir__(self) -> List[str]:
        return [*super().__dir__(), *self._methods]

    def __repr__(self) -> str:
        return f"<{self._name} of {self._client!r}>"
