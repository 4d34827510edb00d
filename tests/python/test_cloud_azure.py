"""Azure, at a service on this machine."""

import contextlib
import logging
import pickle
import sys
import time
import types

import pytest
from cloud_server import TOKEN, machines, serving

from sky_rs.cloud import azure
from sky_rs.cloud.exceptions import (
    HostNotAllowedError,
    NoCredentialsError,
    PaginationError,
    ParamValidationError,
    ResponseParserError,
)

GROUP = {"resource_group_name": "g"}
MACHINES, VIEWS = machines(1200, "c")

GROUPS = {
    "value": [
        {"id": "/subscriptions/s/resourceGroups/g", "name": "g", "location": "eastus"},
        {"id": "/subscriptions/s/resourceGroups/h", "name": "h", "tags": {"a": "ä"}},
    ]
}
SKUS = {
    "value": [
        {
            "resourceType": "virtualMachines",
            "name": f"Standard_ND{number}",
            "locations": ["eastus"],
            "locationInfo": [{"location": "eastus", "zones": ["1"], "zoneDetails": []}],
            "capabilities": [{"name": "vCPUs", "value": str(number)}],
            "restrictions": [{"type": "Zone", "reasonCode": "NotAvailableForSubscription"}],
        }
        for number in range(700)
    ]
}

#: Services, methods, parameters, paths below the subscription, and results.
CALLS = [
    ("compute", "virtual_machines.list", GROUP, "/resourceGroups/g{}", {"value": MACHINES}),
    ("compute", "virtual_machines.list_all", {}, "{}", {"value": MACHINES}),
    (
        "compute",
        "virtual_machines.get",
        {**GROUP, "vm_name": "vm-7", "expand": "instanceView"},
        "/resourceGroups/g{}/vm-7",
        MACHINES[7],
    ),
    (
        "compute",
        "virtual_machines.instance_view",
        {**GROUP, "vm_name": "vm-7"},
        "/resourceGroups/g{}/vm-7/instanceView",
        VIEWS["vm-7"],
    ),
    (
        "compute",
        "resource_skus.list",
        {"filter": "location eq 'eastus'"},
        "/providers/Microsoft.Compute/skus",
        SKUS,
    ),
    ("resource", "resource_groups.list", {"top": 5}, "/resourcegroups", GROUPS),
    ("resource", "resource_groups.get", GROUP, "/resourcegroups/g", GROUPS["value"][0]),
]


@contextlib.contextmanager
def asking(respond, service="compute", **options):
    """A service, and a client of it."""
    with serving(respond) as server:
        given = {"token": TOKEN, **options}
        with azure.client(service, "s", endpoint_url=server.url, **given) as client:
            yield client, server


@pytest.mark.parametrize(("service", "name", "parameters", "path", "result"), CALLS)
def test_results_are_what_azure_says(service, name, parameters, path, result, backend):
    collection, method = name.split(".")
    with asking(lambda _: result, service) as (client, server):
        assert getattr(getattr(client, collection), method)(**parameters) == result
        (request,) = server.requests
    path = path.format("/providers/Microsoft.Compute/virtualMachines")
    assert request.path == f"/subscriptions/s{path}"
    assert request.method == "GET"
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.query.pop("api-version")
    queried = {key: value for key, value in parameters.items() if key in ("filter", "top")}
    queried.update({"expand": "instanceView"} if "expand" in parameters else {})
    assert request.query == {f"${key}": str(value) for key, value in queried.items()}
    assert backend


def test_every_method_is_called():
    known = set()
    for service in ("compute", "resource"):
        with azure.client(service, "s", token=TOKEN) as client:
            for collection, methods in client._operations.items():
                known |= {(service, f"{collection}.{method}") for method in methods}
    assert known == {call[:2] for call in CALLS}


def pages(size, link):
    """Answers with pages, of which each names the URL of the next."""

    def respond(request):
        start = int(request.query.get("$skiptoken", 0))
        page = {"value": MACHINES[start : start + size]}
        if start + size < len(MACHINES):
            page["nextLink"] = link(request, start + size)
        return page

    return respond


