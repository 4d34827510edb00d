"""Metrics and spans: which backend answers, how fast, and why it is not the other.

:func:`enable` hands them to prometheus_client (``pip install 'sky-rs[prometheus]'``) or to
OpenTelemetry (``pip install 'sky-rs[otel]'``), and so does ``SKY_RS_TELEMETRY=prometheus`` or
``otel``, which is read at the first call. The latter means their own registry, meters and tracers.
While telemetry is off, no call is measured.

=============================================  ================================================
``sky_rs_call_duration_seconds``               histogram by ``function`` and ``backend``: the time
                                               until the caller had an answer or an error,
                                               a vain attempt of the component included
``sky_rs_batch_size``                          histogram by ``function``: texts, files, or parts of
                                               a file, in each call for many
``sky_rs_fallbacks_total``                     calls by ``function`` and ``reason`` that Python
                                               answered since the component did not
``sky_rs_traps_total``                         calls by ``function`` that the component stopped in
                                               the middle of, at its memory limit for instance
``sky_rs_deadline_hits_total``                 calls by ``function`` that took the component longer
                                               than their deadline
``sky_rs_instances``                           gauge by ``state``: instances of the component that
                                               the pool keeps, ``idle``, or has lent, ``used``
``sky_rs_instances_started_total``,            instances that the pool has started and ended
``sky_rs_instances_discarded_total``
``sky_rs_hashed_bytes_total``                  bytes by ``algorithm`` that were hashed, those
                                               included that a failed attempt has hashed
=============================================  ================================================

In OpenTelemetry they are ``sky_rs.call.duration`` (s), ``sky_rs.batch.size``, ``sky_rs.fallbacks``,
``sky_rs.traps``, ``sky_rs.deadline_hits``, ``sky_rs.instances``, ``sky_rs.instances.started``,
``sky_rs.instances.discarded`` and ``sky_rs.hashed`` (By), with the attributes ``sky_rs.function``,
``sky_rs.backend``, ``sky_rs.fallback.reason``, ``sky_rs.algorithm`` and ``state``. Each call has a
span besides, ``sky_rs.`` and the function's name, with these attributes, its size and, if it
failed, ``error.type``.

``function``
    What was called. ``hash_files``, ``hash_tree``, ``s3_etag`` are measured as wholes; their
    ``backend`` is the component if that did a part. A call for more than 2,048 texts counts once
    for each 2,048. ``follow`` counts whenever it opens a file. The decisions behind
    ``sky_rs.subprocess_utils`` have names of their own, such as ``retry``.
``backend``
    ``component``, ``python``, or ``executor`` for ``hash_files`` in an executor's workers.
``reason``
    ``not_represented`` (the component has no form for the arguments), ``forked`` (it cannot read
    files in a forked child), ``memory_limit``, ``trap``, ``deadline``, ``unavailable`` (it cannot
    be loaded), or ``error``. Where the component is forced, there is no fallback: the caller gets
    the error, and only traps and deadlines are counted.

No label and no attribute holds anything of a call's arguments, such as a file's name, but for the
name of the algorithm: there are only so many time series, and no secrets in them.

A forked child counts its own calls, from zero. In prometheus_client's multiprocess mode
(``PROMETHEUS_MULTIPROC_DIR``, set before it is imported) every process writes files of its own, and
nothing is registered: a ``MultiProcessCollector`` adds the files up. ``sky_rs_instances`` is then
what it was when a call last ended or the pool last changed, in all processes that live. Whether
OpenTelemetry's SDK works after a fork is its own affair: set it up in the child.

The workers of an executor are processes like any other: those that are forked go on counting, and
others do if their environment has ``SKY_RS_TELEMETRY`` or if they call :func:`enable`. There each
task is a call of ``hash_files``; its bytes are counted there and not in the process that waits.

Not seen is ``hash_file`` of a SkyPilot that is patched: it is hashlib's, without a route.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Optional, Tuple

from sky_rs import _events, _loading, _routing
from sky_rs.exceptions import ConfigurationError

if TYPE_CHECKING:
    from opentelemetry.metrics import Meter
    from opentelemetry.trace import Tracer
    from prometheus_client import CollectorRegistry

    from sky_rs._telemetry.observer import Exporter

__all__ = ["OTEL", "PROMETHEUS", "disable", "enable", "enabled"]

PROMETHEUS = "prometheus"
OTEL = "otel"

# What SKY_RS_TELEMETRY may say besides.
_OFF = "off"

# What is on: the exporter's name and where it exports to.
_on: Optional[Tuple[Any, ...]] = None


def enable(
    exporter: str,
    *,
    registry: Optional[CollectorRegistry] = None,
    meter: Optional[Meter] = None,
    tracer: Optional[Tracer] = None,
) -> None:
    """Turns telemetry on, for the calls that begin from now on in all threads.

    Enabling what is on does nothing; anything else takes its place.

    Args:
        exporter: 'prometheus' or 'otel'.
        registry: Of 'prometheus': where the metrics are registered, unless in its multiprocess
            mode; prometheus_client's ``REGISTRY`` if None.
        meter: Of 'otel': what records the metrics; the global provider's if None.
        tracer: Of 'otel': what starts the spans; the global provider's if None.

    Raises:
        ConfigurationError: ``exporter`` is neither, or has no such option, or
            ``PROMETHEUS_MULTIPROC_DIR`` cannot be written.
        ImportError: The package that it needs is not installed.
        ValueError: ``registry`` has metrics of the same names; telemetry is then off.
    """
    global _on  # noqa: PLW0603 - one for the process
    _check(exporter, "exporter", (PROMETHEUS, OTEL))
    foreign = (meter, tracer) if exporter == PROMETHEUS else (registry,)
    if any(option is not None for option in foreign):
        raise ConfigurationError(
            "registry is an option of 'prometheus', meter and tracer are options of 'otel'; "
            f"exporter is {exporter!r}"
        )
    target = (registry, meter, tracer)
    # A fork must find no exporter half made, with a lock of prometheus_client's taken for instance.
    with _loading.lock:
        if _on is not None and _on[0] == exporter and all(map(operator.is_, _on[1:], target)):
            return
        made = _exporter(exporter, registry, meter, tracer)
        disable()
        made.open()
        _on = (exporter, *target)
        _observe(made)


def disable() -> None:
    """Turns telemetry off. Turning it off again does nothing.

    A registry then has no metrics of sky_rs any more, and they begin at zero when it is turned on
    again. OpenTelemetry's and those in the files of the multiprocess mode stay as they are.
    """
    global _on  # noqa: PLW0603 - one for the process
    with _loading.lock:
        _on = None
        _observe(None)


def enabled() -> Optional[str]:
    """'prometheus' or 'otel' if that is on, else None."""
    on = _on
    return None if on is None else str(on[0])


def enable_by_variable(value: str) -> None:
    """Turns telemetry on as SKY_RS_TELEMETRY says."""
    _check(value, _events.VARIABLE, (PROMETHEUS, OTEL, _OFF))
    with _loading.lock:
        if value != _OFF and _on is None:
            enable(value)


def _check(value: str, source: str, choices: Tuple[str, ...]) -> None:
    if value not in choices:
        raise ConfigurationError(
            f"{source} must be one of {', '.join(map(repr, choices))}, not {value!r}"
        )


def _exporter(name: str, registry: Any, meter: Any, tracer: Any) -> Exporter:
    try:
        if name == PROMETHEUS:
            return _loading.module("_telemetry.prometheus").PrometheusExporter(registry)  # type: ignore[no-any-return]
        return _loading.module("_telemetry.opentelemetry").OpenTelemetryExporter(meter, tracer)  # type: ignore[no-any-return]
    except ImportError as error:
        raise ImportError(
            f"telemetry to {name!r} needs a package ({error}): pip install 'sky-rs[{name}]'"
        ) from error


def _observe(exporter: Optional[Exporter]) -> None:
    before = _events.observer
    if exporter is None:
        _events.observer = None
    else:
        _events.observer = _loading.module("_telemetry.observer").Observer(exporter)
    _events.settled()
    _routing.settle()
    if before is not None:
        before.close()
