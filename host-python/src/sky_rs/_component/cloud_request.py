"""Requests to clouds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Dict

from sky_rs._component import cloud, runtime

if TYPE_CHECKING:
    from sky_rs.cloud._models import Operation


def cloud_request(operation: Operation, fields: Dict[str, Any]) -> Dict[str, Any]:
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    with runtime.load().pool.lend(()) as instance:
        resource = cloud.opened(instance, operation)
        written = instance.call("cloud#[method]operation.request", resource, text)
        cloud.check(written)
    request: Dict[str, Any] = json.loads(written)
    return request
