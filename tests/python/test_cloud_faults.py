"""What goes wrong on the way to a cloud, and what is tried again."""

import concurrent.futures
import contextlib
import os
import socket
import sys
import time

import pytest
from cloud_server import TOKEN, reset, silent
from cloud_server import asking_google as asking
from conftest import run

from sky_rs.cloud import _rest, gcp
from sky_rs.cloud.exceptions import (
    CloudError,
    ConnectionClosedError,
    EndpointConnectionError,
    HostNotAllowedError,
    ReadTimeoutError,
    ResponseTooLargeError,
)


@pytest.mark.parametrize("body", [b"", b"<html>busy</html>", b'{"error": 1}', b"\xff{", b"[]"])
def test_errors_without_a_description(body, backend, no_delay):
    with asking(lambda _: (503, {}, body)) as (client, server):
        with pytest.raises(gcp.HttpError) as caught:
            client.zones.list()
    assert caught.value.status_code == 503
    assert len(server.requests) == _rest.ATTEMPTS
    assert len(no_delay) == _rest.ATTEMPTS - 1
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


def endless(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n[")
    while True:
        handler.wfile.write(b"1," * 10_000)


def slow(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        handler.wfile.write(b"[")
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("behaviour", "error", "attempts"),
    [
        (reset, ConnectionClosedError, 3),
        (endless, ResponseTooLargeError, 1),
        (slow, ReadTimeoutError, 3),
        (silent, ReadTimeoutError, 3),
    ],
)
def test_faults_on_the_way(behaviour, error, attempts, no_delay):
    with asking(lambda _: behaviour) as (client, server):
        client._service.transport._most_bytes = 100_000
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
