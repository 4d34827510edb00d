"""When requests are sent again: as botocore's standard mode has it."""

import itertools
import random
import threading
from datetime import datetime, timedelta, timezone
from unittest import mock

import pytest
from botocore.retries import quota, standard

import sky_rs
from sky_rs import _limits
from sky_rs.cloud import _retries, _routes
from sky_rs.cloud.config import Config
from sky_rs.exceptions import ConfigurationError

STATUSES = [0, 200, 301, 400, 403, 404, 408, 429, 500, 501, 502, 503, 504, 599]
CODES = [
    "", "AccessDenied", "Throttling", "ThrottlingException", "RequestLimitExceeded", "SlowDown",
    "RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete", "InternalError",
    "EC2ThrottledException", "TooManyRequestsException", "BandwidthLimitExceeded", "Unknown",
]  # fmt: skip


OPERATION = mock.Mock(error_shapes=[])
OPERATION.service_model.service_name = "ec2"


def theirs(attempt, attempts, status, code, after, chance):
    response = None
    parsed = None
    caught = standard.TransientRetryableChecker._TRANSIENT_EXCEPTION_CLS[0](error=None)
    if status:
        headers = {} if after is None else {"x-amz-retry-after": after}
        response = mock.Mock(status_code=status, headers=headers)
        parsed = {"Error": {"Code": code}} if code else {}
        caught = None
    context = standard.RetryContext(
        attempt_number=attempt,
        http_response=response,
        parsed_response=parsed,
        caught_exception=caught,
        request_context={},
        operation_model=OPERATION,
    )
    if not standard.StandardRetryConditions(attempts).is_retryable(context):
        return None
    detector = standard.ThrottlingErrorDetector(standard.RetryEventAdapter())
    backoff = standard.ExponentialBackoff(random=lambda: chance, throttling_detector=detector)
    checker = standard.RetryQuotaChecker(quota.RetryQuota(), detector)
    checker.acquire_retry_quota(context)
    return backoff.delay_amount(context), context.request_context["retry_quota_capacity"]


@pytest.mark.parametrize("backend", ["component", "python"])
def test_decisions_are_botocores(backend):
    chances = random.Random(7)
    afters = [None, "0", "1500", "86400000", "-5", "soon"]
    histories = itertools.product([1, 2, 3, 9], [1, 3, 10], STATUSES, CODES, afters)
    with sky_rs.using(backend):
        for attempt, attempts, status, code, after in histories:
            if not status and (code or after):
                continue
            chance = chances.random()
            headers = {} if after is None else {"x-amz-retry-after": after}
            with mock.patch.object(_retries.random, "random", lambda chance=chance: chance):
                found = _retries.decide(attempt, attempts, status, code, headers)
            expected = theirs(attempt, attempts, status, code, after, chance)
            assert found == (None if expected is None else pytest.approx(expected))


def test_the_quota_is_botocores():
    theirs, ours = quota.RetryQuota(), _retries.Quota()
    chance = random.Random(7)
    for _ in range(5000):
        if chance.random() < 0.7:
            cost = chance.choice([5, 14])
            assert ours.take(cost) == theirs.acquire(cost)
        else:
            amount = chance.choice([1, 5, 14])
            ours.give(amount)
            theirs.release(amount)
        assert ours.left == theirs.available_capacity


@pytest.mark.parametrize("backend", ["component", "python"])
def test_waits_are_bounded_whatever_the_numbers(backend):
    most = (1 << 32) - 1
    with sky_rs.using(backend):
        seconds, _ = _routes.retry.run((most - 1, most), 429, "", (1 << 63) - 1, 1.0)
        assert seconds == 25.0
        assert _routes.retry.run((most, most), 500, "", -1, 1.0) is None


def test_a_wait_ends_if_nobody_waits_for_its_result():
    event = threading.Event()
    threading.Timer(0.1, event.set).start()

    def wait():
        _limits.cancel_with(event)
        with pytest.raises(_limits.Cancelled):
            _retries.wait(60)

    thread = threading.Thread(target=wait)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()


def test_clocks_that_are_wrong():
    now = datetime(2024, 5, 6, 7, 8, tzinfo=timezone.utc)
    late = {"date": "Mon, 06 May 2024 09:08:00 GMT"}
    assert _retries.skew("RequestTimeTooSkewed", late, now) == timedelta(hours=2)
    assert _retries.skew("AccessDenied", late, now) is None
    assert _retries.skew("RequestExpired", {"date": "Mon, 06 May 2024 07:09:00 GMT"}, now) is None
    for date in ("", "yesterday", "Mon, 99 May 2024 09:08:00 GMT"):
        assert _retries.skew("RequestExpired", {"date": date}, now) is None
    assert _retries.skew("RequestExpired", {}, now) is None


@pytest.mark.parametrize(
    ("retries", "attempts"),
    [
        (None, 3),
        ({}, 3),
        ({"max_attempts": 0}, 1),
        ({"total_max_attempts": 7, "max_attempts": 1}, 7),
    ],
)
def test_how_often(retries, attempts):
    assert Config(retries=retries).attempts == attempts


@pytest.mark.parametrize(
    "retries", [{"total_max_attempts": 0}, {"max_attempts": -1}, {"max_attempts": "a"}]
)
def test_how_often_not(retries):
    with pytest.raises((ConfigurationError, TypeError)):
        Config(retries=retries)
