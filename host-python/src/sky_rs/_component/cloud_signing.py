"""Signatures of requests to AWS."""

from __future__ import annotations

from typing import Sequence

from sky_rs._component import runtime
from sky_rs._component.outcome import error_tag
from sky_rs.exceptions import ComponentError


def cloud_sign(
    request: Sequence[str], signer: Sequence[str], expires: int, encode: bool, normalize: bool
) -> str:
    signed = runtime.load().pool.call(
        "aws#sign", "\0".join(request), "\0".join(signer), expires, encode, normalize
    )
    tag = error_tag(signed)
    if tag is not None:
        raise ComponentError(f"the component cannot read a request to sign: {tag}")
    return str(signed)
