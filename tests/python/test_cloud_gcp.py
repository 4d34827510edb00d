"""Google Compute Engine, beside googleapiclient, at a service on this machine."""

import concurrent.futures
import contextlib
import copy
import json
import logging
import os
import pickle
import random
import socket
import sys
import time
import types

import google.auth.credentials
import google.auth.exceptions
import pytest
from cloud_server import SCHEMAS, STATUSES, TOKEN, instances, made, page_of, serving
from conftest import run
from googleapiclient import discovery
from googleapiclient.errors import HttpError

from sky_rs.cloud import _exchange, _rest, gcp
from sky_rs.cloud.exceptions import (
    CloudError,
    EndpointConnectionError,
    HostNotAllowedError,
    NoCredentialsError,
    PaginationError,
    ParamValidationError,
    ReadTimeoutError,
    ResponseParserError,
    ResponseTooLargeError,
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
def asking(respond, **options):
    """A service, and a client of it."""
    with serving(respond) as server:
        given = {"token": TOKEN, "project": "p", **options}
        with gcp.client("compute", endpoint_url=server.url, **given) as client:
            yield client, server


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


@pytest.fixture
def no_delay(monkeypatch):
    """Between attempts, no time goes by."""
    waited = []
    stand_in = types.SimpleNamespace(sleep=waited.append, time=time.time, monotonic=time.monotonic)
    monkeypatch.setattr(_rest, "time", stand_in)
    return waited


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


@pytest.mark.parametrize("body", [b"", b"<html>busy</html>", b'{"error": 1}', b"\xff{", b"[]"])
def test_errors_without_a_description(body, backend, no_delay):
    with asking(lambda _: (503, {}, body)) as (client, server):
        with pytest.raises((gcp.HttpError, ResponseParserError)) as caught:
            client.zones.list()
    if isinstance(caught.value, gcp.HttpError):
        assert caught.value.status_code == 503
        assert len(server.requests) == _rest.ATTEMPTS
        assert len(no_delay) == _rest.ATTEMPTS - 1
    assert backend


@pytest.mark.parametrize("body", [b"{", b"<xml/>", b'{"items": [}', b"[" * 10_000, b'{"a": NaN}'])
def test_what_is_no_json_is_refused(body, backend):
    with asking(lambda _: body) as (client, _):
        with pytest.raises(ResponseParserError, match=r"zones.list"):
            client.zones.list()
    assert backend


RATE = {"error": {"code": 403, "message": "slow", "errors": [{"reason": "rateLimitExceeded"}]}}


@pytest.mark.parametrize(
    ("refusal", "delay"),
    [
        ((429, {"Retry-After": "7"}, {}), 7.0),
        ((503, {"Retry-After": "86400"}, {}), _rest.MAX_DELAY),
        ((503, {"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}, {}), 0.0),
        ((500, {"Retry-After": "soon"}, {}), None),
        ((403, {}, RATE), None),
        ((408, {}, b""), None),
    ],
)
def test_it_is_tried_again(refusal, delay, no_delay):
    answers = iter([refusal, refusal, {"items": []}])
    with asking(lambda _: next(answers)) as (client, server):
        assert client.zones.list() == {"items": []}
    assert len(server.requests) == 3
    if delay is None:
        assert 0 <= no_delay[0] <= 1
        assert 0 <= no_delay[1] <= 2
    else:
        assert no_delay == [delay, delay]


@pytest.mark.parametrize("status", [400, 403, 404, 409, 501])
def test_it_is_not_tried_again(status, no_delay):
    with asking(lambda _: (status, {}, {"error": {"code": status, "message": "no"}})) as found:
        with pytest.raises(gcp.HttpError, match=f"<HttpError {status} when calling zones.list: 'n"):
            found[0].zones.list()
        assert len(found[1].requests) == 1
    assert no_delay == []


def reset(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")


def endless(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n[")
    while True:
        handler.wfile.write(b"1," * 10_000)


def slow(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        handler.wfile.write(b"[")
        time.sleep(0.02)


def silent(_handler):
    time.sleep(1)


@pytest.mark.parametrize(
    ("behaviour", "error", "attempts"),
    [
        (reset, EndpointConnectionError, 3),
        (endless, ResponseTooLargeError, 1),
        (slow, ReadTimeoutError, 3),
        (silent, ReadTimeoutError, 3),
    ],
)
def test_faults_on_the_way(behaviour, error, attempts, monkeypatch, no_delay):
    monkeypatch.setattr(_exchange, "MAX_BODY", 100_000)
    with asking(lambda _: behaviour) as (client, server):
        with pytest.raises(error):
            client.call("zones.list", {}, timeout=0.2)
        assert len(server.requests) == attempts
    assert len(no_delay) == attempts - 1


def test_nobody_is_there(no_delay):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with gcp.client("compute", token=TOKEN, endpoint_url=url) as client:
            with pytest.raises(EndpointConnectionError, match=url):
                client.zones.list(project="p")
    assert len(no_delay) == 2


def test_redirections_are_not_followed():
    def respond(request):
        return 302, {"Location": f"{server.url}/elsewhere"}, b""

    with asking(respond) as (client, server):
        with pytest.raises(gcp.HttpError, match="302"):
            client.zones.list()
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    "url",
    ["http://compute.googleapis.com", "ftp://127.0.0.1", "https://", "file:///x", "https://a@b"],
)
def test_tokens_are_not_sent_just_anywhere(url):
    with pytest.raises(HostNotAllowedError):
        gcp.client("compute", token=TOKEN, endpoint_url=url)


@pytest.mark.needs("fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_child_does_not_talk_on_its_parents_connections():
    with asking(lambda request: {"id": request.query["quotaUser"]}) as (client, _):
        assert client.zones.list(quotaUser="before") == {"id": "before"}
        child = os.fork()
        if child == 0:
            said = {}
            with contextlib.suppress(BaseException):
                said = [client.zones.list(quotaUser=str(number)) for number in range(50)]
            os._exit(said != [{"id": str(number)} for number in range(50)])
        for number in range(50):
            assert client.zones.list(quotaUser=f"parent-{number}") == {"id": f"parent-{number}"}
        assert os.waitpid(child, 0)[1] == 0


def test_threads_share_a_client():
    with asking(lambda request: {"id": request.query["quotaUser"]}) as (client, _):

        def ask(number):
            return client.zones.list(quotaUser=str(number))

        with concurrent.futures.ThreadPoolExecutor(16) as executor:
            found = list(executor.map(ask, range(300)))
    assert found == [{"id": str(number)} for number in range(300)]


def test_urllib3_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "urllib3", None)
    with gcp.client("compute", token=TOKEN) as client:
        with pytest.raises(CloudError, match=r"pip install 'sky-rs\[cloud\]'"):
            client.zones.list(project="p")


def test_it_is_not_imported_before_it_is_needed():
    code = (
        "import sys; from sky_rs.cloud import azure, gcp; gcp.client('compute');"
        "print([name for name in ('urllib3', 'ssl', 'google', 'logging') if name in sys.modules])"
    )
    assert run(code) == "[]\n"


# Tokens


@pytest.mark.parametrize("token", ["", "a b", "a\r\nX: y", "ä", 7, None])
def test_what_is_no_token(token):
    with asking(lambda _: {}, token=lambda: token) as (client, server):
        with pytest.raises(NoCredentialsError) as caught:
            client.zones.list()
        assert server.requests == []
    assert str(token) == "" or str(token) not in str(caught.value).replace("NoneType", "")


def test_a_token_that_is_refused_is_renewed_once():
    tokens = iter(["old", "new", "newer"])

    def respond(request):
        allowed = request.headers["Authorization"] == "Bearer newer"
        return {} if allowed else (401, {}, {"error": {"code": 401, "message": "who?"}})

    with asking(respond, token=lambda: next(tokens)) as (client, server):
        with pytest.raises(gcp.HttpError, match="401"):
            client.zones.list()
        assert client.zones.list() == {}
    given = [request.headers["Authorization"] for request in server.requests]
    assert given == ["Bearer old", "Bearer new", "Bearer newer"]


def test_a_fixed_token_is_not():
    with asking(lambda _: (401, {}, {"error": {"code": 401, "message": "who?"}})) as found:
        with pytest.raises(gcp.HttpError, match="401"):
            found[0].zones.list()
        assert len(found[1].requests) == 1


class Credentials(google.auth.credentials.Credentials):
    """Give another token at each refresh."""

    refreshed = 0

    def refresh(self, request):
        self.refreshed += 1
        self.token = f"token-{self.refreshed}"


def test_credentials_of_google_auth(monkeypatch):
    mine = Credentials()

    def respond(request):
        current = request.headers["Authorization"] == "Bearer token-2"
        return {} if current else (401, {}, {"error": {"code": 401, "message": "who?"}})

    with asking(respond, token=None, credentials=mine) as (client, _):
        client.zones.list()
        client.zones.list()
    assert mine.refreshed == 2

    scopes = []
    monkeypatch.setattr("google.auth.default", lambda scopes: seen(scopes) or (mine, "q"))

    def seen(given):
        scopes.extend(given)

    with asking(respond, token=None) as (client, _):
        assert scopes == []  # not before they are needed
        client.zones.list()
        client.zones.list()
    assert scopes == ["https://www.googleapis.com/auth/cloud-platform"]


def test_no_credentials(monkeypatch):
    def default(scopes):
        raise google.auth.exceptions.DefaultCredentialsError("none here")

    monkeypatch.setattr("google.auth.default", default)
    with asking(lambda _: {}, token=None) as (client, server):
        with pytest.raises(NoCredentialsError, match="DefaultCredentialsError: none here"):
            client.zones.list()
        monkeypatch.setitem(sys.modules, "google.auth", None)
        with pytest.raises(NoCredentialsError, match="install google-auth"):
            client.zones.list()
        assert server.requests == []


def test_a_token_is_seen_nowhere(caplog):
    caplog.set_level(logging.DEBUG)
    answers = iter([{}, (400, {}, {"error": {"code": 400, "message": "bad"}}), reset, reset, reset])
    with asking(lambda _: next(answers)) as (client, _):
        seen = [client, client.zones, client.zones.list, client._service, client._service._tokens]
        client.zones.list()
        for _ in range(2):
            with pytest.raises(Exception, match=r"zones|answer") as caught:
                client.zones.list()
            seen += [caught.value, caught.value.__cause__]
    text = caplog.text + "".join(map(repr, seen)) + "".join(map(str, seen))
    assert "zones" in text
    assert TOKEN not in text


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
