"""Credentials and regions, from wherever they are, beside botocore's."""

import concurrent.futures
import contextlib
import http.server
import json
import os
import threading
import time
from datetime import datetime, timedelta, timezone

import boto3
import pytest
from botocore.credentials import Credentials
from botocore.session import Session

from sky_rs.cloud import _chain, _metadata, _retries, aws
from sky_rs.cloud.exceptions import NoCredentialsError, NoRegionError

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
    monkeypatch.setattr("sky_rs.cloud._retries.wait", lambda seconds: None)
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
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            said = self.answers.get((self.command, self.path), (404, ""))
            status, body = said() if callable(said) else said
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(OSError):  # whoever asked has gone
                self.wfile.write(body.encode())

        def log_message(self, *_):
            pass

    Handler.answers, Handler.asked = {}, []
    Handler.do_GET = Handler.do_PUT = Handler.do_POST = Handler.answer
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", Handler
        finally:
            server.shutdown()
            thread.join(10)


BODIES = [
    "", "[]", "{}", f'{{"AccessKeyId": "{SECRET}"}}', "\xff", "[" * 60_000, "null",
    f'{{"AccessKeyId": 1, "SecretAccessKey": "{SECRET}", "Token": ""}}',
    f'{{"AccessKeyId": "A", "SecretAccessKey": "{SECRET}", "Token": ["t"]}}',
]  # fmt: skip


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


@pytest.fixture
def instance(neighbour, monkeypatch):
    url, handler = neighbour
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", f"{url}/")
    handler.answers[("PUT", "/latest/api/token")] = (200, "proof")
    handler.answers[("GET", _metadata._ROLE)] = (200, "role")
    handler.answers[("GET", f"{_metadata._ROLE}role")] = (200, answer())
    return url, handler


def test_an_instance(instance):
    handler = instance[1]
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


@pytest.fixture
def container(neighbour, monkeypatch):
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{neighbour[0]}/c")
    return neighbour[1]


def test_what_is_good_for_some_minutes_is_used_while_there_is_nothing_better(container):
    container.answers[("GET", "/c")] = (200, answer(hours=12 / 60, key="FIRST"))
    chain = _chain.Chain()
    assert chain.credentials().access_key == "FIRST"
    container.answers[("GET", "/c")] = (500, "")
    assert chain.credentials().access_key == "FIRST"
    container.answers[("GET", "/c")] = (200, answer(key="SECOND"))
    assert chain.credentials().access_key == "SECOND"


def test_what_has_expired(container):
    container.answers[("GET", "/c")] = (200, answer(hours=-1))
    with pytest.raises(NoCredentialsError, match="have expired"):
        _chain.Chain().credentials()


def test_one_thread_renews(container):
    enough = threading.Event()
    renewed = threading.Event()

    def slowly():
        renewed.set()
        enough.wait(1.5)
        return 200, answer(key="SECOND")

    container.answers[("GET", "/c")] = (200, answer(hours=12 / 60, key="FIRST"))
    chain = _chain.Chain()
    chain.credentials()
    container.answers[("GET", "/c")] = slowly
    with concurrent.futures.ThreadPoolExecutor(9) as executor:
        renewing = executor.submit(chain.credentials)
        assert renewed.wait(10)
        others = [executor.submit(chain.credentials) for _ in range(8)]
        assert {other.result(10).access_key for other in others} == {"FIRST"}
        enough.set()
        assert renewing.result(10).access_key == "SECOND"
    assert len(container.asked) == 2


def test_threads_that_have_none_wait_for_one(container):
    container.answers[("GET", "/c")] = lambda: (time.sleep(0.2), (200, answer()))[1]
    chain = _chain.Chain()
    with concurrent.futures.ThreadPoolExecutor(8) as executor:
        asked = [executor.submit(chain.credentials) for _ in range(8)]
        assert {each.result(10).access_key for each in asked} == {"ROLE"}
    assert len(container.asked) == 1


