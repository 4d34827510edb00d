"""Credentials and regions, from wherever they are, beside botocore's."""

import http.server
import json
import os
import threading
from datetime import datetime, timedelta, timezone

import boto3
import pytest
from botocore.credentials import Credentials
from botocore.session import Session

from sky_rs.cloud import _chain, _metadata, aws
from sky_rs.cloud.exceptions import NoCredentialsError

SECRET = "the/secret+key"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Nothing of AWS is set, and nobody answers for an instance."""
    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    (tmp_path / ".aws").mkdir()
    return tmp_path


def found(profile=None):
    try:
        keys = _chain.Chain(profile).credentials()
    except NoCredentialsError:
        return None
    return keys.access_key, keys.secret_key, keys.token


def theirs(profile=None):
    try:
        credentials = Session(profile=profile).get_credentials()
        keys = credentials and credentials.get_frozen_credentials()
    except Exception:
        return None
    return keys and (keys.access_key, keys.secret_key, keys.token)


CREDENTIALS = f"""
[default]
aws_access_key_id = DEFAULT
aws_secret_access_key = {SECRET}

[other]
aws_access_key_id=OTHER
aws_secret_access_key=other%(secret)s
aws_session_token=a token
region = eu-central-1

[partial]
aws_access_key_id = PARTIAL

[both]
aws_access_key_id = SHARED
aws_secret_access_key = shared
"""
CONFIG = """
[default]
region = us-west-2
[profile other]
region = eu-west-1
[profile both]
aws_access_key_id = CONFIG
aws_secret_access_key = config
[profile 'quoted name']
aws_access_key_id = QUOTED
aws_secret_access_key = quoted
"""

ENVIRONMENTS = [
    {},
    {"AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": SECRET},
    {"AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": "t"},
    {"AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_PROFILE": "other"},
    {"AWS_ACCESS_KEY_ID": "ENV"},
    {"AWS_PROFILE": "other"},
    {"AWS_PROFILE": "partial"},
    {"AWS_PROFILE": "both"},
    {"AWS_PROFILE": "quoted name"},
]


@pytest.mark.parametrize("files", [True, False])
@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("profile", [None, "other", "both"])
def test_credentials_are_botocores(files, environment, profile, home, monkeypatch):
    if files:
        (home / ".aws" / "credentials").write_text(CREDENTIALS)
        (home / ".aws" / "config").write_text(CONFIG)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert found(profile) == theirs(profile)


def test_files_may_be_elsewhere(home, monkeypatch):
    (home / "c").write_text(CREDENTIALS)
    (home / "f").write_text(CONFIG)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "~/c")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(home / "f"))
    assert found() == ("DEFAULT", SECRET, None)
    assert _chain.Chain().region() == "us-west-2"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-south-1")
    assert _chain.Chain().region() == "ap-south-1"


def test_a_file_that_cannot_be_read(home):
    (home / ".aws" / "credentials").write_text(f"nonsense {SECRET}")
    with pytest.raises(NoCredentialsError, match="Unable to parse config file") as caught:
        _chain.Chain().credentials()
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


def test_roles_are_botocores_affair(home, monkeypatch):
    (home / ".aws" / "config").write_text("[default]\ncredential_process = /bin/false\n")
    monkeypatch.setitem(__import__("sys").modules, "botocore.session", None)
    with pytest.raises(NoCredentialsError, match="credential_process need botocore"):
        _chain.Chain().credentials()


@pytest.fixture
def neighbour():
    """Serves what it is told by path and method; knows what it was asked."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self):
            self.asked.append((self.command, self.path, dict(self.headers)))
            status, body = self.answers.get((self.command, self.path), (404, ""))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_):
            pass

    Handler.answers, Handler.asked = {}, []
    Handler.do_GET = Handler.do_PUT = Handler.answer
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", Handler
        finally:
            server.shutdown()
            thread.join(10)


