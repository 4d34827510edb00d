"""Bodies of requests in XML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List
from xml.etree.ElementTree import Element, SubElement, tostring

if TYPE_CHECKING:
    #: A member's place of its shape, name, and maybe namespace.
    Member = Dict[str, Any]


def scalar(value: Any) -> str:
    """Text, a number or a truth value, in words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def document(value: Any, member: Member, shapes: List[Any]) -> str:
    """A member's value as text."""
    outside = Element("")
    _add(outside, value, member, shapes)
    return "".join(tostring(element, encoding="unicode") for element in outside)


def _add(around: Element, value: Any, member: Member, shapes: List[Any]) -> None:
    """Adds a member's element, or those of its items if it is flat."""
    shape = shapes[member["shape"]]
    kind = shape["type"]
    name = member["name"]
    flat = "flat" in shape
    element = around
    if not flat:
        element = SubElement(around, name)
        if "namespace" in member:
            prefix, uri = member["namespace"]
            element.set(f"xmlns:{prefix}" if prefix else "xmlns", uri)
    if kind == "structure":
        _add_members(element, value, shape["members"], shapes)
    elif kind == "list":
        item = {"shape": shape["shape"], "name": name if flat else shape["name"]}
        for each in value:
            _add(element, each, item, shapes)
    elif kind == "map":
        entry, key_name, value_name = shape["names"]
        inner = {"shape": shape["shape"], "name": value_name}
        for key, each in value.items():
            pair = SubElement(element, name if flat else entry)
            SubElement(pair, key_name).text = key
            _add(pair, each, inner, shapes)
    else:
        element.text = scalar(value)


def _add_members(
    element: Element, value: Dict[str, Any], members: Dict[str, Member], shapes: List[Any]
) -> None:
    for key, each in value.items():
        member = members[key]
        if "attribute" in member:
            element.set(member["name"], scalar(each))
        elif "in" not in member:
            _add(element, each, member, shapes)
