"""What operators see: scraped from a server, added up over processes, and as spans."""

import asyncio
import concurrent.futures
import contextlib
import os
import threading
import urllib.request
from unittest import mock

import prometheus_client
import pytest
from conftest import late
from prometheus_client.parser import text_string_to_metric_families

import sky_rs
from sky_rs import _events, _host, _routing, aio, telemetry
from sky_rs.exceptions import ComponentMemoryError, ConfigurationError

TEXTS = ["ff"] * 3000


@pytest.fixture(autouse=True)
def off():
    yield
    telemetry.disable()


@pytest.fixture
def registry():
    made = prometheus_client.CollectorRegistry()
    telemetry.enable("prometheus", registry=made)
    return made


@pytest.fixture
def scrape(registry):
    """Asks a server for a number by the metric's name and labels; None if it is not there."""
    server, thread = prometheus_client.start_http_server(0, addr="127.0.0.1", registry=registry)

    def look(name, **labels):
        address = f"http://127.0.0.1:{server.server_port}/metrics"
        with urllib.request.urlopen(address, timeout=10) as answer:
            families = list(text_string_to_metric_families(answer.read().decode()))
        for family in families:
            for sample in family.samples:
                if (sample.name, sample.labels) == (name, labels):
                    return sample.value
        return None

    yield look
    server.shutdown()
    server.server_close()
    thread.join()


def test_calls_are_counted_by_function_and_backend(scrape):
    counted = "sky_rs_call_duration_seconds_count"
    for _ in range(3):
        sky_rs.format_float(1.5)
    with sky_rs.using("component"):
        sky_rs.format_float(1.5)
        with sky_rs.using("python"):
            sky_rs.format_float(1.5)
    assert scrape(counted, function="format_float", backend="python") == 4
    assert scrape(counted, function="format_float", backend="component") == 1
    assert (
        scrape("sky_rs_call_duration_seconds_sum", function="format_float", backend="component") > 0
    )
    with pytest.raises(ValueError, match="invalid literal"):
        sky_rs.base36_encode("no digits")
    assert scrape(counted, function="base36_encode", backend="python") == 1


@pytest.mark.parametrize("chosen", ["python", "component"])
def test_batches_and_bytes_are_exact(scrape, files, chosen):
    size = sum(map(os.path.getsize, files))
    told = []
    with sky_rs.using(chosen):
        sky_rs.base36_encode_many(TEXTS)
        sky_rs.truncate_long_strings(["x" * 50] * 10)
        sky_rs.hash_files(files, "SHA1", progress=told.append)
        sky_rs.hash_tree(os.path.dirname(os.path.dirname(files[0])), "sha256")
        for path in files:
            sky_rs.hash_file(path, "sha512")
        sky_rs.s3_etag(files[9], 1_000_000)
    assert sum(told) == size
    for algorithm, expected in {"sha1": size, "sha256": size, "sha512": size}.items():
        assert scrape("sky_rs_hashed_bytes_total", algorithm=algorithm) == expected
    assert scrape("sky_rs_hashed_bytes_total", algorithm="md5") == 3_000_000
    expected = {
        "base36_encode_many": (2, 3000),
        "truncate_long_strings": (1, 10),
        "hash_files": (1, 30),
        "hash_tree": (1, 30),
        "s3_etag": (1, 3),
    }
    counted = "sky_rs_call_duration_seconds_count"
    for function, (calls, items) in expected.items():
        assert scrape("sky_rs_batch_size_count", function=function) == calls
        assert scrape("sky_rs_batch_size_sum", function=function) == items
        assert scrape(counted, function=function, backend=chosen) == calls
    assert scrape(counted, function="hash_file", backend=chosen) == 30
    assert scrape(counted, function="hash_small_files", backend=chosen) is None


def test_a_fifo_and_a_growing_file_are_counted_as_read(scrape, tmp_path, monkeypatch):
    path = tmp_path / "f"
    path.write_bytes(b"x" * 1000)
    look = os.fstat

    def shorter(descriptor):
        status = list(look(descriptor))
        status[6] = 10
        return os.stat_result(status)

    monkeypatch.setattr(os, "fstat", shorter)
    sky_rs.hash_file(str(path), "md5")
    assert scrape("sky_rs_hashed_bytes_total", algorithm="md5") == 1000


@pytest.mark.needs("FIFOs")
def test_a_fifo_is_counted(scrape, tmp_path):
    path = str(tmp_path / "fifo")
    os.mkfifo(path)

    def write():
        with open(path, "wb") as file:
            file.write(b"x" * 1000)

    writer = threading.Thread(target=write)
    writer.start()
    sky_rs.hash_file(path, "sha1")
    writer.join()
    assert scrape("sky_rs_hashed_bytes_total", algorithm="sha1") == 1000


