"""The table of measured routes, and what follows from it on this machine."""

import threading

import pytest

import sky_rs
from sky_rs import _hashlib_speed, _host, _routes_table, _routing, hashing
from sky_rs._message import Message
from sky_rs._telemetry.observer import Call
from sky_rs.cloud import _routes


@pytest.mark.parametrize(
    ("ratios", "scale", "least"),
    [
        ({}, 1, None),
        ({1: 0.5, 10: 1.2, 100: 1.3}, 1, 10),
        ({100: 1.3, 10: 1.2, 1: 0.5}, 1, 10),
        ({1: 2.0, 10: 1.0, 100: 2.0}, 1, 100),  # one size in between is enough to doubt
        ({1: 2.0, 10: 2.0, 100: 1.09}, 1, None),  # so is a lead that may be chance
        ({1: 1.1}, 1, 1),
        ({1: 0.2, 10: 0.5, 100: 0.6}, 2, 100),
        ({1: 1.5, 10: 1.5}, 0.5, None),
    ],
)
def test_the_threshold_is_where_the_component_stays_ahead(ratios, scale, least):
    assert _routing.threshold(ratios, scale) == least


def test_every_function_has_been_measured():
    measured = set(_routing.ROUTES) & {*sky_rs.__all__, _routes.response.name}
    assert set(_routes_table.RATIOS) == measured
    for name, kinds in _routes_table.RATIOS.items():
        for kind, ratios in kinds.items():
            assert list(ratios) == sorted(ratios), (name, kind)
            assert all(ratio > 0 for ratio in ratios.values()), (name, kind)


@pytest.fixture
def route(monkeypatch):
    """Makes a route whose backends answer with their names, for a table of ratios."""
    monkeypatch.setattr(_routing, "ROUTES", {})

    def make(ratios, **options):
        monkeypatch.setattr(_routing, "RATIOS", {"f": ratios})
        made = _routing.Route("f", "none", **options)
        made.python, made.component = (lambda *_: "python"), (lambda *_: "component")
        return made

    return make


@pytest.fixture(params=["off", "on"])
def answers(request):
    """Which backends answer a route's calls while telemetry is off or on."""

    def watched(route, call):
        noted = Call(None, "f")
        answer = route.answer(noted, call)
        assert noted.backend == answer
        return answer

    def ask(route, *calls):
        if request.param == "off":
            return [route.run(*call) for call in calls]
        return [watched(route, call) for call in calls]

    return ask


def test_size_and_kind_decide(route, answers):
    made = route(
        {"md5": {10: 0.5, 20: 1.5, 30: 1.5}, "sha1": {10: 0.5}},
        size=lambda size, _kind: size,
        unit="bytes",
        kind=lambda _size, kind: kind,
    )
    calls = ((19, "md5"), (20, "md5"), (99, "sha1"), (99, "unheard of"))
    assert answers(made, *calls) == ["python", "component", "python", "python"]
    with sky_rs.using("python"):
        assert made.run(20, "md5") == "python"
    with sky_rs.using("component"):
        assert made.run(19, "md5") == "component"
    rows = [tuple(row.values()) for row in sky_rs.routes()["f"]]
    assert rows == [
        ("md5", 10, "bytes", "python", 0.5),
        ("md5", 20, "bytes", "component", 1.5),
        ("md5", 30, "bytes", "component", 1.5),
        ("sha1", 10, "bytes", "python", 0.5),
    ]


@pytest.mark.parametrize(
    ("ratios", "answer"), [({0: 0.5, 200: 1.5}, "python"), ({0: 1.5, 200: 1.5}, "component")]
)
def test_without_a_size_the_component_has_to_win_them_all(route, ratios, answer):
    assert route({"": ratios}).run() == answer


def test_a_function_that_was_not_measured_is_answered_in_python(route):
    made = route({}, size=lambda size: size)
    assert made.run(10**9) == "python"
    assert made.run is made.python


