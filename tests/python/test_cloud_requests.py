"""Requests to clouds: equal to botocore's, byte for byte, on either backend."""

import io
import json
import pickle
import random
import subprocess
import sys
import uuid
import zipfile
from unittest import mock

import pytest
from cloud_parameters import Maker, Peer
from conftest import ROOT

import sky_rs
from sky_rs.cloud import _models, _params, _request, _timestamps
from sky_rs.cloud.exceptions import CloudError, ParamValidationError
from sky_rs.exceptions import ComponentError

# The generator's modules import one another as a script's do.
sys.path.insert(0, str(ROOT / "models"))
import generate
from operations import OPERATIONS

SHIPPED = [(service, name) for service, names in OPERATIONS.items() for name in names]

#: What the package has no models of, but would write if it had.
OTHERS = [
    ("batch", "SubmitJob"),
    ("cloudformation", "CreateStack"),
    ("ec2", "AuthorizeSecurityGroupIngress"),
    ("ec2", "CreateFleet"),
    ("iam", "CreateRole"),
    ("lambda", "CreateFunction"),
    ("lambda", "Invoke"),
    ("rds", "DescribeDBInstances"),
    ("route53", "CreateHealthCheck"),
    ("s3", "CompleteMultipartUpload"),
    ("s3", "DeleteObjects"),
    ("s3", "GetObjectAttributes"),
    ("s3", "PutBucketAcl"),
    ("s3", "PutBucketLifecycleConfiguration"),
    ("s3", "PutBucketPolicy"),
    ("s3", "PutBucketTagging"),
    ("s3", "SelectObjectContent"),
    ("sns", "CreateTopic"),
    ("sns", "Publish"),
    ("sts", "AssumeRole"),
]

ENDPOINTS = ["https://example.com", "https://example.com/", "http://localhost:5000/base"]
TOKEN = uuid.UUID(int=7)


def operation(service, name):
    if (service, name) in SHIPPED:
        return _models.operation(service, name)
    loader = generate.botocore.loaders.create_loader()
    text = generate.service_files(loader, service, [name])[f"{service}/{name}.json"]
    return _models.Operation(service, name, text)


def body_of(body):
    """The bytes of a body that may be a file."""
    if hasattr(body, "read"):
        body.seek(0)
        return body.read()
    return body.encode() if isinstance(body, str) else bytes(body or b"")


def check(ours, made, prepared, endpoint):
    """Our request is what botocore made, and sends."""
    assert ours.method == prepared.method
    assert ours.url(endpoint) == prepared.url
    assert ours.headers == list(made["headers"].items())
    if dict(ours.headers).get("Content-Type") == "application/json":
        assert json.loads(ours.body) == json.loads(prepared.body)
    else:
        assert body_of(ours.body) == body_of(prepared.body)


@pytest.mark.parametrize(("service", "name"), SHIPPED + OTHERS)
def test_requests_are_botocores(service, name):
    chosen = random.Random(f"{service} {name}")
    peer, mine = Peer(service, name), operation(service, name)
    maker = Maker(chosen)
    for _ in range(2000 if (service, name) in SHIPPED else 200):
        parameters = maker.parameters(peer.shape)
        endpoint = chosen.choice(ENDPOINTS)
        with mock.patch("uuid.uuid4", lambda: TOKEN):
            made, prepared = peer.request(parameters, endpoint)
            for backend in ("component", "python"):
                with sky_rs.using(backend):
                    ours = _request.write(mine, parameters)
                check(ours, made, prepared, endpoint)


@pytest.mark.parametrize(("service", "name"), SHIPPED + OTHERS)
def test_reports_are_botocores(service, name):
    peer, mine = Peer(service, name), operation(service, name)
    if not peer.shape or not peer.shape.members:
        assert peer.report({"Unknown": 1}) == report(mine, {"Unknown": 1})
        return
    maker = Maker(random.Random(f"{name} {service}"), wrong=0.1)
    reported = 0
    for _ in range(250):
        parameters = maker.parameters(peer.shape)
        expected = peer.report(parameters)
        if expected is not None:
            assert report(mine, parameters) == expected
            reported += bool(expected)
    assert reported > 25


def report(mine, parameters):
    try:
        _params.plain(mine, parameters)
    except ParamValidationError as error:
        return str(error)
    return ""


