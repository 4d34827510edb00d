"""What calls of clouds raise.

SkyRsError
└── CloudError
    ├── ClientError               the service refuses, and says why
    ├── ParamValidationError      parameters do not fit the operation
    ├── NoCredentialsError        there are no credentials
    ├── NoRegionError             there is no region
    ├── EndpointError             a region or an endpoint is none
    ├── HostNotAllowedError       a request would go to a host that is not allowed
    ├── PaginationError           pages do not end
    ├── ResponseParserError       a response is not what it has to be
    ├── StatusError               the state of an instance is none that is known
    ├── WaitTimeoutError          an operation was not done in time
    └── TransportError            no whole response came
        ├── EndpointConnectionError
        ├── ConnectTimeoutError
        ├── ReadTimeoutError
        ├── ConnectionClosedError
        ├── TLSError
        ├── ProxyConnectionError
        ├── ResponseTooLargeError
        ├── IncompleteReadError
        └── ChecksumError

Names and attributes are botocore's, where it has the like. Google Cloud and Azure refuse by
:class:`sky_rs.cloud.gcp.HttpError` and :class:`sky_rs.cloud.azure.HttpResponseError`.
"""

from __future__ import annotations

from sky_rs.exceptions import SkyRsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict

__all__ = [
    "ChecksumError",
    "ClientError",
    "CloudError",
    "ConnectTimeoutError",
    "ConnectionClosedError",
    "EndpointConnectionError",
    "EndpointError",
    "HostNotAllowedError",
    "IncompleteReadError",
    "NoCredentialsError",
    "NoRegionError",
    "PaginationError",
    "ParamValidationError",
    "ProxyConnectionError",
    "ReadTimeoutError",
    "ResponseParserError",
    "ResponseTooLargeError",
    "StatusError",
    "TLSError",
    "TransportError",
    "WaitTimeoutError",
]


class CloudError(SkyRsError):
    """Base of what calls of clouds raise."""


class ParamValidationError(CloudError):
    """The parameters of a call do not fit its operation; nothing was sent.

    Args:
        report: What is wrong with them, each on a line of its own.
    """

    def __init__(self, report: str) -> None:
        super().__init__(f"Parameter validation failed:\n{report}")
        self.report = report
        #: As in botocore's exceptions.
        self.kwargs = {"report": report}

    def __reduce__(self) -> tuple[type[ParamValidationError], tuple[str]]:
        return type(self), (self.report,)


class ResponseParserError(CloudError):
    """A response is not what it has to be; the request may have had its effect.

    Args:
        operation: The operation's name.
        reason: What is wrong with it, and where.
    """

    def __init__(self, operation: str, reason: str) -> None:
        super().__init__(f"Unable to parse the response to {operation}: {reason}")
        self.operation = operation
        self.reason = reason

    def __reduce__(self) -> tuple[type[ResponseParserError], tuple[str, str]]:
        return type(self), (self.operation, self.reason)


class ClientError(CloudError):
    """The service refuses a call, and says why.

    Args:
        error_response: ``Error``, with ``Code`` and ``Message``, and ``ResponseMetadata``.
        operation_name: The operation.
    """

    def __init__(self, error_response: Dict[str, Any], operation_name: str) -> None:
        error = error_response.get("Error", {})
        known = error_response.get("ResponseMetadata", {})
        retries = ""
        if known.get("MaxAttemptsReached") and "RetryAttempts" in known:
            retries = f" (reached max retries: {known['RetryAttempts']})"
        super().__init__(
            f"An error occurred ({error.get('Code', 'Unknown')}) when calling the "
            f"{operation_name} operation{retries}: {error.get('Message', 'Unknown')}"
        )
        self.response = error_response
        self.operation_name = operation_name

    def __reduce__(self) -> tuple[type[ClientError], tuple[Dict[str, Any], str]]:
        return type(self), (self.response, self.operation_name)


class NoCredentialsError(CloudError):
    """There are no credentials, or not all of them."""


class NoRegionError(CloudError):
    """There is no region."""

    def __init__(self, message: str = "You must specify a region.") -> None:
        super().__init__(message)


class EndpointError(CloudError, ValueError):
    """A region or an endpoint is none."""


class HostNotAllowedError(CloudError):
    """A request would go to a host that is not allowed; nothing was sent."""


class PaginationError(CloudError):
    """Pages do not end."""


class TransportError(CloudError):
    """No whole response came; the request may have had its effect."""


class EndpointConnectionError(TransportError):
    """There is no connection to the service."""


class ConnectTimeoutError(TransportError):
    """There is no connection in time."""


class ReadTimeoutError(TransportError):
    """The service does not answer in time."""


class ConnectionClosedError(TransportError):
    """The connection was closed before a whole response came."""


class TLSError(TransportError):
    """The service cannot prove that it is the one."""


class ProxyConnectionError(TransportError):
    """There is no connection to the proxy."""


class ResponseTooLargeError(TransportError):
    """A response has more bytes than are accepted."""


class IncompleteReadError(TransportError):
    """An object's content ends too early.

    Args:
        read: How many bytes came.
        expected: How many there are.
    """

    def __init__(self, read: int, expected: int) -> None:
        super().__init__(f"{read} bytes were read, but {expected} were expected")
        self.read = read
        self.expected = expected

    def __reduce__(self) -> tuple[type[IncompleteReadError], tuple[int, int]]:
        return type(self), (self.read, self.expected)


class ChecksumError(TransportError):
    """An object's content is not what was stored.

    Args:
        expected: Its checksum as the service tells it.
        found: That of what came.
    """

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(f"Expected checksum {expected} did not match calculated checksum: {found}")
        self.expected = expected
        self.found = found

    def __reduce__(self) -> tuple[type[ChecksumError], tuple[str, str]]:
        return type(self), (self.expected, self.found)


class WaitTimeoutError(CloudError):
    """An operation was not done in time; it goes on."""


class StatusError(CloudError):
    """The state of an instance is none that is known."""
