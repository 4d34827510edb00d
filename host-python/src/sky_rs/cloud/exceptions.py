"""What calls of clouds raise.

SkyRsError
└── CloudError
    ├── ParamValidationError    parameters do not fit the operation
    ├── ResponseParserError     a response is not what it has to be
    ├── ResponseTooLargeError   a response is longer than any should be
    ├── NoCredentialsError      there is nothing to prove with who asks
    ├── HostNotAllowedError     a request would go elsewhere than to the service
    ├── EndpointConnectionError the service cannot be reached, or the connection broke
    │   ├── ConnectTimeoutError
    │   └── ReadTimeoutError
    ├── PaginationError         pages follow one another without an end
    ├── WaitTimeoutError        an operation was not done in time
    └── StatusError             the state of an instance is none that is known

A refusal is the cloud's own: :class:`sky_rs.cloud.gcp.HttpError`,
:class:`sky_rs.cloud.azure.HttpResponseError`.
"""

from __future__ import annotations

from sky_rs.exceptions import SkyRsError

__all__ = [
    "CloudError",
    "ConnectTimeoutError",
    "EndpointConnectionError",
    "HostNotAllowedError",
    "NoCredentialsError",
    "PaginationError",
    "ParamValidationError",
    "ReadTimeoutError",
    "ResponseParserError",
    "ResponseTooLargeError",
    "StatusError",
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


class ResponseTooLargeError(CloudError):
    """A response is longer than any should be; the rest of it was not read."""


class NoCredentialsError(CloudError):
    """There is nothing to prove with who asks, or it was refused; nothing was asked."""


class HostNotAllowedError(CloudError):
    """A request would go elsewhere than to the service; it was not sent."""


class EndpointConnectionError(CloudError):
    """The service cannot be reached, or the connection to it broke."""


class ConnectTimeoutError(EndpointConnectionError):
    """The service did not take a connection in time."""


class ReadTimeoutError(EndpointConnectionError):
    """The service did not answer in time; the request may have had its effect."""


class PaginationError(CloudError):
    """Pages follow one another without an end, or do not say what comes next."""


class WaitTimeoutError(CloudError):
    """An operation was not done in time; it goes on."""


class StatusError(CloudError):
    """The state of an instance is none that is known."""
