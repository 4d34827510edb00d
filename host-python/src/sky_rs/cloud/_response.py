"""Responses, as results or errors."""

from __future__ import annotations

import http

from sky_rs.cloud import _routes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, Tuple

    from sky_rs.cloud._models import Operation


def read(
    operation: Operation, status: int, headers: Iterable[Tuple[str, str]], body: bytes
) -> Dict[str, Any]:
    """What a response says.

    Args:
        operation: The operation that was called.
        status: The status code.
        headers: Names and values; of equal names, the first counts.
        body: The body; nothing if the result has it as a stream, which the caller then adds.

    Returns:
        ``output``, the result; ``next``, the parameters of the next page or None; and
        ``request_id``. Or ``error``, with at least Code and Message where the service has them,
        and ``request_id``.

    Raises:
        ResponseParserError: The body is not well-formed, or does not fit the operation.
    """
    pairs = [(str(name), str(value)) for name, value in headers]
    answer: Dict[str, Any] = _routes.response.run(operation, status, pairs, bytes(body))
    if "error" in answer and answer["error"] is None:
        answer["error"] = of_status(status)
    return answer


def of_status(status: int) -> Dict[str, Any]:
    """The error that a status is by itself."""
    try:
        phrase = http.HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    return {"Code": str(status), "Message": phrase}
