"""Results from XML, made while expat reads it: there is no tree, but for the open elements.

The component's `guest/src/cloud/response/elements.rs` does the same, and says what is done with
elements that nobody expects.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple

from sky_rs._python import cloud_scalars, cloud_xml_reader

if TYPE_CHECKING:
    from sky_rs.cloud._models import Operation

#: What an element is, of which only the innermost matters: nothing that is known, a structure, a
#: list, a map, an entry of one, text, text that an element has ended, what is around a result,
#: what is said about it, and nothing yet.
_UNKNOWN, _STRUCTURE, _LIST, _MAP, _ENTRY, _TEXT, _OVER, _ROOT, _METADATA, _START = range(10)

_NOTHING: Any = object()

#: A kind and what goes with it: the members of a structure; what an item of a list is; the names
#: of a key and a value, and what a value is; how text is read, or None if it stays text.
Node = Tuple[int, Any]


class Plan:
    """What the elements of an operation's result are.

    A member's entry has its name in Python, its node, and whether it is flat. The members that are
    attributes are together under the name that no element has.
    """

    def __init__(self, model: Dict[str, Any]) -> None:
        self._shapes = model["shapes"]
        self._nodes: Dict[int, Node] = {}
        #: Whether the request's ID is in the root.
        self.ids = model["protocol"] == "ec2"
        self.wrapper = model.get("wrapper")
        output = model.get("output")
        self.root: Optional[Node] = None
        if output is not None:
            shape = self._shapes[output]
            name = shape.get("payload")
            self.root = self._node(shape["members"][name]["shape"] if name else output)

    def _node(self, place: int) -> Node:
        node = self._nodes.get(place)
        if node is not None:
            return node
        shape = self._shapes[place]
        kind = shape["type"]
        if kind == "structure":
            members: Dict[str, Any] = {}
            node = self._nodes[place] = (_STRUCTURE, members)
            for name, member in reversed(list(shape["members"].items())):
                if member.get("attribute"):
                    members.setdefault("", []).insert(0, (name, member["name"]))
                elif "in" not in member:
                    flat = self._shapes[member["shape"]].get("flat", False)
                    members[member["name"]] = (name, self._node(member["shape"]), flat)
            return node
        if kind in ("list", "map"):
            inner: List[Any] = []
            node = (_LIST, inner) if kind == "list" else (_MAP, inner)
            self._nodes[place] = node
            inner.append(self._node(shape["shape"]))
            inner.extend(shape["names"][1:] if kind == "map" else ())
            return node
        node = self._nodes[place] = (_TEXT, cloud_scalars.READERS.get(kind))
        return node


def payload(model: Dict[str, Any]) -> Optional[Tuple[str, Dict[str, Any]]]:
    """The member of the result that is the whole body, if one is: its name and shape."""
    shapes = model["shapes"]
    shape = shapes[model["output"]] if "output" in model else {}
    name = shape.get("payload")
    return None if name is None else (name, shapes[shape["members"][name]["shape"]])


@functools.lru_cache(maxsize=256)
def plan(operation: Operation) -> Plan:
    return Plan(operation.model)


def read(operation: Operation, body: bytes) -> Tuple[Any, Optional[str]]:  # noqa: PLR0915 - states
    """The result that a body has, and the request's ID if the body has it.

    Raises:
        ValueError: The body is not well-formed, or does not fit the model.
    """
    known = plan(operation)
    # The state: what the innermost element is, what goes with it, and what is being made of it. Of
    # text, `value` is where it belongs: a name or place in what is outside, or a list.
    kind = _START
    node: Any = None
    value: Any = None
    outer: List[Tuple[int, Any, Any]] = []
    texts: List[str] = []
    results: List[Any] = []
    ids: List[str] = []
    push, pop, clear = outer.append, outer.pop, texts.clear

    def open_value(child: Node, place: Any) -> None:
        """Begins a value that belongs to a place of the value outside."""
        nonlocal kind, node, value
        kind, node = child
        if kind == _TEXT:
            clear()
            value = place
            return
        made: Any = [] if kind == _LIST else {}
        if type(place) is list:
            place.append(made)
        else:
            value[place] = made
        value = made

    def open_member(name: str) -> None:
        nonlocal kind, node, value
        entry = node.get(name)
        if entry is None and ":" in name:
            name = cloud_xml_reader.local(name)
            entry = node.get(name)
        if entry is None:
            if known.ids and len(outer) == 2 and name == "requestId":
                kind, node, value = _TEXT, None, ids
                clear()
            else:
                kind = _UNKNOWN
            return
        key, child, flat = entry
        if flat:
            is_list = child[0] == _LIST
            made = value.setdefault(key, [] if is_list else {})
            if is_list:
                open_value(child[1][0], made)
            else:
                kind, node, value = _ENTRY, child[1], [_NOTHING, _NOTHING, made]
        elif key in value:
            kind = _UNKNOWN
        elif child[0] == _TEXT:
            kind, node = child
            clear()
            value = key
        else:
            open_value(child, key)

    def open_other(name: str) -> None:
        nonlocal kind, node, value
        name = cloud_xml_reader.local(name)
        if kind == _ENTRY:
            if name == node[1]:
                open_value((_TEXT, None), 0)
            elif name == node[2]:
                open_value(node[0], 1)
            else:
                raise ValueError("an entry of a map has neither a key nor a value here")
        elif kind == _MAP:
            kind, value = _ENTRY, [_NOTHING, _NOTHING, value]
        elif kind == _START:
            wrapped = known.wrapper is not None or known.root is None
            if known.root is None or wrapped:
                kind = _ROOT
            else:
                open_value(known.root, results)
        elif kind == _ROOT and known.root is not None and name == known.wrapper and not results:
            open_value(known.root, results)
        elif kind == _ROOT and name == "ResponseMetadata":
            kind = _METADATA
        elif (kind == _METADATA and name == "RequestId") or (
            kind == _ROOT and known.ids and name == "requestId"
        ):
            open_value((_TEXT, None), ids)
        else:
            kind = _UNKNOWN

    def start(name: str, attributes: List[str]) -> None:
        nonlocal kind
        if len(outer) >= cloud_xml_reader.MAX_DEPTH or len(attributes) > cloud_xml_reader.MOST:
            raise ValueError("more than 128 elements in one another, or 64 attributes")
        if kind == _TEXT:
            push((_OVER, node, (value, "".join(texts))))
            kind = _UNKNOWN
            return
        push((kind, node, value))
        if kind == _STRUCTURE:
            open_member(name)
        elif kind == _LIST:
            open_value(node[0], value)
        elif kind == _OVER:
            kind = _UNKNOWN
        elif kind != _UNKNOWN:
            open_other(name)
        if attributes and kind == _STRUCTURE and "" in node:
            _add_attributes(value, node[""], attributes)

    def end(_name: str) -> None:
        nonlocal kind, node, value
        if kind == _TEXT:
            text, place = "".join(texts), value
        elif kind == _OVER:
            place, text = value
        else:
            if kind == _ENTRY:
                key, item, made = value
                if key is _NOTHING or item is _NOTHING:
                    raise ValueError("an entry of a map without key or value")
                made[key] = item
            kind, node, value = pop()
            return
        read = text if node is None else node(text)
        kind, node, value = pop()
        if type(place) is list:
            place.append(read)
        else:
            value[place] = read

    cloud_xml_reader.read(body, start, end, texts.append)
    if known.root is None:
        results.append({})
    if not results:
        raise ValueError("there is no result in it")
    return results[0], ids[0] if ids else None


def _add_attributes(made: Dict[str, Any], members: List[Any], attributes: List[str]) -> None:
    pairs = list(zip(attributes[::2], attributes[1::2]))
    for key, known in members:
        for name, value in pairs:
            if _same(name, known):
                made[key] = value
                break


def _same(name: str, known: str) -> bool:
    """Whether an attribute is the one that the model names: its prefix may be any other."""
    prefix, colon, rest = name.partition(":")
    _, known_colon, known_rest = known.partition(":")
    if colon and known_colon:
        return prefix != "xmlns" and rest == known_rest
    return not colon and not known_colon and name == known
