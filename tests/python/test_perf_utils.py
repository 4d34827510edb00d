"""How late an event loop is."""

import asyncio
import logging
import time

import pytest

from sky_rs import perf_utils
from sky_rs.perf_utils import LoopLagMonitor, get_loop_lag_threshold, get_loop_stall_threshold

LAG = "SKYPILOT_DEBUG_LOOP_LAG_THRESHOLD_MS"
STALL = "SKYPILOT_LOOP_STALL_THRESHOLD_MS"


@pytest.fixture(autouse=True)
def unset(monkeypatch):
    monkeypatch.delenv(LAG, raising=False)
    monkeypatch.delenv(STALL, raising=False)


# What SkyPilot's functions give; nan equals nothing, so numbers are compared as texts.
@pytest.mark.parametrize(
    ("text", "lag", "stall"),
    [
        (None, "None", "1.0"),
        ("100", "0.1", "0.1"),
        ("2500", "2.5", "2.5"),
        ("0", "0.0", "None"),
        ("-5", "-0.005", "None"),
        ("-0.0", "-0.0", "None"),
        ("abc", "None", "None"),
        ("", "None", "None"),
        ("inf", "inf", "inf"),
        ("nan", "nan", "nan"),
        (" 5 ", "0.005", "0.005"),
        ("1e3", "1.0", "1.0"),
        ("0.0001", "1.0000000000000001e-07", "1.0000000000000001e-07"),
    ],
)
def test_thresholds(text, lag, stall, monkeypatch, caplog):
    if text is not None:
        monkeypatch.setenv(LAG, text)
        monkeypatch.setenv(STALL, text)
    assert (str(get_loop_lag_threshold()), str(get_loop_stall_threshold())) == (lag, stall)
    invalid = text in ("abc", "")
    assert [record.getMessage() for record in caplog.records] == invalid * [
        f"Invalid value for {LAG}: {text}",
        f"Invalid value for {STALL}: {text}. Event loop stall attribution is disabled.",
    ]


def monitored(work, **options):
    """Runs a coroutine with a monitor, and returns the monitor."""

    async def main():
        async with LoopLagMonitor(**options) as monitor:
            await work(monitor)
        return monitor

    return asyncio.run(main())


async def block(seconds):
    await asyncio.sleep(0.02)
    time.sleep(seconds)
    await asyncio.sleep(0.02)


def test_a_loop_that_stands_still(caplog, monkeypatch):
    monkeypatch.setenv(STALL, "100")
    lags = []
    monitor = monitored(lambda _: block(0.3), observe=lags.append, interval=0.01)
    assert max(lags) == monitor.greatest >= 0.25
    assert monitor.stalls >= 1
    assert min(lags) >= 0
    assert "The event loop stalled for" in caplog.text


def test_a_lag_is_told_if_that_is_wanted(caplog, monkeypatch):
    monitored(lambda _: block(0.1), interval=0.01)
    assert "Event loop lag" not in caplog.text
    monkeypatch.setenv(LAG, "50")
    monkeypatch.setenv(STALL, "0")
    monitor = monitored(lambda _: block(0.1), interval=0.01)
    assert "exceeds threshold 0.05 seconds." in caplog.text
    assert monitor.stalls == 0


def test_it_ends_with_the_block():
    async def main():
        seen = []
        async with LoopLagMonitor(seen.append, interval=0.001) as monitor:
            monitor.start()  # it runs already
            await asyncio.sleep(0.05)
        monitor.stop()
        after = len(seen)
        assert after
        await asyncio.sleep(0.05)
        assert len(seen) == after

    asyncio.run(main())


def test_it_ends_with_a_cancelled_task():
    async def main():
        seen = []

        async def work():
            async with LoopLagMonitor(seen.append, interval=0.001):
                await asyncio.sleep(60)

        task = asyncio.ensure_future(work())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        after = len(seen)
        await asyncio.sleep(0.05)
        assert len(seen) == after > 0

    asyncio.run(main())


def test_a_hook_that_fails_is_not_called_again(caplog):
    calls = []

    def hook(lag):
        calls.append(lag)
        raise ZeroDivisionError

    monitor = monitored(lambda _: block(0.05), observe=hook, interval=0.001)
    assert len(calls) == 1
    assert monitor.greatest > 0
    assert "ZeroDivisionError" in caplog.text


def test_a_hook_may_end_it():
    seen = []

    async def work(monitor):
        monitor._observe = lambda lag: (seen.append(lag), monitor.stop())
        await asyncio.sleep(0.05)

    monitored(work, interval=0.001)
    assert len(seen) == 1


def test_an_old_peak_is_forgotten(monkeypatch):
    monkeypatch.setattr(perf_utils, "WINDOW", 0.1)

    async def work(monitor):
        await block(0.3)
        assert monitor.greatest >= 0.25
        await asyncio.sleep(0.5)

    assert monitored(work, interval=0.01).greatest < 0.25


@pytest.mark.parametrize("interval", [0, -1, float("nan")])
def test_intervals_are_above_zero(interval):
    with pytest.raises(ValueError, match="interval must be above 0"):
        LoopLagMonitor(interval=interval)


def test_there_must_be_a_loop():
    with pytest.raises(RuntimeError):
        LoopLagMonitor().start()


def test_warnings_go_where_skypilots_go(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "sky.sky_logging", logging)
    assert perf_utils._logger().name == "sky.utils.perf_utils"