def test_why_python_answered(scrape, fresh, always, monkeypatch):
    always("truncate_long_string")
    always("get_cpu_count")
    sky_rs.truncate_long_string("x")  # whatever a process does once
    with sky_rs.limits(memory=4 * 2**20):
        assert len(sky_rs.truncate_long_string("x" * 8 * 2**20)) == 38
    with mock.patch.object(_host, "logical_cpus", lambda: late(fresh)):
        with sky_rs.limits(deadline=1):
            assert sky_rs.get_cpu_count() == 1
    with mock.patch.object(_host, "logical_cpus", side_effect=["many", 1]):
        assert sky_rs.get_cpu_count() == 1
    with sky_rs.using("component"):
        assert sky_rs.base36_encode(b"ff") == "73"
    reasons = {
        ("truncate_long_string", "memory_limit"): 1,
        ("get_cpu_count", "deadline"): 1,
        ("get_cpu_count", "trap"): 1,
        ("base36_encode", "not_represented"): 1,
        ("base36_encode", "trap"): None,
    }
    for (function, reason), calls in reasons.items():
        assert scrape("sky_rs_fallbacks_total", function=function, reason=reason) == calls
    counted = "sky_rs_call_duration_seconds_count"
    assert scrape(counted, function="get_cpu_count", backend="python") == 2
    assert scrape(counted, function="truncate_long_string", backend="component") == 1
    assert scrape("sky_rs_traps_total", function="truncate_long_string") == 1
    assert scrape("sky_rs_traps_total", function="get_cpu_count") == 1
    assert scrape("sky_rs_deadline_hits_total", function="get_cpu_count") == 1


def test_where_the_component_is_forced_its_failures_are_counted(scrape, fresh):
    with sky_rs.using("component"), sky_rs.limits(memory=4 * 2**20):
        with pytest.raises(ComponentMemoryError):
            sky_rs.truncate_long_string("x" * 8 * 2**20)
    labels = {"function": "truncate_long_string"}
    assert scrape("sky_rs_traps_total", **labels) == 1
    assert scrape("sky_rs_fallbacks_total", reason="memory_limit", **labels) is None
    assert scrape("sky_rs_call_duration_seconds_count", backend="component", **labels) == 1


def test_a_component_that_is_not_there_is_a_reason(scrape, always):
    from sky_rs._component import runtime

    always("format_float")
    with mock.patch.multiple(runtime, _loaded=None, _failure="no such thing"):
        for _ in range(2):
            sky_rs.format_float(2.5)
    labels = {"function": "format_float", "reason": "unavailable"}
    assert scrape("sky_rs_fallbacks_total", **labels) == 2


def test_the_pool_is_seen(scrape, fresh, tmp_path):
    seen = []
    path = tmp_path / "f"
    path.write_bytes(b"x" * 200_000)
    with sky_rs.using("component"):
        sky_rs.format_float(1.5)
        sky_rs.hash_files(
            [path], "md5", progress=lambda _: seen.append(scrape("sky_rs_instances", state="used"))
        )
    assert seen[0] == 1
    assert scrape("sky_rs_instances", state="used") == 0
    assert scrape("sky_rs_instances", state="idle") == fresh.pool.idle == 2
    assert scrape("sky_rs_instances_started_total") == 2
    fresh.pool.close()
    assert scrape("sky_rs_instances_discarded_total") == 2
    assert scrape("sky_rs_instances", state="idle") == 0


def test_following_counts_whenever_a_file_is_opened(scrape, tmp_path):
    path = tmp_path / "log"
    path.write_text("1\n")
    counted = "sky_rs_call_duration_seconds_count"
    for chosen in ("python", "component"):
        with sky_rs.using(chosen):
            assert list(sky_rs.follow(str(path), stop=lambda: True)) == ["1\n"]
        assert scrape(counted, function="follow", backend=chosen) == 1
    with sky_rs.using("component"):
        list(sky_rs.follow(str(path), encoding="latin-1", stop=lambda: True))
    labels = {"function": "follow", "reason": "not_represented"}
    assert scrape("sky_rs_fallbacks_total", **labels) == 1


def test_calls_of_a_progress_callback_are_calls_of_their_own(scrape, files):
    sky_rs.hash_files(files[:5], "md5", progress=lambda _: sky_rs.hash_files([files[0]], "sha1"))
    labels = {"function": "hash_files", "backend": "python"}
    assert scrape("sky_rs_call_duration_seconds_count", **labels) == 6
    assert scrape("sky_rs_batch_size_sum", function="hash_files") == 10


