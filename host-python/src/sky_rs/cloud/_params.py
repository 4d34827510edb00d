"""Parameters of a call: checked against the operation's model, and made plain.

Everything that is wrong with them is reported at once, in botocore's words.
"""

from __future__ import annotations

import base64
import math

from sky_rs.cloud import _timestamps
from sky_rs.cloud._customizations import customize
from sky_rs.cloud.exceptions import ParamValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Tuple

    from sky_rs.cloud._models import Operation

#: What no header can hold: it would end there, and another one begin.
_NO_HEADER = frozenset("\r\n\0")


_INFINITE = {math.inf: "Infinity", -math.inf: "-Infinity"}

#: Types of members that can be a whole body.
_BODIES = ("blob", "string")


def plain(operation: Operation, parameters: Dict[str, Any]) -> Tuple[Dict[str, Any], Any]:
    """The parameters as a backend takes them, and the body that it does not.

    Args:
        operation: The operation.
        parameters: The keyword arguments of its call.

    Returns:
        A new dict of dicts, lists, texts, numbers and truth values, with timestamps as they are
        sent, blobs in base 64, and tokens of idempotency where there were none; and the body, if
        it is bytes, text or a file by itself, or else None.

    Raises:
        ParamValidationError: The parameters do not fit the operation.
    """
    model = operation.model
    place = model.get("input")
    if place is None:
        return {}, None
    shape = model["shapes"][place]
    members = shape["members"]
    given = dict(parameters)
    for name, member in members.items():
        if member.get("idempotent") and name not in given:
            import uuid  # noqa: PLC0415 - slow, and seldom needed

            given[name] = str(uuid.uuid4())
    customize(operation.service, operation.name, given)
    walk = _Walk(model)
    fields = walk.value(given, place, "")
    if walk.errors:
        raise ParamValidationError("\n".join(walk.errors))
    _check_headers(fields, members)
    payload = shape.get("payload")
    if payload in fields and model["shapes"][members[payload]["shape"]]["type"] in _BODIES:
        return fields, fields.pop(payload)
    return fields, None


def _check_headers(fields: Dict[str, Any], members: Dict[str, Any]) -> None:
    for name, value in fields.items():
        if members[name].get("in") not in ("header", "headers"):
            continue
        parts = [value]
        if isinstance(value, dict):
            parts = [*value, *value.values()]
        elif isinstance(value, list):
            parts = value
        if not _NO_HEADER.isdisjoint("".join(map(str, parts))):
            raise ParamValidationError(
                f"Invalid value for parameter {name}, value: {value!r}, a header cannot hold line "
                "breaks and zero characters"
            )


