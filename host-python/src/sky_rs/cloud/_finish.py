"""What JSON cannot say of a result: moments and bytes."""

from __future__ import annotations

import binascii
import functools

from sky_rs.cloud import _moments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Set, Tuple

    from sky_rs.cloud._models import Operation

    Step = Callable[[Any], Any]


def finish(operation: Operation, output: Any) -> Any:
    """Makes datetimes and bytes of texts in a result, in place.

    Args:
        operation: The operation whose result it is.
        output: The result as the component writes it, read from JSON.

    Returns:
        The result.

    Raises:
        ValueError: A text is none of that.
    """
    return _step(operation)(output)


@functools.lru_cache(maxsize=256)
def _step(operation: Operation) -> Step:
    """What is to be done with a result. It looks only where there is something to do."""
    model = operation.model
    output = model.get("output")
    shapes: List[Dict[str, Any]] = model["shapes"]
    needing = _needing(shapes)
    if output not in needing:
        return _nothing
    steps: Dict[int, Step] = {}
    inner: List[Tuple[List[Any], List[Any]]] = []
    for place in needing:
        shape = shapes[place]
        kind = shape["type"]
        if kind == "timestamp":
            steps[place] = _moments.normal
        elif kind == "blob":
            steps[place] = binascii.a2b_base64
        else:
            # Filled when all steps are there: a shape may be inside itself.
            todo: List[Any] = []
            steps[place] = functools.partial(_STEPS[kind], todo)
            named = [("", shape["shape"])] if kind != "structure" else _members(shape)
            inner.append((todo, [pair for pair in named if pair[1] in needing]))
    for todo, named in inner:
        todo.extend((name, steps[place]) for name, place in named)
    return steps[output]


def _needing(shapes: List[Dict[str, Any]]) -> Set[int]:
    """The shapes that have moments or bytes in them."""
    needing = {
        place for place, shape in enumerate(shapes) if shape["type"] in ("timestamp", "blob")
    }
    known = -1
    while known != len(needing):
        known = len(needing)
        for place, shape in enumerate(shapes):
            if shape["type"] == "structure":
                if any(inner in needing for _, inner in _members(shape)):
                    needing.add(place)
            elif shape.get("shape") in needing:
                needing.add(place)
    return needing


def _members(shape: Dict[str, Any]) -> List[Tuple[str, int]]:
    return [(name, member["shape"]) for name, member in shape["members"].items()]


def _nothing(output: Any) -> Any:
    return output


def _structure(todo: List[Tuple[str, Step]], value: Any) -> Any:
    if value is not None:
        for name, step in todo:
            found = value.get(name)
            if found is not None:
                value[name] = step(found)
    return value


def _list(todo: List[Tuple[str, Step]], value: Any) -> Any:
    ((_, step),) = todo
    value[:] = [None if item is None else step(item) for item in value]
    return value


def _map(todo: List[Tuple[str, Step]], value: Any) -> Any:
    ((_, step),) = todo
    for name, item in value.items():
        if item is not None:
            value[name] = step(item)
    return value


_STEPS = {"structure": _structure, "list": _list, "map": _map}
