"""The models of operations, as they lie in the package. models/README.md defines their format."""

from __future__ import annotations

import functools
import json
import os

import sky_rs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict

# Services that have no partitions.
_ELSEWHERE = ("azure", "gcp")


class Operation:
    """One operation of a service.

    Args:
        service: The service's name, such as 'ec2'.
        name: The operation's, such as 'DescribeInstances'.
        text: Its model, in JSON.
    """

    __slots__ = ("_model", "name", "service", "text")

    def __init__(self, service: str, name: str, text: str) -> None:
        self.service = service
        self.name = name
        self.text = text
        self._model: Dict[str, Any] = {}

    @property
    def model(self) -> Dict[str, Any]:
        """Its model, parsed when it is first asked for. Not to be changed."""
        if not self._model:
            self._model = json.loads(self.text)
        return self._model

    def __repr__(self) -> str:
        return f"Operation({self.service!r}, {self.name!r})"


# Two threads that ask at once for the same may both read it; each gets a whole one.


@functools.lru_cache(maxsize=None)
def operation(service: str, name: str) -> Operation:
    """An operation by its service's name and its own, such as 'DescribeInstances'.

    Raises:
        ValueError: The package has no model of it.
    """
    known = index(service)["operations"].values()
    if name not in known:
        raise ValueError(f"{service} has no operation {name!r} here, only {', '.join(known)}")
    return Operation(service, name, _text(f"{service}/{name}.json"))


@functools.lru_cache(maxsize=None)
def index(service: str) -> Dict[str, Any]:
    """What there is of a service, and its ``operations`` by their names in Python.

    Raises:
        ValueError: The package has nothing of it.
    """
    if service not in _ELSEWHERE and service not in partitions()["services"]:
        known = [*partitions()["services"], *_ELSEWHERE]
        raise ValueError(f"{service!r} is no service known here, only {', '.join(known)}")
    found: Dict[str, Any] = json.loads(_text(f"{service}/index.json"))
    return found


@functools.lru_cache(maxsize=None)
def partitions() -> Dict[str, Any]:
    """Where AWS's services are."""
    found: Dict[str, Any] = json.loads(_text("partitions.json"))
    return found


def _text(name: str) -> str:
    # Not by importlib.resources, which takes longer to import than all of this; the package may be
    # in a zip.
    loader: Any = sky_rs.__spec__.loader
    folder = os.path.join(os.path.dirname(sky_rs.__file__), "cloud", "models")
    content: bytes = loader.get_data(os.path.join(folder, *name.split("/")))
    return content.decode("utf-8")