def answer(hours=6.0, key="ROLE"):
    moment = datetime.now(timezone.utc) + timedelta(hours=hours)
    return json.dumps(
        {
            "Code": "Success",
            "AccessKeyId": key,
            "SecretAccessKey": SECRET,
            "Token": "t",
            "Expiration": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    )


def test_an_instance(neighbour, monkeypatch):
    url, handler = neighbour
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", f"{url}/")
    handler.answers[("PUT", "/latest/api/token")] = (200, "proof")
    handler.answers[("GET", _metadata._ROLE)] = (200, "role")
    handler.answers[("GET", f"{_metadata._ROLE}role")] = (200, answer())
    chain = _chain.Chain()
    assert chain.credentials().access_key == "ROLE"
    asked = len(handler.asked)
    assert [header.get("x-aws-ec2-metadata-token") for *_, header in handler.asked[1:]] == [
        "proof",
        "proof",
    ]
    chain.credentials()
    assert len(handler.asked) == asked  # they are still good
    assert found() == theirs()


def test_credentials_are_renewed_in_time(neighbour, monkeypatch):
    url, handler = neighbour
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{url}/c")
    handler.answers[("GET", "/c")] = (200, answer(hours=0.1, key="FIRST"))
    chain = _chain.Chain()
    assert chain.credentials().access_key == "FIRST"
    handler.answers[("GET", "/c")] = (200, answer(key="SECOND"))
    assert chain.credentials().access_key == "SECOND"
    assert chain.credentials().access_key == "SECOND"
    assert len(handler.asked) == 2


def test_a_container(neighbour, home, monkeypatch):
    url, handler = neighbour
    handler.answers[("GET", "/c?id=1")] = (200, answer())
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{url}/c?id=1")
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic x")
    assert found() == theirs() == ("ROLE", SECRET, "t")
    assert {headers["Authorization"] for *_, headers in handler.asked} == {"Basic x"}
    (home / "token").write_text("from a file")
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", str(home / "token"))
    assert found() == ("ROLE", SECRET, "t")
    assert handler.asked[-1][2]["Authorization"] == "from a file"


def test_a_container_is_next_door(monkeypatch):
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://evil.example/c")
    with pytest.raises(NoCredentialsError, match="Unsupported host"):
        _chain.Chain().credentials()


@pytest.mark.parametrize("body", ["", "[]", "{}", f'{{"AccessKeyId": "{SECRET}"}}', "\xff"])
def test_answers_that_are_no_credentials(body, neighbour, monkeypatch):
    url, handler = neighbour
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{url}/c")
    handler.answers[("GET", "/c")] = (200, body)
    with pytest.raises(NoCredentialsError, match="tells no credentials") as caught:
        _chain.Chain().credentials()
    assert SECRET not in str(caught.value)


def test_there_are_none():
    with pytest.raises(NoCredentialsError, match="Unable to locate credentials"):
        _chain.Chain().credentials()


def test_botocore_is_asked_once_for_what_it_renews(home, monkeypatch):
    made = []

    class Theirs(Session):
        def __init__(self, **options):
            made.append(options)
            super().__init__(**options)

        def get_credentials(self):
            return Credentials("THEIRS", f"secret {len(made)}")

    monkeypatch.setattr("botocore.session.Session", Theirs)
    (home / ".aws" / "config").write_text("[default]\ncredential_process = none\n")
    chain = _chain.Chain()
    assert [chain.credentials().secret_key for _ in range(3)] == ["secret 1"] * 3
    assert len(made) == 1


@pytest.mark.parametrize("minutes", [5, -5])
def test_credentials_serve_to_their_end_when_they_are_not_renewed(minutes, monkeypatch):
    expires = datetime.now(timezone.utc) + timedelta(minutes=minutes)
    answers = [
        {"AccessKeyId": "K", "SecretAccessKey": SECRET, "Expiration": expires.isoformat()},
        None,
    ]
    monkeypatch.setattr(_metadata, "of_instance", lambda: answers.pop(0))
    chain = _chain.Chain()
    first = chain.credentials()
    if minutes > 0:
        assert chain.credentials() == first
    else:
        with pytest.raises(NoCredentialsError):
            chain.credentials()
    assert not answers


@pytest.mark.parametrize("end", ["2099-01-01T00:00:00", "2099-01-01T00:00:00Z", 4070908800, "?"])
def test_ends_of_credentials_however_they_are_told(end, monkeypatch):
    answer = {"AccessKeyId": "K", "SecretAccessKey": SECRET, "Expiration": end}
    monkeypatch.setattr(_metadata, "of_instance", lambda: answer)
    chain = _chain.Chain()
    assert chain.credentials() is chain.credentials()


@pytest.mark.parametrize("service", ["ec2", "s3", "sts"])
@pytest.mark.parametrize(
    "environment",
    [
        {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"},
        {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:2"},
        {
            "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        },
    ],
)
def test_endpoints_of_the_environment_are_boto3s(service, environment, monkeypatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    keys = {
        "region_name": "eu-west-1",
        "aws_access_key_id": "K",
        "aws_secret_access_key": SECRET,
    }
    for given in ({}, {"endpoint_url": "http://127.0.0.1:3"}):
        with aws.client(service, **keys, **given) as ours:
            expected = boto3.client(service, **keys, **given)
            assert ours.meta.endpoint_url == expected.meta.endpoint_url
            expected.close()
