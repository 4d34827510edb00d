"""Responses of clouds; the component's `guest/src/cloud/response.rs` says what is made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple

from sky_rs._python import cloud_elements, cloud_failure, cloud_plain, cloud_scalars
from sky_rs.cloud.exceptions import ResponseParserError

if TYPE_CHECKING:
    from sky_rs.cloud._models import Operation

Headers = List[Tuple[str, str]]

_IDS = {
    "rest-xml": ("x-amzn-requestid", "x-amz-request-id"),
    "rest-json": ("x-amzn-requestid", "x-amz-request-id", "x-ms-request-id"),
}

_FIRST_FAILURE = 301


def cloud_response(
    operation: Operation, status: int, headers: Headers, body: bytes
) -> Dict[str, Any]:
    try:
        text = body.decode("utf-8")
        model = operation.model
        ids = _IDS.get(model["protocol"], ())
        known = {name.lower(): value for name, value in reversed(headers)}
        request_id = next((known[name] for name in ids if name in known), None)
        if status >= _FIRST_FAILURE or _refused(model, body):
            error, inner_id = cloud_failure.read(model["protocol"], status, body, text)
            return {"error": error, "request_id": inner_id or request_id}
        output = _members(model, status, headers, known)
        found, inner_id = _body(operation, body, text)
    except (ValueError, RecursionError) as error:
        raise ResponseParserError(operation.name, str(error)) from error
    if type(found) is dict:
        output.update(found)
        found = output
    return {
        "output": found,
        "next": _next(model, found),
        "request_id": inner_id if inner_id is not None else request_id,
    }


def _body(operation: Operation, body: bytes, text: str) -> Tuple[Any, Optional[str]]:
    """What the body says of the result."""
    model = operation.model
    if model["protocol"] == "rest-json":
        return cloud_plain.read(model, text), None
    if model["protocol"] == "rest-xml" and (
        model.get("output") is None or not body or _streams(model)
    ):
        return _empty(model), None
    found, request_id = cloud_elements.read(operation, body)
    payload = cloud_elements.payload(model)
    return ({payload[0]: found} if payload else found), request_id


def _empty(model: Dict[str, Any]) -> Dict[str, Any]:
    """What there is of a result without a body."""
    payload = cloud_elements.payload(model)
    if payload is None or _streams(model):
        return {}
    name, shape = payload
    return {name: [] if shape["type"] == "list" else {}}


def _refused(model: Dict[str, Any], body: bytes) -> bool:
    """Whether S3 says in a body that it could not do what it had begun with status 200."""
    checked = model["protocol"] == "rest-xml" and "output" in model and not _streams(model)
    return checked and b"<Error" in body and cloud_failure.root(body) == "Error"


def _streams(model: Dict[str, Any]) -> bool:
    """Whether the body is one member, bytes or text: the caller has it."""
    payload = cloud_elements.payload(model)
    return payload is not None and payload[1]["type"] in ("blob", "string")


def _members(
    model: Dict[str, Any], status: int, headers: Headers, known: Dict[str, str]
) -> Dict[str, Any]:
    """The members of the result that are in headers or are the status."""
    found: Dict[str, Any] = {}
    if "output" not in model or model["protocol"] not in _IDS:
        return found
    for name, member in model["shapes"][model["output"]]["members"].items():
        where, wire = member.get("in"), member["name"]
        if where == "status":
            found[name] = status
        elif where == "headers":
            size = len(wire)
            found[name] = {
                header[size:]: value
                for header, value in headers
                if header[:size].lower() == wire.lower()
            }
        elif where == "header" and wire.lower() in known:
            try:
                found[name] = _scalar(model, member["shape"], known[wire.lower()])
            except ValueError:
                # Whoever stored the object may have written anything.
                if name != "Expires":
                    raise
    return found


def _scalar(model: Dict[str, Any], place: int, text: str) -> Any:
    shape = model["shapes"][place]
    if shape["type"] == "list":
        return [_scalar(model, shape["shape"], part.strip()) for part in text.split(",")]
    reader = cloud_scalars.READERS.get(shape["type"])
    return text if reader is None else reader(text)


def _next(model: Dict[str, Any], output: Any) -> Optional[Dict[str, Any]]:
    """The parameters of the next page."""
    page = model.get("page")
    if page is None or type(output) is not dict:
        return None
    if "more" in page and output.get(page["more"]) is not True:
        return None
    tokens = {
        name: output[member]
        for member, name in zip(page["output"], page["input"])
        if output.get(member) not in ("", None)
    }
    return tokens or None