def test_the_threads_of_an_executor_count_what_they_do(scrape, files):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        sky_rs.hash_files(files, "md5", executor=pool, max_workers=3)
    counted = "sky_rs_call_duration_seconds_count"
    assert scrape(counted, function="hash_files", backend="executor") == 1
    assert scrape(counted, function="hash_files", backend="python") == 3
    size = sum(map(os.path.getsize, files))
    assert scrape("sky_rs_hashed_bytes_total", algorithm="md5") == size


def test_all_threads_and_tasks_are_counted_and_none_twice(scrape):
    def work(_):
        for _ in range(200):
            sky_rs.format_float(1.5)
            with sky_rs.using("component"):
                sky_rs.format_float(1.5)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    counted = "sky_rs_call_duration_seconds_count"
    for chosen in ("python", "component"):
        assert scrape(counted, function="format_float", backend=chosen) == 1600
    asyncio.run(aio.read_last_n_lines(__file__, 1))
    assert scrape(counted, function="read_last_n_lines", backend="python") == 1


def test_without_telemetry_every_route_is_as_it_was(registry):
    telemetry.disable()
    for _ in range(2):
        sky_rs.format_float(1.5), sky_rs.base36_encode("ff"), sky_rs.hash_file(__file__, "md5")
    before = {name: route.run for name, route in _routing.ROUTES.items()}
    assert before["format_float"] is _routing.ROUTES["format_float"].python
    telemetry.enable("prometheus", registry=registry)
    assert _routing.ROUTES["format_float"].run is not before["format_float"]
    with sky_rs.using("component"):
        telemetry.disable()
        assert _routing.ROUTES["format_float"].run == _routing.ROUTES["format_float"].decide
        telemetry.enable("prometheus", registry=registry)
    telemetry.disable()
    telemetry.disable()
    assert {name: route.run for name, route in _routing.ROUTES.items()} == before
    assert _events.observer is None
    assert prometheus_client.generate_latest(registry) == b""


def test_turning_it_on_again_does_nothing_and_another_takes_its_place(registry):
    observer = _events.observer
    telemetry.enable("prometheus", registry=registry)
    assert _events.observer is observer
    sky_rs.format_float(1.5)
    other = prometheus_client.CollectorRegistry()
    telemetry.enable("prometheus", registry=other)
    assert prometheus_client.generate_latest(registry) == b""
    assert b"sky_rs_call_duration_seconds" in prometheus_client.generate_latest(other)
    assert telemetry.enabled() == "prometheus"
    telemetry.disable()
    assert telemetry.enabled() is None


def test_many_may_turn_it_on_and_off_while_others_call(registry):
    stop = threading.Event()

    def switch(_):
        while not stop.is_set():
            telemetry.enable("prometheus", registry=registry)
            with sky_rs.using("component"):
                telemetry.disable()

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        switches = [pool.submit(switch, number) for number in range(2)]
        try:
            for _ in range(2000):
                assert sky_rs.format_float(2.5) == "2.5"
        finally:
            stop.set()
        for done in switches:
            done.result()
    telemetry.disable()
    assert prometheus_client.generate_latest(registry) == b""


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (["statsd"], {}, "exporter must be one of 'prometheus', 'otel', not 'statsd'"),
        (["otel"], {"registry": object()}, "registry is an option of 'prometheus'"),
        (["prometheus"], {"meter": object()}, "meter and tracer are options of 'otel'"),
    ],
)
def test_what_is_no_choice_is_a_clear_error(arguments, options, message):
    with pytest.raises(ConfigurationError, match=message):
        telemetry.enable(*arguments, **options)
    assert telemetry.enabled() is None


class Exporter:
    """Does in the middle of its work what a signal's handler might."""

    spans = False

    def __init__(self, work):
        self.calls = []
        self.work = work

    def call(self, call):
        self.calls.append(call.function)
        self.work()

    def begin(self, call):
        pass

    end = begin

    def instances(self, *_):
        pass

    def close(self):
        pass


@contextlib.contextmanager
def observing(exporter):
    from sky_rs._telemetry.observer import Observer

    telemetry.disable()
    with mock.patch.object(_events, "observer", Observer(exporter)):
        _routing.settle()
        yield
    _routing.settle()


def test_a_handler_may_call_while_something_is_counted():
    exporter = Exporter(lambda: len(exporter.calls) > 3 or sky_rs.format_float(1.5))
    with observing(exporter):
        assert sky_rs.base36_encode("ff") == "73"
    assert exporter.calls == ["base36_encode", *["format_float"] * 3]


def test_an_exporter_that_fails_costs_no_call(caplog):
    def fail():
        raise OSError("disk full")

    with observing(Exporter(fail)):
        assert [sky_rs.base36_encode("ff") for _ in range(3)] == ["73"] * 3
    assert [record.getMessage() for record in caplog.records] == [
        "telemetry is incomplete: disk full"
    ]