@pytest.mark.needs("fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_child_does_not_wait_for_its_parents_threads(container):
    container.answers[("GET", "/c")] = (200, answer())
    chain = _chain.Chain()
    quota = _retries.Quota()
    with chain._lock, quota._lock:
        child = os.fork()
        if not child:
            status = 1
            with contextlib.suppress(BaseException):
                known = chain.credentials().access_key == "ROLE"
                status = 0 if known and quota.take(5) else 1
            os._exit(status)
    deadline = time.monotonic() + 30
    done = (0, 0)
    while done == (0, 0) and time.monotonic() < deadline:
        done = os.waitpid(child, os.WNOHANG)
        time.sleep(0.01)
    if done == (0, 0):
        os.kill(child, 9)
        os.waitpid(child, 0)
    assert done == (child, 0)


def test_a_role_is_assumed_once(neighbour, home, monkeypatch):
    url, handler = neighbour
    (home / ".aws" / "config").write_text(
        "[profile admin]\nrole_arn = arn:aws:iam::123456789012:role/admin\n"
        "source_profile = base\nregion = us-east-1\n[profile base]\n"
        f"aws_access_key_id = BASE\naws_secret_access_key = {SECRET}\n"
    )
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", url)
    role = (
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASSUMED</AccessKeyId>"
        f"<SecretAccessKey>{SECRET}</SecretAccessKey><SessionToken>t</SessionToken>"
        "<Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>"
        "</AssumeRoleResponse>"
    )
    handler.answers[("POST", "/")] = (200, role)
    chain = _chain.Chain("admin")
    for _ in range(5):
        keys = chain.credentials()
        assert (keys.access_key, keys.secret_key, keys.token) == ("ASSUMED", SECRET, "t")
    assert len(handler.asked) == 1


def test_keys_that_cannot_be_sent_are_not_shown(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "an access key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    with pytest.raises(NoCredentialsError, match="the environment's credentials have no access"):
        _chain.Chain().credentials()


def test_no_region_of_no_profile(monkeypatch):
    with pytest.raises(NoRegionError, match=r"The config profile \(missing\) could not be found"):
        _chain.Chain("missing").region()


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
    with pytest.raises(NoCredentialsError, match=r"Unsupported host 'evil\.example'"):
        _chain.Chain().credentials()


@pytest.mark.parametrize("path", ["@evil.example/c", ".evil.example/c", ":1@[::1/c", "\\@a.b/"])
def test_a_containers_path_is_no_other_host(path, monkeypatch):
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", path)
    with pytest.raises(NoCredentialsError, match=r"Unsupported host|no URL"):
        _chain.Chain().credentials()


@pytest.mark.parametrize("body", BODIES)
def test_answers_that_are_no_credentials(body, neighbour, monkeypatch):
    url, handler = neighbour
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{url}/c")
    handler.answers[("GET", "/c")] = (200, body)
    with pytest.raises(NoCredentialsError, match="tells no credentials") as caught:
        _chain.Chain().credentials()
    assert SECRET not in str(caught.value)
    assert len(handler.asked) == 3


def test_a_container_is_asked_again(neighbour, monkeypatch):
    url, handler = neighbour
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{url}/c")
    answers = iter([(500, SECRET), (200, "soon"), (200, answer())])
    handler.answers[("GET", "/c")] = lambda: next(answers)
    assert found() == ("ROLE", SECRET, "t")


@pytest.mark.parametrize("token", [f"{SECRET}\nHost: b", f"{SECRET}\r", f"{SECRET}\u2028", "\x7f"])
@pytest.mark.parametrize("in_file", [True, False])
def test_tokens_that_cannot_be_sent_are_not_shown(in_file, token, neighbour, home, monkeypatch):
    url, handler = neighbour
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{url}/c")
    if in_file:
        (home / "token").write_text(token, encoding="utf-8", newline="")
        monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", str(home / "token"))
    else:
        monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", token)
    with pytest.raises(NoCredentialsError, match=r"(?i)token.* has line breaks") as caught:
        _chain.Chain().credentials()
    assert SECRET not in repr(caught.value)
    assert handler.asked == []


def test_a_token_that_is_not_there(neighbour, monkeypatch):
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{neighbour[0]}/c")
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "missing")
    with pytest.raises(NoCredentialsError, match="missing cannot be read: No such file"):
        _chain.Chain().credentials()


def test_an_instance_of_the_profiles(instance, home, monkeypatch):
    url, handler = instance
    monkeypatch.delenv("AWS_EC2_METADATA_SERVICE_ENDPOINT")
    (home / ".aws" / "config").write_text(
        f"[default]\nec2_metadata_service_endpoint = {url}\nmetadata_service_num_attempts = 2\n"
    )
    tokens = iter([(500, ""), (200, "proof")])
    handler.answers[("PUT", "/latest/api/token")] = lambda: next(tokens)
    assert found() == ("ROLE", SECRET, "t")


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        ("PUT", "/latest/api/token", (404, "")),
        ("PUT", "/latest/api/token", (200, "")),
        ("GET", _metadata._ROLE, (404, "no role")),
        ("GET", _metadata._ROLE, (200, "")),
        ("GET", f"{_metadata._ROLE}role", (500, "")),
    ],
)
def test_an_instance_without_a_role(method, path, said, instance):
    instance[1].answers[(method, path)] = said
    with pytest.raises(NoCredentialsError, match="Unable to locate credentials"):
        _chain.Chain().credentials()


