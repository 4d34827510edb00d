"""What OpenTelemetry gets: a span for each call, and metrics."""

import os

import pytest
from conftest import run

import sky_rs
from sky_rs import telemetry


@pytest.fixture
def otel():
    """What OpenTelemetry has: spans, and numbers by metric and attributes."""
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    spans, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracers, meters = TracerProvider(), MeterProvider([reader])
    tracers.add_span_processor(SimpleSpanProcessor(spans))

    def numbers():
        found = {}
        for resource in reader.get_metrics_data().resource_metrics:
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    for point in metric.data.data_points:
                        value = getattr(point, "value", None)
                        key = (metric.name, *sorted(point.attributes.values()))
                        found[key] = point.count if value is None else value
        return found

    options = {"meter": meters.get_meter("test"), "tracer": tracers.get_tracer("test")}
    telemetry.enable("otel", **options)
    yield spans, numbers, options
    telemetry.disable()
    tracers.shutdown()
    meters.shutdown()


def test_a_span_for_each_call(otel, tmp_path):
    spans, _, options = otel
    path = tmp_path / "secret"
    path.write_bytes(b"x" * 1000)
    with options["tracer"].start_as_current_span("request") as request:
        sky_rs.base36_encode("ff")
        with sky_rs.using("component"):
            sky_rs.base36_encode(b"ff")
            sky_rs.truncate_long_strings(["x" * 50] * 3)
            sky_rs.hash_files([path], "md5")
        with pytest.raises(FileNotFoundError):
            sky_rs.hash_file(str(path) + "!", "md5")
    *calls, _ = spans.get_finished_spans()
    assert all(span.parent.span_id == request.get_span_context().span_id for span in calls)
    assert all(span.end_time >= span.start_time for span in calls)
    short = [
        {key.replace("sky_rs.", ""): value for key, value in span.attributes.items()}
        for span in calls
    ]
    assert [span.name for span in calls] == [f"sky_rs.{each['function']}" for each in short]
    text = {"function": "base36_encode", "backend": "python", "size.unit": "characters"}
    assert short == [
        {**text, "size": 2},
        {**text, "size": 0, "fallback.reason": "not_represented"},
        {"function": "truncate_long_strings", "backend": "component", "batch.size": 3},
        {
            "function": "hash_files",
            "backend": "component",
            "batch.size": 1,
            "hashed": 1000,
            "algorithm": "md5",
        },
        {
            "function": "hash_file",
            "backend": "python",
            "size": 0,
            "size.unit": "bytes",
            "error.type": "FileNotFoundError",
        },
    ]
    assert not any("secret" in span.to_json() for span in calls)
    assert [span.status.is_ok for span in calls] == [True] * 4 + [False]


def test_opentelemetrys_metrics(fresh, otel, always):
    _, numbers, options = otel
    always("truncate_long_string")
    for _ in range(2):
        sky_rs.base36_encode_many(["ff"])
    with sky_rs.limits(memory=4 * 2**20):
        sky_rs.truncate_long_string("x" * 8 * 2**20)
    sky_rs.hash_file(__file__, "md5")
    found = numbers()
    assert found["sky_rs.call.duration", "base36_encode_many", "python"] == 2
    assert found["sky_rs.batch.size", "base36_encode_many"] == 2
    assert found["sky_rs.fallbacks", "memory_limit", "truncate_long_string"] == 1
    assert found["sky_rs.traps", "truncate_long_string"] == 1
    assert found["sky_rs.hashed", "md5"] == os.path.getsize(__file__)
    assert (found["sky_rs.instances.started",], found["sky_rs.instances.discarded",]) == (1, 1)
    assert found["sky_rs.instances", "idle"] == fresh.pool.idle
    telemetry.disable()
    sky_rs.hash_file(__file__, "md5")
    assert ("sky_rs.instances", "idle") not in numbers()
    telemetry.enable("otel", **options)  # the meter has the instruments already
    sky_rs.hash_file(__file__, "md5")
    assert numbers()["sky_rs.hashed", "md5"] == 2 * os.path.getsize(__file__)


def test_opentelemetry_without_an_sdk_records_nothing():
    code = """
import sky_rs
from sky_rs import telemetry
telemetry.enable("otel")
print(sky_rs.base36_encode("ff"), telemetry.enabled())
"""
    assert run(code).split() == ["73", "otel"]
