"""When a request is sent again."""

from __future__ import annotations

from typing import Optional, Tuple

#: Errors that pass.
TRANSIENT = frozenset(("RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete"))
TRANSIENT_STATUS = frozenset((0, 500, 502, 503, 504))

#: Errors of a service that is asked too often.
THROTTLED = frozenset(
    (
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
        "TooManyRequestsException", "ProvisionedThroughputExceededException",
        "TransactionInProgressException", "RequestLimitExceeded", "BandwidthLimitExceeded",
        "LimitExceededException", "RequestThrottled", "SlowDown", "PriorRequestNotComplete",
        "EC2ThrottledException",
    )
)  # fmt: skip
_TOO_MANY = 429

_COST, _THROTTLED_COST = 14, 5

# Seconds.
_SCALE, _THROTTLED_SCALE = 0.05, 1.0
_MOST = 20.0
_MOST_AFTER = 5.0


def cloud_retry(
    attempts: Tuple[int, int], status: int, code: str, after: int, chance: float
) -> Optional[Tuple[float, int]]:
    attempt, most = attempts
    throttled = code in THROTTLED or status == _TOO_MANY
    transient = code in TRANSIENT or status in TRANSIENT_STATUS
    if attempt >= most or not (throttled or transient):
        return None
    scale = _THROTTLED_SCALE if throttled else _SCALE
    # Not 2 ** attempt, which has no bound.
    seconds = chance * min(scale * 2.0 ** min(attempt - 1, 32), _MOST)
    if after >= 0:
        seconds = max(seconds, min(after / 1000, _MOST_AFTER + seconds))
    return seconds, _THROTTLED_COST if throttled else _COST
