"""Requests to clouds, as botocore's serializers write them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Dict, List, Tuple
from urllib.parse import quote, quote_plus

from sky_rs._python import cloud_xml

if TYPE_CHECKING:
    from sky_rs.cloud._models import Operation


def cloud_request(operation: Operation, fields: Dict[str, Any]) -> Dict[str, Any]:
    model = operation.model
    write = _form if model["protocol"] in ("ec2", "query") else _rest
    return {"method": model["method"], **write(model, fields)}


# Forms: what EC2 takes, and what older services take


def _form(model: Dict[str, Any], fields: Dict[str, Any]) -> Dict[str, Any]:
    form = _Form(model)
    form.pair("Action", model["operation"])
    form.pair("Version", model["version"])
    if "input" in model:
        form.add("", fields, model["input"])
    return {
        "path": model["uri"],
        "query": "",
        "headers": [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
        "body": "&".join(form.pairs),
    }


class _Form:
    def __init__(self, model: Dict[str, Any]) -> None:
        self.pairs: List[str] = []
        self._shapes = model["shapes"]
        self._ec2 = model["protocol"] == "ec2"

    def pair(self, name: str, value: str) -> None:
        # A look is quicker than encoding what needs none; names in forms never do.
        value = value if value.isalnum() and value.isascii() else quote_plus(value)
        self.pairs.append(f"{name}={value}")

    def add(self, name: str, value: Any, place: int) -> None:
        """Adds a value and what is in it, under a name that is empty for all of them."""
        shape = self._shapes[place]
        kind = shape["type"]
        if kind == "structure":
            members = shape["members"]
            start = f"{name}." if name else ""
            for key, each in value.items():
                member = members[key]
                self.add(start + member["name"], each, member["shape"])
        elif kind == "list":
            if not value and not self._ec2:
                self.pair(name, "")
            start = self._start_of_items(shape, name)
            for number, each in enumerate(value, 1):
                self.add(f"{start}.{number}", each, shape["shape"])
        elif kind == "map":
            entry, key_name, value_name = shape["names"]
            start = name if "flat" in shape else f"{name}.{entry}"
            for number, (key, each) in enumerate(value.items(), 1):
                self.pair(f"{start}.{number}.{key_name}", key)
                self.add(f"{start}.{number}.{value_name}", each, shape["shape"])
        else:
            self.pair(name, cloud_xml.scalar(value))

    def _start_of_items(self, shape: Dict[str, Any], name: str) -> str:
        """The name of a list's items, but for their numbers."""
        item: str = shape["name"]
        if self._ec2 or ("flat" in shape and not item):
            return name
        if "flat" not in shape:
            return f"{name}.{item}"
        outer, dot, _ = name.rpartition(".")
        return outer + dot + item


# Parameters in the path, the query, headers and a body


def _rest(model: Dict[str, Any], fields: Dict[str, Any]) -> Dict[str, Any]:
    if "input" not in model:
        path, _, query = model["uri"].partition("?")
        return {"path": path, "query": query, "headers": [], "body": ""}
    members = model["shapes"][model["input"]]["members"]
    labels: Dict[str, str] = {}
    pairs: List[str] = []
    headers: List[Tuple[str, str]] = []
    for key, value in fields.items():
        member = members[key]
        place = member.get("in")
        if place == "uri":
            labels[member["name"]] = cloud_xml.scalar(value)
        elif place == "query":
            pairs += _queried(member["name"], value)
        elif place == "headers":
            prefix = member["name"]
            headers += [(prefix + name, cloud_xml.scalar(each)) for name, each in value.items()]
        elif place == "header" and value != []:
            headers.append((member["name"], _header(value)))
    path, _, query = _path(model["uri"], labels).partition("?")
    body = _body(model, fields)
    in_json = body and model["protocol"] == "rest-json"
    if in_json and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    query = "&".join(filter(None, [query, *pairs]))
    return {"path": path, "query": query, "headers": headers, "body": body}


def _queried(name: str, value: Any) -> List[str]:
    """Parameters of a query: one of a list for each item, a map's under their own names."""
    if isinstance(value, dict):
        return [pair for key, each in value.items() for pair in _queried(key, each)]
    start = f"{quote(name, '')}="
    values = value if isinstance(value, list) else [value]
    return [start + quote(cloud_xml.scalar(each), "") for each in values]


def _header(value: Any) -> str:
    if not isinstance(value, list):
        return cloud_xml.scalar(value)
    return ",".join(map(_quoted, map(cloud_xml.scalar, value)))


def _quoted(text: str) -> str:
    if '"' not in text and "," not in text:
        return text
    return '"' + text.replace('"', '\\"') + '"'


def _path(uri: str, labels: Dict[str, str]) -> str:
    first, *rest = uri.split("{")
    path = [first]
    for part in rest:
        label, _, after = part.partition("}")
        greedy = label.endswith("+")
        path += [quote(labels[label.rstrip("+")], "/" if greedy else ""), after]
    return "".join(path)


def _body(model: Dict[str, Any], fields: Dict[str, Any]) -> str:
    shapes = model["shapes"]
    shape = shapes[model["input"]]
    payload = shape.get("payload")
    write = _in_json if model["protocol"] == "rest-json" else _in_xml
    if payload is None:
        return write(model, fields)
    member = shape["members"][payload]
    if shapes[member["shape"]]["type"] in ("blob", "string"):
        return ""  # the host has it
    if write is _in_xml:
        return cloud_xml.document(fields[payload], member, shapes) if payload in fields else ""
    return _json(_named(fields[payload], member["shape"], shapes) if payload in fields else {})


def _in_xml(model: Dict[str, Any], fields: Dict[str, Any]) -> str:
    """The parameters that are nowhere else, if there are any."""
    members = model["shapes"][model["input"]]["members"]
    if all("in" in members[name] for name in fields):
        return ""
    root = {"shape": model["input"], "name": model["root"]}
    if "namespace" in model:
        root["namespace"] = ["", model["namespace"]]
    return cloud_xml.document(fields, root, model["shapes"])


def _in_json(model: Dict[str, Any], fields: Dict[str, Any]) -> str:
    """The parameters that are nowhere else, if there could be any."""
    shapes = model["shapes"]
    if all("in" in member for member in shapes[model["input"]]["members"].values()):
        return ""
    return _json(_named(fields, model["input"], shapes))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _named(value: Any, place: int, shapes: List[Any]) -> Any:
    """A value with the names that it has in the request."""
    shape = shapes[place]
    kind = shape["type"]
    if kind == "structure":
        members = shape["members"]
        found = {}
        for key, each in value.items():
            member = members[key]
            if "in" not in member:
                found[member["name"]] = _named(each, member["shape"], shapes)
        return found
    if kind == "list":
        return [_named(each, shape["shape"], shapes) for each in value]
    if kind == "map":
        return {key: _named(each, shape["shape"], shapes) for key, each in value.items()}
    return value
