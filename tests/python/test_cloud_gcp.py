"""Google Compute Engine, beside googleapiclient, at a service on this machine."""

import contextlib
import copy
import json
import pickle
import random
import time
import types

import google.auth.credentials
import google.auth.exceptions
import pytest
from cloud_server import SCHEMAS, STATUSES, TOKEN, instances, made, page_of, silent
from cloud_server import asking_google as asking
from googleapiclient import discovery
from googleapiclient.errors import HttpError

from sky_rs.cloud import _rest, gcp
from sky_rs.cloud.exceptions import (
    PaginationError,
    ParamValidationError,
    ResponseParserError,
    WaitTimeoutError,
)

PLACE = {"project": "p", "zone": "z"}

#: Methods, parameters, and the schema of what they give.
CALLS = [
    ("instances.list", PLACE, "InstanceList"),
    ("instances.aggregatedList", {"project": "p"}, "InstanceAggregatedList"),
    ("instances.get", {**PLACE, "instance": "i"}, "Instance"),
    ("zones.list", {"project": "p"}, "ZoneList"),
    ("machineTypes.list", PLACE, "MachineTypeList"),
    ("machineTypes.aggregatedList", {"project": "p"}, "MachineTypeAggregatedList"),
    ("zoneOperations.get", {**PLACE, "operation": "o"}, "Operation"),
    ("zoneOperations.wait", {**PLACE, "operation": "o"}, "Operation"),
    ("globalOperations.get", {"project": "p", "operation": "o"}, "Operation"),
    ("globalOperations.wait", {"project": "p", "operation": "o"}, "Operation"),
]


@contextlib.contextmanager
def peer(server):
    service = discovery.build(
        "compute",
        "v1",
        credentials=google.auth.credentials.AnonymousCredentials(),
        client_options={"api_endpoint": f"{server.url}/compute/v1/"},
        static_discovery=True,
    )
    try:
        yield service
    finally:
        service.close()


def method(client, name):
    for part in name.split("."):
        client = getattr(client, part)
    return client


def theirs(service, name):
    collection, _, last = name.partition(".")
    return getattr(getattr(service, collection)(), last)


@pytest.mark.parametrize(("name", "parameters", "schema"), CALLS)
def test_results_are_googleapiclients(name, parameters, schema, backend):
    answers = [made(schema, random.Random(seed), depth=9) for seed in range(15)]
    answers[0] = {}

    def respond(request):
        return answers[int(request.query["quotaUser"])]

    with asking(respond) as (client, server), peer(server) as service:
        for number, answer in enumerate(answers):
            given = {**parameters, "quotaUser": str(number)}
            result = method(client, name)(**given)
            assert result == theirs(service, name)(**given).execute() == answer
            assert list(result) == list(answer)
    assert backend
    assert {request.headers["Authorization"] for request in server.requests[::2]} == {
        f"Bearer {TOKEN}"
    }


def test_every_method_is_compared():
    with gcp.client("compute", token=TOKEN) as client:
        known = {f"{each}.{name}" for each, names in client._operations.items() for name in names}
    assert known == {name for name, _, _ in CALLS}


def test_warnings_and_partial_failures_are_kept(backend):
    partial = {
        "items": {
            "zones/a": {"instances": instances(20)},
            "zones/b": {"warning": {"code": "NO_RESULTS_ON_PAGE", "data": [{"key": "scope"}]}},
            "zones/c": {"warning": {"code": "UNREACHABLE", "message": "zone c is down"}},
        },
        "unreachables": ["projects/p/zones/c"],
        "warning": {"code": "PARTIAL_SUCCESS"},
    }
    with asking(lambda _: partial) as (client, server), peer(server) as service:
        given = {"includeAllScopes": True, "project": "p"}
        found = client.instances.aggregatedList(**given)
        assert found == partial == service.instances().aggregatedList(**given).execute()
        assert server.requests[0].query["includeAllScopes"] == "true"
    assert backend


@pytest.mark.parametrize("packed", [True, False])
def test_pages_are_googleapiclients(packed, backend):
    everything = instances(1234)
    headers = {"Content-Encoding": "gzip"} if packed else {}

    def respond(request):
        return 200, headers, page_of(everything, request.query, 500)

    with asking(respond) as (client, server), peer(server) as service:
        pages = list(client.paginate("instances.list", zone="z", filter="labels.a = b"))
        assert [item for page in pages for item in page["items"]] == everything
        collection = service.instances()
        request = collection.list(**PLACE, filter="labels.a = b")
        for page in pages:
            assert request.execute() == page
            request = collection.list_next(request, page)
        assert request is None
        assert {each.query["filter"] for each in server.requests} == {"labels.a = b"}
    assert len(pages) == 3
    assert backend


@pytest.mark.parametrize("tokens", [["x"] * 9, ["x", "y"] * 9, [7]])
def test_pages_that_come_again_end(tokens, backend):
    left = iter(tokens)
    with asking(lambda _: {"items": [], "nextPageToken": next(left)}) as (client, server):
        with pytest.raises((PaginationError, ResponseParserError)):
            list(client.paginate("zones.list"))
        assert len(server.requests) <= 3
    assert backend


def test_pages_without_an_end_end(monkeypatch):
    monkeypatch.setattr(_rest, "MAX_PAGES", 5)
    with asking(lambda _: {"nextPageToken": str(random.random())}) as (client, server):
        with pytest.raises(PaginationError, match=r"zones.list: more than 5 pages"):
            list(client.paginate("zones.list"))
        assert len(server.requests) == 5


