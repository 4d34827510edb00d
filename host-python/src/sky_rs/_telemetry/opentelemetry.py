"""Hands calls on to OpenTelemetry: metrics, and a span for each call."""

from __future__ import annotations

import inspect
from typing import Any, Dict, Iterable, List, Optional
from weakref import WeakKeyDictionary

from opentelemetry import metrics, trace
from opentelemetry.metrics import CallbackOptions, Meter, Observation
from opentelemetry.trace import StatusCode, Tracer

from sky_rs._telemetry import names
from sky_rs._telemetry.observer import Call, pool_state
from sky_rs._version import __version__

_SCOPE = "sky_rs"

_FUNCTION = "sky_rs.function"
_BACKEND = "sky_rs.backend"
_REASON = "sky_rs.fallback.reason"


class _Instruments:
    """What a meter has of ours. It does not give them back, so it has them once."""

    def __init__(self, meter: Meter) -> None:
        self.on = False
        self.duration = _histogram(meter, names.DURATION, "s", names.DURATIONS)
        self.batch = _histogram(meter, names.BATCH, "{item}", names.BATCHES)
        self.fallbacks = _counter(meter, names.FALLBACKS, "{call}")
        self.traps = _counter(meter, names.TRAPS, "{call}")
        self.deadlines = _counter(meter, names.DEADLINES, "{call}")
        self.started = _counter(meter, names.STARTED, "{instance}")
        self.discarded = _counter(meter, names.DISCARDED, "{instance}")
        self.hashed = _counter(meter, names.HASHED, "By")
        name, description = names.INSTANCES
        meter.create_observable_up_down_counter(
            name, [self._state], unit="{instance}", description=description
        )

    def _state(self, _options: CallbackOptions) -> Iterable[Observation]:
        if not self.on:
            return []
        return [
            Observation(number, {"state": name})
            for name, number in zip(("idle", "used"), pool_state())
        ]


_instruments: WeakKeyDictionary[Meter, _Instruments] = WeakKeyDictionary()


class OpenTelemetryExporter:
    """Records in a meter's instruments, and starts and ends spans.

    Args:
        meter: None is that of the global provider.
        tracer: Likewise.
    """

    spans = True

    def __init__(self, meter: Optional[Meter], tracer: Optional[Tracer]) -> None:
        if meter is None:
            meter = metrics.get_meter(_SCOPE, __version__)
        self._tracer = tracer or trace.get_tracer(_SCOPE, __version__)
        if meter not in _instruments:
            _instruments[meter] = _Instruments(meter)
        self._to = _instruments[meter]

    def open(self) -> None:
        """Tells the state of the pool from now on."""
        self._to.on = True

    def begin(self, call: Call) -> None:
        """Starts its span, below the one of this thread or task."""
        call.span = self._tracer.start_span(f"{_SCOPE}.{call.function}")

    def end(self, call: Call) -> None:
        """Ends its span."""
        span = call.span
        if span.is_recording():
            span.set_attributes(_attributes(call))
            if call.error is not None:
                # Without its text: that may have a file's name or a call's arguments.
                span.set_attribute("error.type", type(call.error).__qualname__)
                span.set_status(StatusCode.ERROR)
        span.end()

    def call(self, call: Call) -> None:
        """Counts a call."""
        function = {_FUNCTION: call.function}
        self._to.duration.record(call.seconds, {**function, _BACKEND: call.backend})
        if call.batch is not None:
            self._to.batch.record(call.batch, function)
        if call.hashed:
            self._to.hashed.add(call.hashed, {"sky_rs.algorithm": call.algorithm})
        for reason in call.fallbacks:
            self._to.fallbacks.add(1, {**function, _REASON: reason})
        for reason in call.failures():
            if reason in names.ARE_TRAPS:
                self._to.traps.add(1, function)
            elif reason == names.IS_LATE:
                self._to.deadlines.add(1, function)

    def instances(self, started: int, discarded: int) -> None:
        """Counts instances."""
        if started:
            self._to.started.add(started)
        if discarded:
            self._to.discarded.add(discarded)

    def after_fork(self) -> None:
        """Whether anything goes on in the child is the SDK's affair."""

    def close(self) -> None:
        """The instruments stay; they are told nothing more."""
        self._to.on = False


def _attributes(call: Call) -> Dict[str, Any]:
    attributes: Dict[str, Any] = {_FUNCTION: call.function, _BACKEND: call.backend}
    if call.fallbacks:
        attributes[_REASON] = call.fallbacks[0]
    if call.batch is not None:
        attributes["sky_rs.batch.size"] = call.batch
    if call.size is not None:
        attributes["sky_rs.size"] = call.size
        attributes["sky_rs.size.unit"] = call.unit
    if call.hashed:
        attributes["sky_rs.hashed"] = call.hashed
        attributes["sky_rs.algorithm"] = call.algorithm
    return attributes


def _histogram(meter: Meter, metric: Any, unit: str, buckets: Iterable[float]) -> Any:
    name, description = metric
    keywords: Dict[str, List[float]] = {}
    advisory = "explicit_bucket_boundaries_advisory"
    if advisory in inspect.signature(meter.create_histogram).parameters:  # not before 1.30
        keywords[advisory] = list(buckets)
    return meter.create_histogram(name, unit, description, **keywords)


def _counter(meter: Meter, metric: Any, unit: str) -> Any:
    name, description = metric
    return meter.create_counter(name, unit, description)
