"""Models of Google Cloud's and Azure's operations: what is in them, and the requests they make."""

import json
from urllib.parse import parse_qsl

import pytest
from googleapiclient import discovery

from sky_rs.cloud import _models, _request
from sky_rs.cloud.exceptions import ParamValidationError

#: A value for each parameter of Google's.
GIVEN = {
    "project": "example.com:a-project",
    "zone": "us-central1-a",
    "instance": "a-node",
    "operation": "operation-1",
    "filter": '(labels.x = "ä b") AND (status = RUNNING)',
    "maxResults": 500,
    "orderBy": "name desc",
    "pageToken": "a+b/c==&d",
    "includeAllScopes": True,
    "returnPartialSuccess": True,
    "serviceProjectNumber": "123",
    "fields": "items(name,status)",
    "quotaUser": "somebody",
    "view": "BASIC",
}


@pytest.fixture(scope="module")
def google():
    service = discovery.build("compute", "v1", developerKey="no", static_discovery=True)
    yield service
    service.close()


def members(operation):
    model = operation.model
    return model["shapes"][model["input"]]["members"]


def whole(service):
    return [name for name in _models.index(service)["operations"] if name.count(".") == 1]


@pytest.mark.parametrize("name", whole("gcp"))
@pytest.mark.parametrize("some", ["all", "required"])
@pytest.mark.usefixtures("backend")
def test_requests_are_those_of_googleapiclient(google, name, some):
    operation = _models.operation("gcp", name)
    resource, method = name.split(".")
    given = {key: value for key, value in GIVEN.items() if key in members(operation)}
    if some == "required":
        required = operation.model["shapes"][operation.model["input"]]["required"]
        given = {key: given[key] for key in required}
    expected = getattr(getattr(google, resource)(), method)(**given)
    request = _request.write(operation, given)
    path, _, query = expected.uri.partition("?")
    assert request.method == expected.method
    assert f"https://compute.googleapis.com{request.path}" == path
    sent = dict(parse_qsl(request.query))
    assert sent.pop("prettyPrint") == "false"
    wanted = dict(parse_qsl(query))
    del wanted["key"]
    assert sent == wanted
    assert request.body == b""


def test_every_parameter_has_been_given():
    for name in whole("gcp"):
        assert members(_models.operation("gcp", name)).keys() <= GIVEN.keys()


@pytest.mark.parametrize("service", ["gcp", "azure"])
def test_no_parameter_is_a_secret(service):
    for name in _models.index(service)["operations"]:
        known = {member["name"] for member in members(_models.operation(service, name)).values()}
        assert not known & {"access_token", "key", "oauth_token", "callback"}


@pytest.mark.parametrize("name", _models.index("azure")["operations"])
@pytest.mark.usefixtures("backend")
def test_requests_to_azure(name):
    operation = _models.operation("azure", name)
    given = {
        key: 3 if operation.model["shapes"][member["shape"]]["type"] == "integer" else f"a {key}/"
        for key, member in members(operation).items()
    }
    request = _request.write(operation, given)
    assert request.method == "GET"
    assert request.path.startswith("/subscriptions/a%20subscription_id%2F/")
    assert "{" not in request.path
    sent = dict(parse_qsl(request.query))
    assert sent.pop("api-version")
    assert sent == {
        member["name"]: str(given[key])
        for key, member in members(operation).items()
        if member["in"] == "query"
    }


@pytest.mark.parametrize(
    ("service", "name", "given", "report"),
    [
        ("gcp", "instances.list", {"project": "p"}, 'Missing required parameter in input: "zone"'),
        ("gcp", "instances.list", {"project": "", "zone": "z"}, "valid min length: 1"),
        ("gcp", "zones.list", {"project": "p", "maxResults": "9"}, "valid types: <class 'int'>"),
        ("gcp", "zones.list", {"project": "p", "zone": "z"}, 'Unknown parameter in input: "zone"'),
        ("azure", "resource_groups.get", {"subscription_id": 3}, "parameter subscription_id"),
    ],
)
def test_what_does_not_fit_is_named(service, name, given, report):
    with pytest.raises(ParamValidationError, match=report):
        _request.write(_models.operation(service, name), given)


def test_a_projection_asks_google_for_no_more_than_it_reads():
    operation = _models.operation("gcp", "instances.list.statuses")
    request = _request.write(operation, {"project": "p", "zone": "z"})
    assert dict(parse_qsl(request.query))["fields"] == "items(name,status),nextPageToken"


@pytest.mark.parametrize("service", ["gcp", "azure"])
def test_models_are_compact(service):
    for name in _models.index(service)["operations"]:
        text = _models.operation(service, name).text
        assert json.dumps(json.loads(text), separators=(",", ":")) == text.rstrip("\n")
