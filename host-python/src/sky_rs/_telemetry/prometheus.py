"""Hands calls on to prometheus_client, in one process or in its multiprocess mode."""

from __future__ import annotations

import os
from typing import Any, Dict, Iterable, Optional, Tuple

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from sky_rs import _events
from sky_rs._telemetry import names
from sky_rs._telemetry.observer import Call, pool_state
from sky_rs.exceptions import ConfigurationError

_DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"


class PrometheusExporter:
    """Counts in memory for a registry, or in the files of the multiprocess mode.

    Args:
        registry: What is scraped; None is prometheus_client's own. In the multiprocess mode a
            MultiProcessCollector finds the files, and nothing is registered.

    Raises:
        ConfigurationError: The directory of the multiprocess mode cannot be written.
    """

    spans = False

    def __init__(self, registry: Optional[CollectorRegistry]) -> None:
        self._registry = REGISTRY if registry is None else registry
        # prometheus_client has decided when it was imported.
        self._shared = values.ValueClass is not values.MutexValue
        if self._shared:
            directory = os.environ.get(_DIRECTORY, "")
            if not os.access(directory, os.W_OK):
                raise ConfigurationError(
                    f"{_DIRECTORY} must be a directory that can be written, not {directory!r}"
                )
        self._make()

    def open(self) -> None:
        """Registers the metrics.

        Raises:
            ValueError: The registry has metrics of these names.
        """
        if not self._shared:
            self._registry.register(self)

    def _make(self) -> None:
        # Registered as one, by this: a forked child makes its own without the registry, whose lock
        # another thread of the parent's may have held.
        own = self._own = None if self._shared else CollectorRegistry()
        self._children: Dict[Tuple[Any, ...], Any] = {}
        self._state = (-1, -1)
        self._duration = Histogram(
            *_named(names.DURATION, "_seconds"),
            ("function", "backend"),
            registry=own,
            buckets=names.DURATIONS,
        )
        self._batch = Histogram(
            *_named(names.BATCH), ("function",), registry=own, buckets=names.BATCHES
        )
        self._fallbacks = Counter(*_named(names.FALLBACKS), ("function", "reason"), registry=own)
        self._traps = Counter(*_named(names.TRAPS), ("function",), registry=own)
        self._deadlines = Counter(*_named(names.DEADLINES), ("function",), registry=own)
        self._started = Counter(*_named(names.STARTED), registry=own)
        self._discarded = Counter(*_named(names.DISCARDED), registry=own)
        self._hashed = Counter(*_named(names.HASHED, "_bytes"), ("algorithm",), registry=own)
        if self._shared:
            self._instances = Gauge(
                *_named(names.INSTANCES), ("state",), registry=None, multiprocess_mode="livesum"
            )

    def describe(self) -> Iterable[Metric]:
        """The metrics, for the registry to find those that are there twice."""
        return self.collect()

    def collect(self) -> Iterable[Metric]:
        """The metrics as they are now."""
        if self._own is not None:
            if _events.observer is not None:
                _events.observer.flush()
            yield from self._own.collect()
            idle, used = pool_state()
            family = GaugeMetricFamily(*_named(names.INSTANCES), labels=("state",))
            family.add_metric(("idle",), idle)
            family.add_metric(("used",), used)
            yield family

    def begin(self, call: Call) -> None:
        """Not asked for."""

    def end(self, call: Call) -> None:
        """Not asked for."""

    def call(self, call: Call) -> None:
        """Counts a call."""
        function = call.function
        self._child(self._duration, function, call.backend).observe(call.seconds)
        if call.batch is not None:
            self._child(self._batch, function).observe(call.batch)
        if call.hashed:
            self._child(self._hashed, call.algorithm).inc(call.hashed)
        for reason in call.fallbacks:
            self._child(self._fallbacks, function, reason).inc()
        for reason in call.failures():
            if reason in names.ARE_TRAPS:
                self._child(self._traps, function).inc()
            elif reason == names.IS_LATE:
                self._child(self._deadlines, function).inc()
        if self._shared:
            self._tell_state()

    def instances(self, started: int, discarded: int) -> None:
        """Counts instances."""
        if started:
            self._started.inc(started)
        if discarded:
            self._discarded.inc(discarded)
        if self._shared:
            self._tell_state()

    def after_fork(self) -> None:
        """Begins at zero; the multiprocess mode does so by itself, in a file of the child's."""
        if not self._shared:
            self._make()
        self._state = (-1, -1)

    def close(self) -> None:
        """Takes the metrics out of the registry. What is in files stays there."""
        if not self._shared:
            self._registry.unregister(self)
        else:
            self._instances.labels("idle").set(0)
            self._instances.labels("used").set(0)

    def _child(self, metric: Any, *labels: str) -> Any:
        """The metric with these labels; looking that up there takes long."""
        key = (metric, *labels)
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = metric.labels(*labels)
        return child

    def _tell_state(self) -> None:
        """Writes the state of the pool, which nobody can ask for in another process."""
        state = pool_state()
        if state != self._state:
            self._state = state
            for name, number in zip(("idle", "used"), state):
                self._child(self._instances, name).set(number)


def _named(metric: Tuple[str, str], unit: str = "") -> Tuple[str, str]:
    name, description = metric
    return name.replace(".", "_") + unit, description