def test_the_machine_is_asked_once_and_only_where_it_could_matter(route, answers):
    asked = []

    def scale(kind):
        asked.append(kind)
        return {"sha256": 4.0, "sha512": 1.0}[kind]

    made = route(
        {
            "md5": {10: 0.01, 1000: 0.02},
            "sha256": {10: 0.2, 100: 0.3, 1000: 0.4},
            "sha512": {10: 0.2, 100: 0.3, 1000: 0.4},
        },
        size=lambda size, _kind: size,
        kind=lambda _size, kind: kind,
        scale=scale,
    )
    assert answers(made, (9999, "md5"), (99, "sha256"), (99, "sha512")) == ["python"] * 3
    assert asked == []
    calls = ((100, "sha256"), (1000, "sha512"), (100, "sha256"), (99, "sha256"))
    assert answers(made, *calls) == ["component", "python", "component", "python"]
    assert asked == ["sha256", "sha512"]
    shown = {(row["kind"], row["size"]): row["route"] for row in made.table()}
    assert shown["sha256", 100] == "component"
    assert {shown["md5", 1000], shown["sha512", 1000]} == {"python"}


def test_a_route_that_the_machine_rules_out_settles(route):
    made = route({"": {10: 1.0}}, size=lambda size: size, scale=lambda _: 1.0)
    assert made.run(10) == "python"
    assert made.run is made.python


def test_the_table_shows_what_the_machine_says(route):
    made = route({"": {10: 0.5}}, size=lambda size: size, scale=lambda _: 1.0)
    assert [row["route"] for row in made.table()] == ["python"]


@pytest.mark.parametrize(
    ("sizes", "threads", "counted"),
    [
        ([], 1, 0),
        ([9] * 16, 2, 144),
        ([9] * 15, 2, 0),
        ([9] * 16, 4, 0),  # four lanes in each thread
        ([9] * 16, 99, 0),
        ([9] * 64, 99, 576),  # more threads than processors
        ([1000, *[9] * 63], 2, 0),  # most of the time one message alone
        ([None, *[9] * 64], 2, 576),
    ],
)
def test_messages_count_that_keep_lanes_busy(sizes, threads, counted, monkeypatch):
    monkeypatch.setattr(_host, "affinity", lambda: 4)
    messages = [Message("path", size) for size in sizes]
    assert hashing._hash_files.size(messages, "md5", threads, None) == counted


@pytest.fixture
def unmeasured(monkeypatch):
    """A process in which hashlib has not been measured."""
    monkeypatch.setattr(_hashlib_speed, "_rates", {})


def test_hashlib_is_measured_once(unmeasured, monkeypatch):
    first = {name: _hashlib_speed.rate(name) for name in ("md5", "sha256")}
    assert all(1e6 < rate < 1e12 for rate in first.values())
    monkeypatch.setattr(_hashlib_speed, "_seconds", lambda _: pytest.fail("measured again"))
    assert {name: _hashlib_speed.rate(name) for name in first} == first


def test_the_scale_compares_hashlib_there_and_here(unmeasured, monkeypatch):
    monkeypatch.setattr(_hashlib_speed, "HASHLIB", {"md5": 1.0, "sha256": 2.0})
    seconds = {"md5": 1.0, "sha256": 2.0}  # no instructions for SHA-256 here
    monkeypatch.setattr(_hashlib_speed, "_seconds", seconds.__getitem__)
    assert _hashlib_speed.scale("md5") == 1.0
    assert _hashlib_speed.scale("sha256") == 4.0


def test_without_a_comparison_the_component_gets_nothing(unmeasured, monkeypatch):
    assert _hashlib_speed.scale("sha3_256") == 0.0  # not in the table

    def forbidden(_):
        raise ValueError("disabled for FIPS")

    monkeypatch.setattr(_hashlib_speed, "_seconds", forbidden)
    assert _hashlib_speed.scale("md5") == 0.0
    with pytest.raises(ValueError, match="FIPS"):
        _hashlib_speed.rate("md5")


def test_threads_may_measure_hashlib_at_once(unmeasured):
    rates = []
    threads = [
        threading.Thread(target=lambda: rates.append(_hashlib_speed.rate("sha1"))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rates) == 8
    assert _hashlib_speed.rate("sha1") in rates
