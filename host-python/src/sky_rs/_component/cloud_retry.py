"""When a request is sent again."""

from __future__ import annotations

from typing import Optional, Tuple

from sky_rs._component import runtime
from sky_rs.exceptions import ComponentError

#: The longest wait, in seconds.
_MOST = 25.0


def cloud_retry(
    attempts: Tuple[int, int], status: int, code: str, after: int, chance: float
) -> Optional[Tuple[float, int]]:
    found = runtime.load().pool.call("aws#retry", *attempts, status, code, after, chance)
    if found is None:
        return None
    seconds, cost = found.seconds, found.cost
    if not 0 <= seconds <= _MOST:
        raise ComponentError(f"the component's {seconds} s are not from 0 to {_MOST:g}")
    return seconds, cost
