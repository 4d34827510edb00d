"""Operations of clouds in instances, each opened where it is first used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sky_rs._component.outcome import error_tag
from sky_rs.exceptions import ComponentError

if TYPE_CHECKING:
    from sky_rs._component.instance import Instance
    from sky_rs.cloud._models import Operation

#: Operations that an instance keeps: a model is a few times as large there as its text.
_KEPT = 16


def opened(instance: Instance, operation: Operation) -> Any:
    """The operation's resource in an instance, to be lent to calls and not to be dropped.

    Raises:
        ComponentError: The component cannot read the model.
    """
    kept = instance.resources
    resource = kept.get(operation)
    if resource is None:
        while len(kept) >= _KEPT:
            instance.drop(kept.pop(next(iter(kept))))
        resource = instance.call("cloud#[static]operation.open", operation.text)
        check(resource)
        kept[operation] = resource
    return resource


def check(result: Any) -> None:
    """Raises if a WIT result is an error that good arguments cannot lead to."""
    if error_tag(result) is not None:
        raise ComponentError(f"the component cannot read what it was given: {result.payload}")
