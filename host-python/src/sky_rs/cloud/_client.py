"""Clients of AWS's services, called as boto3's are."""

from __future__ import annotations

import functools
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from sky_rs import _version
from sky_rs.cloud import (
    _bodies,
    _endpoints,
    _models,
    _request,
    _s3,
    _signing,
    exceptions,
)
from sky_rs.cloud._allowed import Allowed
from sky_rs.cloud._paginator import Pages, Paginator
from sky_rs.cloud._sending import Sender, Sending
from sky_rs.cloud._transport import Transport
from sky_rs.cloud.config import Config
from sky_rs.cloud.credentials import Credentials


class Meta(NamedTuple):
    """What a client is for."""

    service: str
    region_name: str
    endpoint_url: str
    config: Config


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
        above = [endpoint.url] if service == "s3" else []
        self._transport = Transport(Allowed([endpoint.url], above), config, verify)
        self._sender = Sender(self._transport, endpoint, credentials, config.attempts)
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
        if is_s3 and _stores(operation):
            headers += _s3.checksum_headers(body)
            if url.startswith("https:") and not self.meta.config.s3.get("payload_signing_enabled"):
                payload = _signing.UNSIGNED_PAYLOAD
        if body or request.method in ("PUT", "POST"):
            headers.append(("Content-Length", str(_bodies.length(body))))
        answered = self._sender.send(
            Sending(operation, request.method, url, headers, body, payload)
        )
        output: Dict[str, Any] = answered.answer["output"]
        if answered.reply.stream is not None:
            output["Body"] = _s3.StreamingBody(answered.reply.stream, answered.reply.known)
        if encoded:
            _s3.decode_keys(output)
        output["ResponseMetadata"] = answered.metadata
        return output, answered.answer["next"]

    def _base(self, parameters: Dict[str, Any]) -> str:
        """Where a bucket is, or S3 itself."""
        bucket = parameters.get("Bucket")
        if not isinstance(bucket, str):
            return self._endpoint.url
        style = self.meta.config.s3.get("addressing_style") or "auto"
        return _endpoints.of_bucket(self._endpoint, bucket, style)


def _stores(operation: _models.Operation) -> bool:
    """Whether a call has an object's content as its body."""
    model = operation.model
    return "Body" in model["shapes"][model["input"]]["members"]
