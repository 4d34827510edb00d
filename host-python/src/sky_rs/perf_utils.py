"""How late an asyncio event loop is, and from when on that is too late."""

from __future__ import annotations

import asyncio
import logging
import os

from sky_rs import _sky

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

__all__ = ["LoopLagMonitor", "get_loop_lag_threshold", "get_loop_stall_threshold"]

_LAG = "SKYPILOT_DEBUG_LOOP_LAG_THRESHOLD_MS"
_STALL = "SKYPILOT_LOOP_STALL_THRESHOLD_MS"

#: Milliseconds that a loop stands still before that is a stall, unless the variable says otherwise.
_DEFAULT_STALL = 1000.0

#: Seconds between two looks, as in SkyPilot's API server.
INTERVAL = 0.1

#: Seconds for which the greatest lag is kept.
WINDOW = 30.0


def _logger() -> logging.Logger:
    return logging.getLogger("sky.utils.perf_utils" if _sky.loaded("sky_logging") else "sky_rs")


def get_loop_lag_threshold() -> Optional[float]:
    """Seconds from which on a lag is worth a warning: ``SKYPILOT_DEBUG_LOOP_LAG_THRESHOLD_MS``.

    Returns:
        Milliseconds of the variable as seconds; none if it is not set or no number.
    """
    text = os.environ.get(_LAG)
    if text is None:
        return None
    try:
        return float(text) / 1000.0
    except ValueError:
        _logger().warning("Invalid value for %s: %s", _LAG, text)
        return None


def get_loop_stall_threshold() -> Optional[float]:
    """Seconds from which on a loop has stalled: ``SKYPILOT_LOOP_STALL_THRESHOLD_MS``.

    Returns:
        Milliseconds of the variable as seconds, 1.0 if it is not set; none if it is not above zero,
        or no number.
    """
    text = os.environ.get(_STALL)
    milliseconds = _DEFAULT_STALL
    if text is not None:
        try:
            milliseconds = float(text)
        except ValueError:
            _logger().warning(
                "Invalid value for %s: %s. Event loop stall attribution is disabled.", _STALL, text
            )
            return None
    return None if milliseconds <= 0 else milliseconds / 1000.0


class LoopLagMonitor:
    """Measures how late the running event loop calls back, for the time of an ``async with`` block.

    A lag above :func:`get_loop_lag_threshold` is logged, and so is a stall above
    :func:`get_loop_stall_threshold`, once the loop is back. It takes one timer of the loop, which
    ends with the block, and no thread.

    Args:
        observe: Called with the seconds of each lag, such as a histogram's ``observe``. What it
            raises is logged once and does not end the monitor.
        interval: Seconds between two looks.
    """

    def __init__(
        self, observe: Optional[Callable[[float], Any]] = None, interval: float = INTERVAL
    ) -> None:
        if not interval > 0:
            raise ValueError(f"interval must be above 0 seconds, not {interval}")
        #: The greatest lag of the last seconds, up to a minute.
        self.greatest = 0.0
        #: How many stalls there were.
        self.stalls = 0
        self._observe = observe
        self._interval = interval
        self._lag_threshold = get_loop_lag_threshold()
        self._stall_threshold = get_loop_stall_threshold()
        self._recent = 0.0
        self._window_end = 0.0
        self._target = 0.0
        self._timer: Optional[asyncio.TimerHandle] = None

    async def __aenter__(self) -> LoopLagMonitor:
        self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Starts it on the running loop. Starting again does nothing.

        Raises:
            RuntimeError: No loop is running.
        """
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._window_end = loop.time() + WINDOW
            self._wait(loop)

    def stop(self) -> None:
        """Ends it. Ending again does nothing."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait(self, loop: asyncio.AbstractEventLoop) -> None:
        self._target = loop.time() + self._interval
        self._timer = loop.call_at(self._target, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        lag = max(0.0, now - self._target)
        if now >= self._window_end:
            self._window_end = now + WINDOW
            self._recent, self.greatest = lag, max(self._recent, lag)
        else:
            self._recent = max(self._recent, lag)
            self.greatest = max(self.greatest, lag)
        self._report(lag)
        if self._timer is not None:  # else the hook has stopped it
            self._wait(loop)

    def _report(self, lag: float) -> None:
        if self._stall_threshold is not None and lag > self._stall_threshold:
            self.stalls += 1
            _logger().warning("The event loop stalled for %s seconds.", lag)
        elif self._lag_threshold is not None and lag > self._lag_threshold:
            _logger().warning(
                "Event loop lag %s seconds exceeds threshold %s seconds.", lag, self._lag_threshold
            )
        if self._observe is not None:
            try:
                self._observe(lag)
            except Exception:
                _logger().exception(
                    "The hook of the event loop's lag failed; it is not called again."
                )
                self._observe = None
