"""Whether and when a request is sent again: botocore's standard mode."""

from __future__ import annotations

import random
import time
from datetime import datetime, timedelta, timezone
from typing import Mapping, NamedTuple, Optional

from sky_rs import _limits
from sky_rs.cloud import _routes
from sky_rs.cloud._locks import Lock

#: What a client may spend on repetitions; see :class:`Quota`.
CAPACITY = 500

#: Errors that a clock gives rise to that is wrong by much.
_SKEWED = frozenset(
    (
        "RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture", "InvalidSignatureException",
        "SignatureDoesNotMatch", "AuthFailure",
    )
)  # fmt: skip
_MUCH = timedelta(minutes=4)

#: Seconds in which a wait looks whether its result is still wanted.
_LOOK = 0.25


class Backoff(NamedTuple):
    """How long to wait, and what it takes from the quota."""

    seconds: float
    cost: int


class Quota:
    """Keeps a client from repeating everything while a service is down.

    Each repetition costs something, which is given back when a request succeeds.
    """

    def __init__(self) -> None:
        self.left = CAPACITY
        self._lock = Lock()

    def take(self, cost: int) -> bool:
        """Takes so much, if there is so much."""
        with self._lock:
            if cost > self.left:
                return False
            self.left -= cost
            return True

    def give(self, amount: int) -> None:
        """Gives so much back."""
        with self._lock:
            self.left = min(self.left + amount, CAPACITY)


def decide(
    attempt: int, attempts: int, status: int, code: str, headers: Mapping[str, str]
) -> Optional[Backoff]:
    """Whether a request is to be sent again, and when.

    Args:
        attempt: The number of the attempt that failed, from 1 on.
        attempts: How many there may be.
        status: Its status code; 0 if there was no response.
        code: The code of the service's error, or ''.
        headers: Those of the response, in lower case.
    """
    after = headers.get("x-amz-retry-after", "")
    milliseconds = int(after) if after.isdecimal() and len(after) < 10 else -1
    chance = random.random()  # noqa: S311 - spreads the load
    run = _routes.retry.run
    found = run((attempt, attempts), status, code, milliseconds, chance)
    return None if found is None else Backoff(*found)


def wait(seconds: float) -> None:
    """Waits, unless the result is no longer wanted."""
    end = time.monotonic() + seconds
    while True:
        _limits.check_cancelled()
        left = end - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(left, _LOOK))


def skew(code: str, headers: Mapping[str, str], now: datetime) -> Optional[timedelta]:
    """What a clock is to be set forward by, if an error came of that.

    Args:
        code: The code of the service's error.
        headers: Those of the response, in lower case; its ``date`` is believed.
        now: The clock's time, in UTC.
    """
    if code not in _SKEWED:
        return None
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - slow, and seldom needed

    try:
        theirs = parsedate_to_datetime(headers["date"])
    except (KeyError, TypeError, ValueError):
        return None
    if theirs.tzinfo is None:
        theirs = theirs.replace(tzinfo=timezone.utc)
    difference = theirs - now
    return difference if abs(difference) > _MUCH else None
