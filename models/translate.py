"""An operation of botocore's as a model of ours: README.md defines the format."""

import json
import re

from botocore.utils import is_json_value_header

LOCATIONS = {
    "header": "header",
    "headers": "headers",
    "querystring": "query",
    "statusCode": "status",
    "uri": "uri",
}
TYPES = {
    "blob": "blob",
    "boolean": "boolean",
    "character": "string",
    "double": "float",
    "float": "float",
    "integer": "integer",
    "long": "integer",
    "string": "string",
}
FORMATS = {"iso8601": "iso8601", "rfc822": "rfc822", "unixTimestamp": "unix"}

PLAIN_NAME = re.compile(r"[A-Za-z0-9._-]+")


def model(operation, pages):
    """The model of an operation (botocore's OperationModel), as a dict to be written as JSON."""
    protocol = operation.service_model.protocol
    shapes = Shapes(protocol)
    inputs = shapes.add_tree(operation.input_shape, incoming=True)
    outputs = shapes.add_tree(operation.output_shape, incoming=False)
    fields = {
        "operation": operation.name,
        "protocol": protocol,
        "version": operation.metadata["apiVersion"],
        "method": operation.http.get("method", "POST"),
        "uri": uri(operation),
        "root": None,
        "namespace": None,
        "input": inputs,
        "output": outputs,
        "wrapper": None,
        "page": page(operation, pages),
        "shapes": shapes.all,
    }
    if inputs is not None and protocol == "rest-xml":
        fields["root"] = operation.input_shape.serialization.get("name")
        fields["namespace"] = (namespace(operation.input_shape) or [None, None])[1]
    if outputs is not None:
        fields["wrapper"] = operation.output_shape.serialization.get("resultWrapper")
    return {name: value for name, value in fields.items() if value is not None}


def uri(operation):
    """The path without the bucket of S3, which may as well be in the host's name."""
    path = operation.http.get("requestUri", "/")
    bucket = "/{Bucket}"
    if operation.service_model.service_name == "s3" and path.startswith(bucket):
        return path[len(bucket) :]
    return path


def page(operation, pages):
    """How further pages are asked for, if there may be any."""
    found = pages.get(operation.name)
    if found is None:
        return None
    names = {
        "output": as_list(found["output_token"]),
        "input": as_list(found["input_token"]),
        "more": found.get("more_results"),
        "limit": found.get("limit_key"),
        "result": as_list(found["result_key"]),
        "keep": found.get("non_aggregate_keys"),
    }
    for name in [*names["output"], *names["result"], *as_list(names["more"])]:
        if name is not None and not name.isidentifier():
            raise ValueError(f"{operation.name}: {name!r} is no member, but an expression")
    return {name: value for name, value in names.items() if value is not None}


def as_list(value):
    return value if isinstance(value, list) else [value]


def namespace(shape):
    """A prefix (or nothing) and a URI, if the shape's element has to say so."""
    found = shape.serialization.get("xmlNamespace")
    if found is None:
        return None
    return ["", found] if isinstance(found, str) else [found.get("prefix", ""), found["uri"]]


class Shapes:
    """The shapes of one operation, each once; others name them by their places."""

    def __init__(self, protocol):
        self.protocol = protocol
        self.all = []
        self._places = {}

    def add_tree(self, shape, *, incoming):
        """The place of the shape of the parameters (``incoming``) or of the result, if any."""
        return None if shape is None else self._add(shape, incoming, None)

    def _add(self, shape, incoming, location):
        build = getattr(self, f"_{shape.type_name}", None)
        if build is None or is_json_value_header(shape) or getattr(shape, "is_document_type", 0):
            content = self._scalar(shape, incoming, location)
            key = json.dumps(content)
        else:
            # Before its members, since these may have one of the same shape.
            content = {}
            key = (incoming, shape.name, shape.serialization.get("flattened", False))
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = len(self.all)
            self.all.append(content)
            if not content:
                content.update(build(shape, incoming))
        return place

    def _scalar(self, shape, incoming, location):
        if shape.type_name == "timestamp":
            written = shape.serialization.get("timestampFormat") or self._format(location)
            content = {"type": "timestamp", "format": FORMATS[written]}
            in_header = incoming and location in ("header", "headers")
            return {**content, "whole": True} if in_header else content
        kind = "any" if is_json_value_header(shape) else TYPES.get(shape.type_name, "any")
        return {"type": kind, **self._least(shape, incoming)}

    def _format(self, location):
        """How moments are written, where the shape does not say."""
        if location in ("header", "headers"):
            return "rfc822"
        in_body = location is None
        return "unixTimestamp" if in_body and self.protocol == "rest-json" else "iso8601"

    def _least(self, shape, incoming):
        return {"min": shape.metadata["min"]} if incoming and "min" in shape.metadata else {}

    def _structure(self, shape, incoming):
        content = {"type": "structure"}
        if incoming and shape.metadata.get("required"):
            content["required"] = shape.metadata["required"]
        if incoming and shape.is_tagged_union:
            content["union"] = True
        payload = shape.serialization.get("payload")
        if payload:
            content["payload"] = payload
        content["members"] = {
            name: self._member(name, member, incoming, payload)
            for name, member in shape.members.items()
        }
        return content

    def _member(self, name, member, incoming, payload):
        location = LOCATIONS.get(member.serialization.get("location"))
        content = {
            "shape": self._add(member, incoming, location),
            "name": self._wire_name(name, member, incoming),
            "in": location,
            "attribute": bool(member.serialization.get("xmlAttribute")),
            "namespace": namespace(member),
            "idempotent": incoming and bool(member.metadata.get("idempotencyToken")),
            "streaming": name == payload and member.type_name == "blob",
        }
        return {
            key: value for key, value in content.items() if value is not None and value is not False
        }

    def _wire_name(self, name, member, incoming):
        found = self._written_name(name, member, incoming)
        if incoming and self.protocol in ("ec2", "query") and not PLAIN_NAME.fullmatch(found):
            raise ValueError(f"{name}: {found!r} would have to be encoded in a form")
        return found

    def _written_name(self, name, member, incoming):
        written = member.serialization.get("name")
        if incoming and self.protocol == "ec2":
            if "queryName" in member.serialization:
                return member.serialization["queryName"]
            return written[0].upper() + written[1:] if written else name
        if not incoming and member.type_name == "list" and member.serialization.get("flattened"):
            # In a flat list there is no element but the items'.
            return member.member.serialization.get("name") or written or name
        return written or name

    def _list(self, shape, incoming):
        flat = bool(shape.serialization.get("flattened"))
        item = shape.member.serialization.get("name")
        content = {
            "type": "list",
            "shape": self._add(shape.member, incoming, shape.serialization.get("location")),
            "name": item or ("" if flat else "member"),
            **self._least(shape, incoming),
        }
        return {**content, "flat": True} if flat else content

    def _map(self, shape, incoming):
        names = ["entry"]
        for part, default in ((shape.key, "key"), (shape.value, "value")):
            names.append(part.serialization.get("name", default))
        content = {
            "type": "map",
            "shape": self._add(shape.value, incoming, None),
            "key": self._add(shape.key, incoming, None),
            "names": names,
        }
        flat = bool(shape.serialization.get("flattened"))
        return {**content, "flat": True} if flat else content