def test_a_role_is_a_segment_of_a_path(instance):
    handler = instance[1]
    handler.answers[("GET", _metadata._ROLE)] = (200, "../a b?\u00e4\nanother")
    handler.answers[("GET", f"{_metadata._ROLE}..%2Fa%20b%3F%C3%A4")] = (200, answer())
    handler.answers[("GET", f"{_metadata._ROLE}..%2Fa%20b%3F%EF%BF%BD")] = (200, answer())
    assert found() == ("ROLE", SECRET, "t")


def test_an_instances_credentials_are_used_for_longer(instance):
    handler = instance[1]
    handler.answers[("GET", f"{_metadata._ROLE}role")] = (200, answer(hours=-1))
    chain = _chain.Chain()
    for _ in range(3):
        assert chain.credentials().access_key == "ROLE"
    assert len(handler.asked) == 3
    assert theirs() == ("ROLE", SECRET, "t")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TIMEOUT", "-1"),
        ("TIMEOUT", "1e3"),
        ("TIMEOUT", "9" * 5000),
        ("NUM_ATTEMPTS", "0"),
        ("NUM_ATTEMPTS", "many"),
        ("ENDPOINT", "file:///etc"),
        ("ENDPOINT", "http://a@b"),
        ("ENDPOINT_MODE", "ipv5"),
    ],
)
def test_settings_of_instances_without_sense(name, value, instance, monkeypatch):
    if name == "ENDPOINT_MODE":
        monkeypatch.delenv("AWS_EC2_METADATA_SERVICE_ENDPOINT")
    prefix = "AWS_EC2_METADATA_SERVICE" if "ENDPOINT" in name else "AWS_METADATA_SERVICE"
    monkeypatch.setenv(f"{prefix}_{name}", value)
    with pytest.raises(NoCredentialsError, match=r"must be|no URL"):
        _chain.Chain().credentials()
    assert instance[1].asked == []


def test_proxies_are_not_asked(instance, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert found() == ("ROLE", SECRET, "t")


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
    answers = [_metadata.Found(aws.Credentials("K", SECRET), expires), None]
    monkeypatch.setattr(_metadata, "of_instance", lambda settings: answers.pop(0))
    chain = _chain.Chain()
    if minutes > 0:
        assert chain.credentials() is chain.credentials()
    else:
        with pytest.raises(NoCredentialsError, match="have expired"):
            chain.credentials()
        with pytest.raises(NoCredentialsError, match="Unable to locate"):
            chain.credentials()
    assert not answers


@pytest.mark.parametrize(
    "end", ["2099-01-01T00:00:00", "2099-01-01T00:00:00Z", 4070908800, "?", None, {}, "9" * 5000]
)
def test_ends_of_credentials_however_they_are_told(end, container):
    body = json.dumps({"AccessKeyId": "K", "SecretAccessKey": SECRET, "Expiration": end})
    container.answers[("GET", "/c")] = (200, body)
    chain = _chain.Chain()
    assert chain.credentials() is chain.credentials()
    assert len(container.asked) == 1


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
