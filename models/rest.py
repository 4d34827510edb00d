"""The models of services that speak JSON: what Google Cloud and Azure have in common."""

import json

COMPACT = (",", ":")


def index(source, endpoint, operations, **more):
    return {
        **source,
        **more,
        "protocol": "rest-json",
        "endpoint": endpoint,
        "operations": {name: name for name in sorted(operations)},
    }


def model(head, parameters, page, read):
    """A model that begins with its name, version, method and path.

    `read` is an example of what is read of the result: None for all of it.
    """
    shapes = []
    members = {}
    required = []
    for key, (wire, where, kind) in parameters.items():
        place = shape(shapes, kind)
        members[key] = {"shape": place, "name": wire, "in": where}
        if where == "uri":
            required.append(key)
    inputs = shape(shapes, {"type": "structure", "members": members, "required": required})
    fields = {
        **head,
        "protocol": "rest-json",
        "input": inputs,
        "output": None if read is None else projection(shapes, read),
        "page": page,
        "shapes": shapes,
    }
    fields = {key: value for key, value in fields.items() if value is not None}
    return json.dumps(fields, separators=COMPACT, ensure_ascii=False) + "\n"


def shape(shapes, wanted):
    """The place of a shape, which is added if it is not there."""
    if wanted not in shapes:
        shapes.append(wanted)
    return shapes.index(wanted)


def projection(shapes, read):
    """The shape of an example: dicts are structures, lists have one item, None is anything."""
    if read is None:
        return shape(shapes, {"type": "any"})
    if isinstance(read, list):
        return shape(shapes, {"type": "list", "shape": projection(shapes, read[0]), "name": ""})
    members = {
        key: {"shape": projection(shapes, inner), "name": key} for key, inner in read.items()
    }
    return shape(shapes, {"type": "structure", "members": members})