@pytest.mark.parametrize(
    "error",
    [
        {"code": 404, "message": "The resource 'x' was not found", "errors": [{"reason": "n"}]},
        {"code": 403, "message": " no ", "status": "DENIED", "details": [{"@type": "t"}]},
        {"code": 400, "message": "Invalid value for field 'filter'"},
        {"code": 409, "message": "ä", "detail": "d", "details": [], "errors": [{}]},
    ],
)
def test_errors_are_googleapiclients(error, backend):
    answer = (error["code"], {}, {"error": error})
    with asking(lambda _: answer) as (client, server), peer(server) as service:
        with pytest.raises(gcp.HttpError) as ours:
            client.instances.list(**PLACE)
        with pytest.raises(HttpError) as expected:
            service.instances().list(**PLACE).execute()
    mine, other = ours.value, expected.value
    assert (mine.status_code, mine.reason) == (other.status_code, other.reason)
    assert mine.error_details == other.error_details
    again = pickle.loads(pickle.dumps(mine))
    assert (str(again), again.error) == (str(mine), mine.error)
    assert backend


@pytest.mark.parametrize("body", [b"{", b"<xml/>", b'{"items": [}', b"[" * 10_000, b'{"a": NaN}'])
def test_what_is_no_json_is_refused(body, backend):
    with asking(lambda _: body) as (client, _):
        with pytest.raises(ResponseParserError, match=r"zones.list"):
            client.zones.list()
    assert backend


# Waiting


ZONAL = {"name": "o-1", "zone": "https://www.googleapis.com/compute/v1/projects/p/zones/z-1"}


@pytest.mark.parametrize("operation", [ZONAL, {"name": "o-2"}])
def test_wait(operation, monkeypatch):
    waited = []
    stand_in = types.SimpleNamespace(sleep=waited.append, monotonic=time.monotonic)
    monkeypatch.setattr(gcp, "time", stand_in)
    answers = iter([{"status": "PENDING"}, {"status": "RUNNING"}, {"status": "DONE", "id": "7"}])
    with asking(lambda _: next(answers)) as (client, server):
        assert client.wait(operation) == {"status": "DONE", "id": "7"}
    where = "zones/z-1/operations/o-1" if "zone" in operation else "global/operations/o-2"
    for request in server.requests:
        assert request.method == "POST"
        assert request.path == f"/compute/v1/projects/p/{where}/wait"
    assert len(server.requests) == 3
    assert all(0 < delay <= 1 for delay in waited)


def test_wait_for_what_fails():
    failed = {
        "name": "o-1",
        "status": "DONE",
        "error": {"errors": [{"code": "ZONE_RESOURCE_POOL_EXHAUSTED", "message": "none left"}]},
    }
    with asking(lambda _: failed) as (client, _):
        with pytest.raises(
            gcp.OperationError, match=r"o-1 failed: ZONE_RES.*: none left"
        ) as caught:
            client.wait(ZONAL)
    assert caught.value.errors == failed["error"]["errors"]
    assert pickle.loads(pickle.dumps(caught.value)).operation == failed


@pytest.mark.parametrize("answer", [{"status": "RUNNING"}, silent])
def test_wait_ends(answer):
    with asking(lambda _: answer) as (client, server):
        with pytest.raises(WaitTimeoutError, match=r"o-1 was not done in 0.3 s"):
            client.wait(ZONAL, timeout=0.3)
        assert 1 <= len(server.requests) <= 3


def test_wait_for_an_operation_of_a_region():
    with gcp.client("compute", token=TOKEN) as client:
        with pytest.raises(ValueError, match="an operation of a region"):
            client.wait({"name": "o", "region": "r"})


# Names


def test_what_there_is_not_is_named():
    with gcp.client("compute", token=TOKEN) as client:
        with pytest.raises(AttributeError, match=r"has no 'disks', only globalOp.*, instances"):
            _ = client.disks
        with pytest.raises(
            AttributeError, match=r"has no 'insert', only aggregatedList, get, list"
        ):
            _ = client.instances.insert
        with pytest.raises(ValueError, match=r"has no 'instances.insert'"):
            client.paginate("instances.insert")
        with pytest.raises(ValueError, match=r"has no 'instances.list.statuses'"):
            client.paginate("instances.list.statuses")
        with pytest.raises(ValueError, match=r"'instances.get' have no pages"):
            client.paginate("instances.get")
        assert "instances" in dir(client)
        assert "aggregatedList" in dir(client.instances)
    with pytest.raises(ValueError, match="'tpu' is no service known here"):
        gcp.client("tpu")


def test_clients_are_copied_but_not_pickled():
    with asking(lambda _: {}) as (client, server):
        copied = copy.copy(client)
        assert copied.zones.list() == copy.copy(copied.zones).list() == {}
        for each in (client, client.zones):
            with pytest.raises((AttributeError, TypeError, pickle.PicklingError)) as caught:
                pickle.dumps(each)
            assert TOKEN not in str(caught.value)
        assert len(server.requests) == 2


@pytest.mark.parametrize("name", [".", ".."])
def test_names_do_not_climb(name):
    with asking(lambda _: {}) as (client, server):
        with pytest.raises(ParamValidationError, match="parameter zone"):
            client.instances.list(zone=name)
        assert server.requests == []


def test_the_schemas_have_what_the_tests_say():
    assert set(STATUSES[:-1]) <= set(SCHEMAS["Instance"]["properties"]["status"]["enum"])
    assert json.dumps(instances(2)) == json.dumps(instances(2))
