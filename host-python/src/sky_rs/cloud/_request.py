"""Requests, before they are signed."""

from __future__ import annotations

from sky_rs.cloud import _params, _routes
from sky_rs.cloud.exceptions import ParamValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Tuple

    from sky_rs.cloud._models import Operation


class Request:
    """What to send, but for the host and the signature."""

    __slots__ = ("body", "headers", "method", "path", "query")

    def __init__(
        self, method: str, path: str, query: str, headers: List[Tuple[str, str]], body: Any
    ) -> None:
        self.method = method
        #: Percent-encoded; empty for S3's bucket itself.
        self.path = path
        #: Percent-encoded, without the question mark; may be empty.
        self.query = query
        self.headers = headers
        #: Bytes, or what the caller gave as a body: bytes, a bytearray, or a file.
        self.body = body

    def url(self, endpoint: str) -> str:
        """The URL at an endpoint: scheme and host, and maybe a path, such as S3's bucket."""
        base, _, query = endpoint.partition("?")
        scheme, _, rest = base.partition("://")
        host, slash, folder = rest.partition("/")
        folder = slash + folder
        if self.path in ("", "/"):
            path = folder or "/"
        else:
            path = (folder[:-1] if folder.endswith("/") else folder) + self.path
        query = "&".join(filter(None, (query, self.query)))
        return f"{scheme}://{host}{path}" + (f"?{query}" if query else "")


def write(operation: Operation, parameters: Dict[str, Any]) -> Request:
    """The request for a call of an operation.

    Args:
        operation: The operation.
        parameters: The keyword arguments of the call.

    Raises:
        ParamValidationError: The parameters do not fit the operation.
    """
    fields, body = _params.plain(operation, parameters)
    try:
        written = _routes.request.run(operation, fields)
        if body is None:
            body = written["body"]
        if isinstance(body, str):
            body = body.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ParamValidationError(
            f"Invalid text in input, value: {error.object!r}: a surrogate is no character"
        ) from error
    headers = [(name, value) for name, value in written["headers"]]
    return Request(written["method"], written["path"], written["query"], headers, body)
