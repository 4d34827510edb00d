"""Clients of AWS's services, called as boto3's are."""

from __future__ import annotations

import functools
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from sky_rs import _version
from sky_rs.cloud import (
    _bodies,
    _endpoints,
    _models,
    _request,
    _response,
    _retries,
    _s3,
    _signing,
    exceptions,
)
from sky_rs.cloud._allowed import Allowed
from sky_rs.cloud._paginator import Pages, Paginator
from sky_rs.cloud._transport import Reply, Transport
from sky_rs.cloud.config import Config
from sky_rs.cloud.credentials import Credentials

#: The least a successful call gives back to the quota of repetitions.
_INCREMENT = 1

#: S3's headers that name a request.
_REQUEST_ID = "x-amz-request-id"
_HOST_ID = "x-amz-id-2"


class Meta(NamedTuple):
    """What a client is for."""

    service: str
    region_name: str
    endpoint_url: str
    config: Config


class _Failed(NamedTuple):
    """An attempt without a result: the error to be raised, and what tells whether to try again."""

    error: Exception
    status: int
    code: str
    headers: Dict[str, str]


class Client:
    """A client of one service in one region. Threads may share it.

    Every operation is a method that takes its parameters by name; ``dir()`` lists them.

    Args:
        service: Such as 'ec2'.
        endpoint: Where the service is.
        credentials: Called before each request; returns what signs it, or raises
            NoCredentialsError.
        config: Settings.
        verify: A file of certificates that are trusted, or None.
    """

    def __init__(
        self,
        service: str,
        endpoint: _endpoints.Endpoint,
        credentials: Callable[[], Credentials],
        config: Config,
        verify: Optional[str],
    ) -> None:
        self.meta = Meta(service, endpoint.region, endpoint.url, config)
        self.exceptions = exceptions
        self._operations: Dict[str, str] = _models.index(service)["operations"]
        self._endpoint = endpoint
        self._credentials = credentials
        above = [endpoint.url] if service == "s3" else []
        self._transport = Transport(Allowed([endpoint.url], above), config, verify)
        self._quota = _retries.Quota()
        self._skew = timedelta(0)
        self._agent = " ".join(
            filter(None, (f"sky-rs/{_version.__version__}", config.user_agent_extra))
        )

    def __getattr__(self, name: str) -> Callable[..., Dict[str, Any]]:
        operation = self.__dict__.get("_operations", {}).get(name)
        if operation is None:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

        def call(*arguments: Any, **parameters: Any) -> Dict[str, Any]:
            if arguments:
                raise TypeError(f"{name}() only accepts keyword arguments.")
            return self._call(operation, parameters)[0]

        call.__name__ = name
        call.__qualname__ = f"Client.{name}"
        call.__doc__ = f"{operation} of {self.meta.service}, as boto3's client has it."
        self.__dict__[name] = call
        return call

    def __dir__(self) -> List[str]:
        return sorted({*super().__dir__(), *self._operations})

    def __repr__(self) -> str:
        return f"<sky_rs.cloud client of {self.meta.service} at {self.meta.endpoint_url}>"

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes all connections. The client can be used again."""
        self._transport.close()

    def can_paginate(self, name: str) -> bool:
        """Whether the result of an operation comes in pages.

        Args:
            name: Such as 'describe_instances'.

        Raises:
            AttributeError: There is no such operation.
        """
        return "page" in self._model(name).model

    def get_paginator(self, name: str) -> Paginator:
        """As boto3's: ``get_paginator('describe_instances').paginate(Filters=[...])``.

        Raises:
            AttributeError: There is no such operation.
            PaginationError: Its result does not come in pages.
        """
        operation = self._model(name)
        if "page" not in operation.model:
            raise exceptions.PaginationError(f"Operation cannot be paginated: {name}")
        call = functools.partial(self._call, operation.name)
        return Paginator(lambda parameters, options: Pages(operation, call, parameters, options))

    def paginate(self, name: str, **parameters: Any) -> Pages:
        """The pages of an operation's result.

        Args:
            name: Such as 'describe_instances'.
            parameters: Those of the operation, and ``PaginationConfig`` with ``MaxItems``,
                ``PageSize`` and ``StartingToken``.

        Raises:
            AttributeError: There is no such operation.
            PaginationError: Its result does not come in pages.
        """
        return self.get_paginator(name).paginate(**parameters)

    def _model(self, name: str) -> _models.Operation:
        operation = self._operations.get(name)
        if operation is None:
            raise AttributeError(f"{self.meta.service} has no operation {name!r} here")
        return _models.operation(self.meta.service, operation)

    def _call(
        self, name: str, parameters: Dict[str, Any]
    ) -> Tuple[Dict[str, Any], Optional[Dict[str, Any]]]:
        """The result of a call, and the parameters of the next page, if there is one."""
        operation = _models.operation(self.meta.service, name)
        is_s3 = self.meta.service == "s3"
        encoded = False
        if is_s3:
            parameters, encoded = _s3.prepare(name, parameters)
        request = _request.write(operation, parameters)
        url = request.url(self._base(parameters) if is_s3 else self._endpoint.url)
        headers = [*request.headers, ("User-Agent", self._agent)]
        body, payload = _bodies.sendable(request.body), None
        if is_s3 and request.method == "PUT" and "Body" in operation.model["shapes"][0]["members"]:
            headers += _s3.checksum_headers(body)
            if url.startswith("https:") and not self.meta.config.s3.get("payload_signing_enabled"):
                payload = _signing.UNSIGNED_PAYLOAD
        length = _bodies.length(body)
        if body or request.method in ("PUT", "POST"):
            headers.append(("Content-Length", str(length)))
        reply, answer, attempt = self._attempts(
            operation, request.method, url, headers, body, payload
        )
        known = {key.lower(): value for key, value in reply.headers}
        output: Dict[str, Any] = answer["output"]
        if reply.stream is not None:
            expected = known.get("content-length", "")
            output["Body"] = _s3.StreamingBody(
                reply.stream, int(expected) if expected.isdecimal() else None, known
            )
        if encoded:
            _s3.decode_keys(output)
        output["ResponseMetadata"] = _metadata(reply, known, answer, attempt)
        return output, answer["next"]

    def _base(self, parameters: Dict[str, Any]) -> str:
        """Where a bucket is, or S3 itself."""
        bucket = parameters.get("Bucket")
        if not isinstance(bucket, str):
            return self._endpoint.url
        style = self.meta.config.s3.get("addressing_style") or "auto"
        return _endpoints.of_bucket(self._endpoint, bucket, style)

    def _attempts(  # noqa: PLR0913, PLR0917 - a request
        self,
        operation: _models.Operation,
        method: str,
        url: str,
        headers: List[Tuple[str, str]],
        body: Any,
        payload: Optional[str],
    ) -> Tuple[Reply, Dict[str, Any], int]:
        """Sends a request until it is answered; the response, what it says, and repetitions."""
        attempts = self.meta.config.attempts
        start = body.tell() if hasattr(body, "tell") else 0
        streams = _streams(operation)
        cost = 0
        for attempt in range(1, attempts + 1):
            if attempt > 1 and hasattr(body, "seek"):
                body.seek(start)
            signed = self._signed(method, url, headers, body, payload)
            found = self._attempt(operation, method, url, signed, body, streams=streams)
            if not isinstance(found, _Failed):
                self._quota.give(cost or _INCREMENT)
                return (*found, attempt - 1)
            skew = _retries.skew(found.code, found.headers, self._now())
            if skew is not None and attempt < attempts:
                self._skew += skew
                continue
            backoff = _retries.decide(attempt, attempts, found.status, found.code, found.headers)
            if backoff is None or not self._quota.take(backoff.cost):
                break
            cost = backoff.cost
            _retries.wait(backoff.seconds)
        raise _counted(found.error, attempt, attempts)

    def _attempt(  # noqa: PLR0913 - a request
        self,
        operation: _models.Operation,
        method: str,
        url: str,
        headers: List[Tuple[str, str]],
        body: Any,
        *,
        streams: bool,
    ) -> Any:
        """Sends a request once: the response and what it says, or how it failed."""
        try:
            reply = self._transport.send(method, url, headers, body, stream=streams)
        except (
            exceptions.EndpointConnectionError,
            exceptions.ConnectTimeoutError,
            exceptions.ReadTimeoutError,
            exceptions.ConnectionClosedError,
            exceptions.ProxyConnectionError,
        ) as error:
            return _Failed(error, 0, "", {})
        known = {key.lower(): value for key, value in reply.headers}
        answer = _response.read(operation, reply.status, reply.headers, reply.body)
        if "error" not in answer:
            return reply, answer
        metadata = _metadata(reply, known, answer, 0)
        refusal = exceptions.ClientError(
            {"Error": answer["error"], "ResponseMetadata": metadata}, operation.name
        )
        return _Failed(refusal, reply.status, answer["error"].get("Code", ""), known)

    def _signed(
        self,
        method: str,
        url: str,
        headers: List[Tuple[str, str]],
        body: Any,
        payload: Optional[str],
    ) -> List[Tuple[str, str]]:
        signed: Any = _signing.sign(
            method,
            url,
            headers,
            None,
            service=_models.index(self.meta.service)["signingName"],
            region=self._endpoint.region,
            credentials=self._credentials(),
            now=self._now(),
            payload=_bodies.digest(body) if payload is None else payload,
        )
        return list(signed.items())

    def _now(self) -> datetime:
        return datetime.now(timezone.utc) + self._skew


def _streams(operation: _models.Operation) -> bool:
    model = operation.model
    if "output" not in model:
        return False
    shape = model["shapes"][model["output"]]
    return bool(shape["members"].get(shape.get("payload"), {}).get("streaming"))


def _metadata(
    reply: Reply, known: Dict[str, str], answer: Dict[str, Any], retries: int
) -> Dict[str, Any]:
    """What a response says besides its result, as botocore tells it."""
    found: Dict[str, Any] = {}
    if answer["request_id"] is not None:
        found["RequestId"] = answer["request_id"]
    if answer.get("error", {}).get("Code") == str(reply.status):  # there was nothing else to tell
        found = {"RequestId": known.get(_REQUEST_ID, ""), "HostId": known.get(_HOST_ID, "")}
    elif _REQUEST_ID in known and "x-amzn-requestid" not in known:
        found["HostId"] = known.get(_HOST_ID, "")
    found.update(HTTPStatusCode=reply.status, HTTPHeaders=known, RetryAttempts=retries)
    return found


def _counted(error: Exception, attempt: int, attempts: int) -> Exception:
    """The error of the last attempt, with the number of repetitions where it tells them."""
    if not isinstance(error, exceptions.ClientError):
        return error
    metadata = error.response["ResponseMetadata"]
    metadata["RetryAttempts"] = attempt - 1
    if attempt == attempts > 1:
        metadata["MaxAttemptsReached"] = True
    return exceptions.ClientError(error.response, error.operation_name)