def test_the_models_are_current():
    check = [sys.executable, str(ROOT / "models" / "generate.py"), "--check"]
    done = subprocess.run(check, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_wheel_has_the_models():
    (wheel,) = (ROOT / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as content:
        names = {
            name
            for name in content.namelist()
            if name.startswith("sky_rs/") and name.endswith(".json")
        }
    assert names == {f"sky_rs/cloud/models/{name}" for name in generate.files()}


def test_operations_are_found_by_their_names_in_python():
    for service, names in OPERATIONS.items():
        operations = _models.index(service)["operations"]
        assert sorted(operations.values()) == sorted(names)
        for name in operations.values():
            assert _models.operation(service, name) is _models.operation(service, name)
            assert _models.operation(service, name).model["operation"] == name
    assert _models.index("ec2")["operations"]["describe_spot_price_history"]


@pytest.mark.parametrize(
    ("service", "name", "message"),
    [
        ("ec3", "DescribeInstances", "'ec3' is no service known here, only ec2, s3, sts"),
        ("sts", "AssumeRole", "sts has no operation 'AssumeRole' here, only GetCallerIdentity"),
        ("../ec2", "index", "'../ec2' is no service"),
        ("ec2", "index", "ec2 has no operation 'index'"),
    ],
)
def test_what_there_is_no_model_of_is_named(service, name, message):
    with pytest.raises(ValueError, match=message.replace(".", "[.]")):
        _models.operation(service, name)


def test_a_token_is_made_up_for_each_call():
    run = _models.operation("ec2", "RunInstances")
    needed = {"MinCount": 1, "MaxCount": 1}
    tokens = [_params.plain(run, needed)[0]["ClientToken"] for _ in range(2)]
    assert tokens[0] != tokens[1]
    assert needed == {"MinCount": 1, "MaxCount": 1}
    assert _params.plain(run, {**needed, "ClientToken": "mine"})[0]["ClientToken"] == "mine"


@pytest.mark.parametrize("body", [b"bytes", bytearray(b"array"), io.BytesIO(b"file")])
def test_a_body_is_handed_on_as_it_is(body):
    put = _models.operation("s3", "PutObject")
    fields, left = _params.plain(put, {"Bucket": "bucket", "Key": "k", "Body": body})
    assert "Body" not in fields
    assert left is body
    request = _request.write(put, {"Bucket": "bucket", "Key": "k", "Body": body})
    assert request.body is body
    assert _request.write(put, {"Bucket": "bucket", "Key": "k", "Body": "é"}).body == "é".encode()
    assert _request.write(put, {"Bucket": "bucket", "Key": "k"}).body == b""


@pytest.mark.parametrize("odd", ["a\r\nEvil: 1", "a\nb", "a\rb", "a\0b"])
@pytest.mark.parametrize("where", ["value", "name", "list"])
def test_no_header_can_be_smuggled_in(odd, where):
    parameters = {
        "value": {"CacheControl": odd},
        "name": {"Metadata": {odd: "v"}},
        "list": {"Metadata": {"k": odd}},
    }[where]
    put = _models.operation("s3", "PutObject")
    with pytest.raises(ParamValidationError, match="a header cannot hold"):
        _request.write(put, {"Bucket": "bucket", "Key": "k", **parameters})


@pytest.mark.parametrize("backend", ["component", "python"])
def test_a_surrogate_is_reported(backend):
    tags = {"Resources": ["i-1"], "Tags": [{"Key": "k", "Value": "\udc80"}]}
    with sky_rs.using(backend), pytest.raises(ParamValidationError, match="udc80"):
        _request.write(_models.operation("ec2", "CreateTags"), tags)


def test_reports_are_exceptions_like_any():
    error = ParamValidationError("a\nb")
    assert str(error) == "Parameter validation failed:\na\nb"
    assert isinstance(error, CloudError)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_an_instance_keeps_some_operations(fresh):
    """More of them than it keeps, again and again, each with its own model."""
    shape = '"shapes":[{"type":"structure","members":{}}]'
    made = [
        _models.Operation(
            "ec2",
            f"Do{number}",
            f'{{"operation":"Do{number}","protocol":"ec2","version":"1","method":"POST","uri":"/",'
            f'"input":0,{shape}}}',
        )
        for number in range(40)
    ]
    with sky_rs.using("component"):
        for operation in made * 3:
            body = _request.write(operation, {}).body
            assert body == f"Action={operation.name}&Version=1".encode()
        assert fresh.pool.idle == 1
        with fresh.pool.lend(()) as instance:
            assert list(instance.resources) == made[-16:]
            assert fresh.pool.idle == 0
        assert fresh.pool.idle == 1


def test_a_model_that_the_component_cannot_read_is_an_error():
    odd = _models.Operation("ec2", "Do", '{"protocol": "odd", "shapes": []}')
    with sky_rs.using("component"), pytest.raises(ComponentError, match="cannot read"):
        _request.write(odd, {})


@pytest.mark.parametrize("missing", [False, True])
def test_timestamps_are_read_without_dateutil(missing, monkeypatch):
    if missing:
        monkeypatch.setitem(sys.modules, "dateutil", None)
    for text in ("Mon, 06 May 2024 07:08:09 GMT", "2024-05-06T07:08:09Z", "1714979289"):
        moment = _timestamps.parse(text)
        assert _timestamps.write(moment, "rfc822") == "Mon, 06 May 2024 07:08:09 GMT"
        assert _timestamps.write(moment, "unix") == 1714979289
    for odd in ("", "yesterday", "2024-13-01", float("nan"), float("inf"), 1e20, None, b"x"):
        with pytest.raises(ValueError, match="no timestamp"):
            _timestamps.parse(odd)


def test_the_import_is_light():
    code = """
import sys, sky_rs
assert "sky_rs.cloud" not in sys.modules
import sky_rs.cloud._request
for name in ("boto3", "botocore", "urllib3", "wasmtime", "uuid", "dateutil", "decimal"):
    assert name not in sys.modules, name
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
