"""Responses of clouds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Dict, List, Tuple

from sky_rs import _limits
from sky_rs._component import cloud, runtime
from sky_rs._component.outcome import error_tag
from sky_rs.cloud import _finish
from sky_rs.cloud.exceptions import ResponseParserError

if TYPE_CHECKING:
    from sky_rs._component.instance import Instance
    from sky_rs.cloud._models import Operation

#: Bytes of a body to read in one step. In between, Ctrl-C is heard.
STEP = 4 << 20

#: A longer body makes an instance grow to several times of it. A new one is cheap beside it.
_LARGE = 4 << 20


def cloud_response(
    operation: Operation, status: int, headers: List[Tuple[str, str]], body: bytes
) -> Dict[str, Any]:
    try:
        if not body.isascii():
            # The component takes nothing else for text. It gets the bytes themselves.
            body.decode("utf-8")
        named = json.dumps(headers, ensure_ascii=False)
        with runtime.load().pool.lend(()) as instance:
            instance.grown = instance.grown or len(body) > _LARGE
            text = _read(instance, cloud.opened(instance, operation), status, named, body)
        if error_tag(text) == "malformed":
            raise ResponseParserError(operation.name, text.payload)
        cloud.check(text)
        answer: Dict[str, Any] = json.loads(text)
        if "output" in answer:
            _finish.finish(operation, answer["output"])
    except ValueError as error:
        raise ResponseParserError(operation.name, str(error)) from error
    return answer


def _read(instance: Instance, operation: Any, status: int, headers: str, body: bytes) -> Any:
    """What a response says, in JSON, or a WIT error."""
    reading = instance.call("cloud#[method]operation.response", operation, status, headers, body)
    if error_tag(reading) is not None:
        return reading
    more = True
    while more is True:
        _limits.check_cancelled()
        more = instance.call("cloud#[method]response.step", reading, STEP)
    said = instance.call("cloud#[method]response.take", reading) if more is False else more
    instance.drop(reading)
    return said