def test_links_to_next_pages_are_followed(backend):
    def link(request, start):
        path = request.path
        return f"http://{request.headers['Host']}{path}?api-version=1&%24skiptoken={start}&a=%2F"

    with asking(pages(250, link)) as (client, server):
        found = list(client.paginate("virtual_machines.list", **GROUP))
    assert [machine for page in found for machine in page["value"]] == MACHINES
    assert len(found) == 5
    assert "%24skiptoken=1000&a=%2F" in server.requests[-1].target
    assert {request.headers["Authorization"] for request in server.requests} == {f"Bearer {TOKEN}"}
    assert backend


@pytest.mark.parametrize(
    "link",
    [
        "http://management.azure.com/next",
        "https://127.0.0.1:{port}/next",  # another scheme
        "http://127.0.0.1:1/next",
        "http://127.0.0.1:{port}@evil.example/next",
        "http://evil.example\\@127.0.0.1:{port}/next",
        "http://localhost:{port}/next",
        "//evil.example/next",
        "/next",
        "http://127.0.0.1:x/next",
        "http://[/next",
        "file:///etc/passwd",
    ],
)
def test_links_elsewhere_are_not_followed(link, backend):
    def respond(_request):
        return {"value": [], "nextLink": link.format(port=server.server_port)}

    with asking(respond) as (client, server):
        with pytest.raises(HostNotAllowedError) as caught:
            list(client.paginate("virtual_machines.list_all"))
        assert len(server.requests) == 1
    assert TOKEN not in str(caught.value)
    assert backend


def test_a_link_may_not_say_anything_new_in_its_request():
    def respond(_request):
        return {"value": [], "nextLink": f"{server.url}/x HTTP/1.1\r\nX-Injected: 1\r\n\r\n"}

    with asking(respond) as (client, server):
        with pytest.raises((PaginationError, HostNotAllowedError, azure.CloudError)):
            list(client.paginate("virtual_machines.list_all"))
        assert not any("X-Injected" in request.headers for request in server.requests)
        assert len(server.requests) <= 2


def test_links_that_come_again_end(backend):
    def respond(_request):
        return {"value": [], "nextLink": f"{server.url}/again"}

    with asking(respond) as (client, server):
        with pytest.raises(PaginationError, match="named twice"):
            list(client.paginate("resource_skus.list"))
        assert len(server.requests) == 2
    assert backend


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (404, "ResourceGroupNotFound", azure.ResourceNotFoundError),
        (401, "InvalidAuthenticationToken", azure.ClientAuthenticationError),
        (403, "AuthorizationFailed", azure.HttpResponseError),
        (409, "Conflict", azure.HttpResponseError),
    ],
)
def test_errors(status, code, kind, backend):
    error = {"code": code, "message": "Not so: 'ä'.", "details": [{"code": "x"}], "target": "t"}
    with asking(lambda _: (status, {}, {"error": error})) as (client, server):
        with pytest.raises(kind) as caught:
            client.virtual_machines.list(**GROUP)
        assert len(server.requests) == 1
    found = caught.value
    assert type(found) is kind
    assert (found.status_code, found.code, found.message) == (status, code, error["message"])
    assert found.error["details"] == error["details"]
    assert str(found) == f"({code}) Not so: 'ä'.\nCode: {code}\nMessage: Not so: 'ä'."
    again = pickle.loads(pickle.dumps(found))
    assert (type(again), str(again), again.error) == (kind, str(found), found.error)
    assert backend


def test_it_is_tried_again_when_azure_says(no_delay):
    refusal = {"error": {"code": "TooManyRequests", "message": "slow"}}
    answers = iter([(429, {"Retry-After": "3"}, refusal), (503, {}, b"busy"), {"value": []}])
    with asking(lambda _: next(answers)) as (client, server):
        assert client.virtual_machines.list_all() == {"value": []}
        assert len(server.requests) == 3
    assert no_delay[0] == 3.0
    with asking(lambda _: (429, {"Retry-After": "3"}, refusal)) as (client, server):
        with pytest.raises(azure.HttpResponseError, match="TooManyRequests"):
            client.virtual_machines.list_all()
        assert len(server.requests) == 3


