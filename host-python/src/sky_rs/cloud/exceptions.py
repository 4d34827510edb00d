"""What calls of clouds raise.

SkyRsError
└── CloudError
    ├── ParamValidationError    parameters do not fit the operation
    └── ResponseParserError     a response is not what it has to be
"""

from __future__ import annotations

from sky_rs.exceptions import SkyRsError

__all__ = ["CloudError", "ParamValidationError", "ResponseParserError"]


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