class _Walk:
    """Goes through parameters along the shapes of a model.

    There is a method for each type of shape. It takes a value, its shape and its name in reports,
    and returns a plain form of it, which is of no use if there are errors.
    """

    def __init__(self, model: Dict[str, Any]) -> None:
        self.errors: List[str] = []
        self._shapes = model["shapes"]
        self._in_json = model["protocol"] == "rest-json"

    def value(self, value: Any, place: int, name: str) -> Any:
        shape = self._shapes[place]
        return getattr(self, f"_{shape['type']}")(value, shape, name)

    def _structure(self, value: Any, shape: Dict[str, Any], name: str) -> Any:
        if not isinstance(value, dict):
            return self._mistyped(value, name, dict)
        members = shape["members"]
        if "union" in shape and len(value) != 1:
            self._not_one(members, value, name)
        for required in shape.get("required", ()):
            if required not in value:
                self.errors.append(f'Missing required parameter in {_shown(name)}: "{required}"')
        for unknown in value:
            if unknown not in members:
                self.errors.append(
                    f'Unknown parameter in {_shown(name)}: "{unknown}", '
                    f"must be one of: {', '.join(members)}"
                )
        found = {}
        for key, each in value.items():
            member = members.get(key)
            if member is not None:
                read = self._stream if "streaming" in member else self.value
                found[key] = read(each, member["shape"], f"{name}.{key}")
        return found

    def _stream(self, value: Any, _place: int, name: str) -> Any:
        """A body, which is not looked into."""
        if isinstance(value, (bytes, bytearray, str)) or hasattr(value, "read"):
            return value
        return self._mistyped(value, name, bytes, bytearray, "file-like object")

    def _list(self, value: Any, shape: Dict[str, Any], name: str) -> Any:
        if not isinstance(value, (list, tuple)):
            return self._mistyped(value, name, list, tuple)
        self._check_min("length", len(value), shape, name)
        place = shape["shape"]
        return [self.value(each, place, f"{name}[{at}]") for at, each in enumerate(value)]

    def _map(self, value: Any, shape: Dict[str, Any], name: str) -> Any:
        if not isinstance(value, dict):
            return self._mistyped(value, name, dict)
        found = {}
        for key, each in value.items():
            text = self.value(key, shape["key"], f"{name} (key: {key})")
            found[text] = self.value(each, shape["shape"], f"{name}.{key}")
        return found

    def _string(self, value: Any, shape: Dict[str, Any], name: str) -> Any:
        if not isinstance(value, str):
            return self._mistyped(value, name, str)
        self._check_min("length", len(value), shape, name)
        return value if type(value) is str else str.__str__(value)

    def _integer(self, value: Any, shape: Dict[str, Any], name: str) -> Any:
        if not isinstance(value, int):
            return self._mistyped(value, name, int)
        self._check_min("value", value, shape, name)
        if isinstance(value, bool):
            return value if self._in_json else str(value)
        return int(value)

    def _float(self, value: Any, shape: Dict[str, Any], name: str) -> Any:
        if not isinstance(value, (float, int)):
            return self._decimal(value, shape, name)
        self._check_min("value", value, shape, name)
        if isinstance(value, float) and value in _INFINITE:
            return _INFINITE[value]
        if isinstance(value, float) and math.isnan(value):
            return "NaN"
        return str(value) if isinstance(value, bool) and not self._in_json else value

    def _decimal(self, value: Any, shape: Dict[str, Any], name: str) -> Any:
        from decimal import Decimal  # noqa: PLC0415 - slow, and seldom needed

        if not isinstance(value, Decimal):
            return self._mistyped(value, name, float, Decimal, int)
        if not value.is_finite():
            return self._float(float(value), shape, name)
        self._check_min("value", value, shape, name)
        return float(value) if self._in_json else str(value)

    def _boolean(self, value: Any, _shape: Dict[str, Any], name: str) -> Any:
        return value if isinstance(value, bool) else self._mistyped(value, name, bool)

    def _blob(self, value: Any, _shape: Dict[str, Any], name: str) -> Any:
        if hasattr(value, "read"):
            value = value.read()
        if isinstance(value, str):
            value = value.encode("utf-8")
        if not isinstance(value, (bytes, bytearray)):
            return self._mistyped(value, name, bytes, bytearray, "file-like object")
        return base64.b64encode(value).decode()

    def _timestamp(self, value: Any, shape: Dict[str, Any], name: str) -> Any:
        try:
            moment = _timestamps.parse(value)
        except ValueError:
            return self._mistyped(value, name, "<class 'datetime.datetime'>", "timestamp-string")
        if "whole" in shape:
            moment = moment.replace(microsecond=0)
        return _timestamps.write(moment, shape["format"])

    def _any(self, value: Any, _shape: Dict[str, Any], _name: str) -> Any:
        return value

    # Reports

    def _mistyped(self, value: Any, name: str, *types: Any) -> None:
        self.errors.append(
            f"Invalid type for parameter {_shown(name)}, value: {value}, type: {type(value)}, "
            f"valid types: {', '.join(map(str, types))}"
        )

    def _not_one(self, members: Any, value: Any, name: str) -> None:
        listed = f"{_shown(name)}. Can only set one of the following keys: {', '.join(members)}."
        if not value:
            listed = f"{_shown(name)}: {', '.join(members)}."
            self.errors.append(
                f"Must set one of the following keys for tagged unionstructure {listed}"
            )
        else:
            self.errors.append(
                f"Invalid number of parameters set for tagged union structure {listed}"
            )

    def _check_min(self, what: str, size: Any, shape: Dict[str, Any], name: str) -> None:
        least = shape.get("min")
        if least is not None and size < least:
            self.errors.append(
                f"Invalid {what} for parameter {_shown(name)}, value: {size}, "
                f"valid min {what}: {least}"
            )


def _shown(name: str) -> str:
    """A name as reports have it: without the dot before its first part."""
    return name[1:] if name.startswith(".") else name or "input"
