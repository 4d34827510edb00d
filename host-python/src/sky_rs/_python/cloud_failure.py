"""What services say when they refuse; `guest/src/cloud/response/failure.rs` is the same."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

from sky_rs._python import cloud_plain, cloud_xml_reader
from sky_rs._python.cloud_xml_reader import local

#: How long an error may be, in bytes.
MAX_LENGTH = 1 << 16

_SERVER = 500


def read(
    protocol: str, status: int, body: bytes, text: str
) -> Tuple[Optional[Dict[str, Any]], Optional[str]]:
    """An error, None if the status is all there is; and the request's ID if the body has it.

    Raises:
        ValueError: It is none.
    """
    stripped = body.strip()
    if status >= _SERVER and (not stripped or stripped.startswith(b"<html>")):
        return None, None
    if protocol == "rest-json":
        return (_of_json(text) if len(body) <= MAX_LENGTH else None), None
    try:
        return _of_xml(protocol, body)
    except ValueError:
        if protocol == "rest-xml":
            return None, None
        raise


def _of_xml(protocol: str, body: bytes) -> Tuple[Dict[str, Any], Optional[str]]:
    if len(body) > MAX_LENGTH:
        raise ValueError(f"an error of {len(body)} bytes is too long")
    name, fields = _tree(body)
    if protocol == "rest-xml":
        if name == "Error":
            # The headers have the request's ID, too.
            fields.pop("RequestId", None)
            fields.pop("HostId", None)
            return fields, None
        found = fields.get("Error")
        error = {"Message": "", "Code": "", **(found if type(found) is dict else {})}
        return error, _text(fields.get("RequestId"))
    if "Errors" in fields:
        errors = fields.pop("Errors")
        if type(errors) is not dict:
            raise ValueError("there is no error among the errors")
        fields.update(errors)
    request_id = fields.get("RequestId")
    if protocol == "ec2":
        request_id = fields.get("RequestID", request_id)
    found = fields.get("Error")
    return (found if type(found) is dict else {}), _text(request_id)


def _text(value: Any) -> Optional[str]:
    return value if type(value) is str else None


def _tree(body: bytes) -> Tuple[str, Dict[str, Any]]:
    """The root's name, and what is in it. Of children with one name, the first is looked into."""
    outer: List[Tuple[str, Dict[str, Any], List[str]]] = []
    closed: List[Tuple[str, Dict[str, Any]]] = []

    def start(name: str, attributes: List[str]) -> None:
        if len(outer) >= cloud_xml_reader.MAX_DEPTH or len(attributes) > cloud_xml_reader.MOST:
            raise ValueError("more than 128 elements in one another, or 64 attributes")
        outer.append((local(name), {}, []))

    def end(_name: str) -> None:
        name, children, texts = outer.pop()
        if not outer:
            closed.append((name, children))
            return
        value: Any = children or "".join(texts) or None
        siblings = outer[-1][1]
        if name not in siblings:
            siblings[name] = value
        elif type(siblings[name]) is not dict:
            siblings[name] = {}

    def text(piece: str) -> None:
        _, children, texts = outer[-1]
        if not children:
            texts.append(piece)

    cloud_xml_reader.read(body, start, end, text)
    return closed[0]


class _Found(Exception):  # noqa: N818 - not an error
    """The root's name."""


def root(body: bytes) -> Optional[str]:
    """The root's name, if the text is well-formed so far."""

    def start(name: str, _attributes: List[str]) -> None:
        raise _Found(name)

    def skip(_text: str) -> None:
        """Nothing is done with what comes before."""

    try:
        cloud_xml_reader.read(body, start, skip, skip)
    except _Found as found:
        return str(found)
    except ValueError:
        return None
    return None


def _of_json(text: str) -> Optional[Dict[str, Any]]:
    """An error as Google Cloud, Azure and OAuth have it."""
    try:
        body = cloud_plain.loads(text)
    except ValueError:
        return None
    if type(body) is not dict:
        return None
    inner: Any = body.get("error", body)
    if type(inner) is str:
        inner, code, message = {}, inner, body.get("error_description")
    elif type(inner) is dict:
        code, message = inner.get("code"), inner.get("message")
    else:
        return None
    if type(code) is int and 0 <= code < 1 << 64:
        code = str(code)
    if type(code) is not str:
        return None
    named = ("code", "message", "Code", "Message")
    others = {name: value for name, value in inner.items() if name not in named}
    return {"Code": code, "Message": message if type(message) is str else "", **others}