def test_what_is_no_json_is_refused(backend):
    with asking(lambda _: b"{'value': []}") as (client, _):
        with pytest.raises(ResponseParserError, match=r"virtual_machines\.list"):
            client.virtual_machines.list(**GROUP)
    assert backend


# Credentials


class Credential:
    """As of azure-identity."""

    def __init__(self, lifetime):
        self.lifetime = lifetime
        self.scopes = []

    def get_token(self, *scopes):
        self.scopes.append(scopes)
        return types.SimpleNamespace(
            token=f"token-{len(self.scopes)}", expires_on=int(time.time()) + self.lifetime
        )


@pytest.mark.parametrize(("lifetime", "asked"), [(3600, 1), (299, 3)])
def test_credentials(lifetime, asked):
    credential = Credential(lifetime)
    with asking(lambda _: {}, token=None, credential=credential) as (client, server):
        for _ in range(3):
            client.virtual_machines.list_all()
    assert credential.scopes == [("https://management.azure.com/.default",)] * asked
    assert server.requests[-1].headers["Authorization"] == f"Bearer token-{asked}"


def test_a_token_that_is_refused_is_renewed():
    def respond(request):
        current = request.headers["Authorization"] == "Bearer token-2"
        return {} if current else (401, {}, {"error": {"code": "Expired", "message": ""}})

    credential = Credential(3600)
    with asking(respond, token=None, credential=credential) as (client, _):
        assert client.virtual_machines.list_all() == {}
        assert client.virtual_machines.list_all() == {}
    assert len(credential.scopes) == 2


def test_the_credential_of_the_azure_cli(monkeypatch):
    made = []

    def cli(**options):
        made.append(options)
        return Credential(3600)

    identity = types.SimpleNamespace(AzureCliCredential=cli)
    monkeypatch.setitem(sys.modules, "azure", types.ModuleType("azure"))
    monkeypatch.setitem(sys.modules, "azure.identity", identity)
    with asking(lambda _: {}, token=None) as (client, _):
        assert made == []
        client.virtual_machines.list_all()
        client.virtual_machines.list_all()
        assert made == [{"process_timeout": 30}]
    monkeypatch.setitem(sys.modules, "azure.identity", None)
    with asking(lambda _: {}, token=None) as (client, server):
        with pytest.raises(NoCredentialsError, match="install azure-identity"):
            client.virtual_machines.list_all()
        assert server.requests == []


def test_a_token_is_seen_nowhere(caplog):
    caplog.set_level(logging.DEBUG)
    answers = iter([{}, (400, {}, {"error": {"code": "Bad", "message": "bad"}}), b"{"])
    with asking(lambda _: next(answers)) as (client, _):
        seen = [client, client.virtual_machines, client._service, client._service._tokens]
        client.virtual_machines.list_all()
        for _ in range(2):
            with pytest.raises(azure.CloudError) as caught:
                client.virtual_machines.list_all()
            seen.append(caught.value)
    text = caplog.text + "".join(map(repr, seen)) + "".join(map(str, seen))
    assert "virtual" in text
    assert TOKEN not in text


# Names


def test_what_there_is_not_is_named():
    with pytest.raises(ValueError, match="'network' is no service known here, only 'compute', 're"):
        azure.client("network", "s")
    with azure.client("resource", "s", token=TOKEN) as client:
        with pytest.raises(AttributeError, match="has no 'virtual_machines', only resource_groups"):
            _ = client.virtual_machines
        with pytest.raises(ValueError, match=r"has no 'virtual_machines\.list'"):
            client.paginate("virtual_machines.list")
        with pytest.raises(ParamValidationError, match="resource_group_name"):
            client.resource_groups.get()
        with pytest.raises(ParamValidationError, match="resource_group_name"):
            client.resource_groups.get(resource_group_name="..")
        assert repr(client) == "<client of azure at https://management.azure.com>"
