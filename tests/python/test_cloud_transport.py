"""Requests that go wrong on their way, and answers that are not what they should be."""

import contextlib
import gzip
import http.server
import logging
import os
import pickle
import re
import socket
import socketserver
import threading
import time

import pytest

import sky_rs
from sky_rs.cloud import aws, exceptions
from sky_rs.cloud._allowed import Allowed
from sky_rs.cloud._transport import Transport

SECRET = "the/secret+key"
TOKEN = "the session's token"
FAST = {"connect_timeout": 2, "read_timeout": 0.5, "retries": {"total_max_attempts": 1}}

OK = b"HTTP/1.1 200 OK\r\n"
REGIONS = (
    b"<DescribeRegionsResponse><requestId>r</requestId><regionInfo><item><regionName>a</regionName>"
    b"</item></regionInfo></DescribeRegionsResponse>"
)


def whole(body, head=OK, *headers):
    lines = [b"Content-Length: %d" % len(body), b"Connection: close", *headers]
    return head + b"\r\n".join(lines) + b"\r\n\r\n" + body


def complete(request):
    head, end, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: (\d+)", head.lower())
    return end and len(body) >= (int(length[1]) if length else 0)


@contextlib.contextmanager
def server(*answers):
    """Gives one answer to each connection, the last to all others: bytes, or a function."""
    requests = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            self.request.settimeout(10)
            text = b""
            with contextlib.suppress(OSError):
                while not complete(text):
                    block = self.request.recv(65536)
                    if not block:
                        return
                    text += block
                requests.append(text)
                answer = answers[min(len(requests), len(answers)) - 1]
                if callable(answer):
                    answer(self.request)
                else:
                    self.request.sendall(answer)
                self.request.shutdown(socket.SHUT_RDWR)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.server_address[1]}", requests
        finally:
            listening.shutdown()
            thread.join(10)


def client(url, service="ec2", **config):
    return aws.client(
        service,
        "us-east-1",
        endpoint_url=url,
        aws_access_key_id="AKID",
        aws_secret_access_key=SECRET,
        aws_session_token=TOKEN,
        config=aws.Config(**{**FAST, **config}),
    )


@pytest.fixture(params=["component", "python"], autouse=True)
def backend(request):
    with sky_rs.using(request.param):
        yield request.param


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
            monkeypatch.delenv(name)


def slowly(connection):
    with contextlib.suppress(OSError):
        for byte in whole(REGIONS):
            connection.sendall(bytes([byte]))
            time.sleep(0.2)


def silently(connection):
    with contextlib.suppress(OSError):
        connection.recv(1)  # until the other side closes


def reset(connection):
    connection.sendall(whole(REGIONS)[:-20])
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()


FAULTS = [
    (b"", exceptions.ConnectionClosedError),
    (b"nonsense\r\n\r\n", exceptions.ConnectionClosedError),
    (whole(REGIONS)[:-5], exceptions.ConnectionClosedError),
    (reset, exceptions.ConnectionClosedError),
    (silently, exceptions.ReadTimeoutError),
    (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc", exceptions.ConnectionClosedError),
    (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n", exceptions.ConnectionClosedError),
    (OK + b"a: b\r\n" * 1000 + b"\r\n", exceptions.ConnectionClosedError),
    (whole(b"", OK, b"Content-Encoding: gzip") + b"x", exceptions.ResponseParserError),
    (whole(b"junk", OK, b"Content-Encoding: gzip"), exceptions.ConnectionClosedError),
    (whole(b"<a>"), exceptions.ResponseParserError),
    (whole(b"{}", OK, b"Content-Type: application/json"), exceptions.ResponseParserError),
    (whole(b"\xff\xfe"), exceptions.ResponseParserError),
    (whole(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), exceptions.ResponseParserError),
    (whole(b"<a>" * 1000), exceptions.ResponseParserError),
    (whole(b"<html/>", b"HTTP/1.1 502 Bad Gateway\r\n"), exceptions.CloudError),
    (whole(b"", b"HTTP/1.1 403 Forbidden\r\n"), exceptions.CloudError),
]


@pytest.mark.parametrize(("answer", "error"), FAULTS)
def test_faults_are_typed_errors_in_time(answer, error):
    start = time.monotonic()
    with server(answer) as (url, requests), client(url) as ec2:
        with pytest.raises(error) as caught:
            ec2.describe_regions()
        assert len(requests) == 1
    assert time.monotonic() - start < 20
    assert SECRET not in repr(caught.value)
    assert TOKEN not in repr(caught.value)


def test_nobody_listens():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with client(f"http://127.0.0.1:{port}") as ec2:
        with pytest.raises(
            exceptions.EndpointConnectionError, match="Could not connect to the end"
        ):
            ec2.describe_regions()


def test_no_such_host():
    with client("http://no-such-host.invalid") as ec2, pytest.raises(exceptions.TransportError):
        ec2.describe_regions()


def test_a_body_that_comes_too_slowly_is_given_up():
    with server(slowly) as (url, _), client(url, read_timeout=0.1) as ec2:
        with pytest.raises(exceptions.ReadTimeoutError):
            ec2.describe_regions()


def test_bodies_are_bounded():
    def endlessly(connection):
        with contextlib.suppress(OSError):
            connection.sendall(OK + b"\r\n<a>")
            for _ in range(1000):
                connection.sendall(b" " * 65536)

    bomb = gzip.compress(b" " * 50_000_000)
    for answer in (
        endlessly,
        OK + b"Content-Length: 99999999999\r\n\r\n<a>",
        whole(bomb, OK, b"Content-Encoding: gzip"),
    ):
        with server(answer) as (url, _):
            transport = Transport(Allowed([url]), aws.Config(), most_bytes=1_000_000)
            with contextlib.closing(transport):
                with pytest.raises(
                    exceptions.ResponseTooLargeError, match="more than 1000000 bytes"
                ):
                    transport.send("GET", url, [])


def test_redirects_are_not_followed():
    with server(whole(b"", b"HTTP/1.1 200 OK\r\n")) as (elsewhere, others):
        moved = b"HTTP/1.1 307 Temporary Redirect\r\nLocation: %s/\r\n" % elsewhere.encode()
        with server(whole(b"", moved)) as (url, requests), client(url, "s3") as s3:
            with pytest.raises(exceptions.ClientError) as caught:
                s3.list_objects_v2(Bucket="bucket")
        assert (len(requests), others) == (1, [])
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 307


THROTTLED = whole(
    b"<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>slowly</Message></Error>"
    b"</Errors><RequestID>r</RequestID></Response>",
    b"HTTP/1.1 503 Service Unavailable\r\nx-amz-retry-after: 0\r\n",
)


@pytest.fixture
def no_waiting(monkeypatch):
    waits = []
    monkeypatch.setattr("sky_rs.cloud._retries.wait", waits.append)
    return waits


def test_what_passes_is_tried_again(no_waiting):
    with server(THROTTLED, b"", whole(REGIONS)) as (url, requests):
        with client(url, retries={"total_max_attempts": 3}) as ec2:
            found = ec2.describe_regions()
    assert found["Regions"] == [{"RegionName": "a"}]
    assert found["ResponseMetadata"]["RetryAttempts"] == 2
    assert len(requests) == 3
    assert len(no_waiting) == 2


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("body", [b"<html><body>busy", b"busy", b'{"a": 1}', b""])
def test_servers_on_the_way_may_say_it_in_their_words(status, body, no_waiting):
    answer = whole(body, b"HTTP/1.1 %d Oh\r\n" % status)
    with server(answer, whole(REGIONS)) as (url, requests):
        with client(url, retries={"total_max_attempts": 2}) as ec2:
            assert ec2.describe_regions()["Regions"]
    assert len(requests) == 2
    with server(answer) as (url, _), client(url) as ec2:
        with pytest.raises(exceptions.ClientError) as caught:
            ec2.describe_regions()
    assert caught.value.response["Error"]["Code"] == str(status)


def test_attempts_end(no_waiting):
    with server(THROTTLED) as (url, requests):
        with client(url, retries={"max_attempts": 2}) as ec2:
            with pytest.raises(exceptions.ClientError) as caught:
                ec2.describe_regions()
    assert len(requests) == 3
    assert str(caught.value) == (
        "An error occurred (RequestLimitExceeded) when calling the DescribeRegions operation "
        "(reached max retries: 2): slowly"
    )


def test_the_quota_of_repetitions_ends(no_waiting):
    with server(THROTTLED) as (url, requests):
        with client(url, retries={"total_max_attempts": 1000}) as ec2:
            with pytest.raises(exceptions.ClientError):
                ec2.describe_regions()
    assert len(requests) == 1 + 500 // 5


def test_a_wrong_clock_is_set_right(no_waiting):
    skewed = whole(
        b"<Response><Errors><Error><Code>RequestExpired</Code><Message>m</Message></Error></Errors>"
        b"<RequestID>r</RequestID></Response>",
        b"HTTP/1.1 400 Bad Request\r\nDate: Wed, 01 Jan 2031 00:00:00 GMT\r\n",
    )
    with server(skewed, whole(REGIONS)) as (url, requests):
        with client(url, retries={"total_max_attempts": 3}) as ec2:
            ec2.describe_regions()
            ec2.describe_regions()
    assert b"X-Amz-Date: 2031" not in requests[0]
    assert b"X-Amz-Date: 20310101T0000" in requests[1]
    assert b"X-Amz-Date: 20310101T0000" in requests[2]
    assert no_waiting == []


def test_pages_that_go_round_in_circles_end():
    page = whole(b"<DescribeInstancesResponse><nextToken>t</nextToken></DescribeInstancesResponse>")
    with server(page) as (url, requests), client(url) as ec2:
        with pytest.raises(exceptions.PaginationError, match="received twice"):
            list(ec2.paginate("describe_instances"))
    assert len(requests) == 2


def test_an_object_that_ends_too_early_or_is_another():
    with server(whole(b"hello", OK, b"x-amz-checksum-crc32: AAAAAA==")) as (url, _):
        with client(url, "s3") as s3, s3.get_object(Bucket="bucket", Key="k")["Body"] as body:
            with pytest.raises(exceptions.ChecksumError, match="did not match"):
                body.read()
    with server(whole(b"hello")[:-2]) as (url, _):
        with client(url, "s3") as s3, s3.get_object(Bucket="bucket", Key="k")["Body"] as body:
            with pytest.raises(exceptions.TransportError):
                body.read()


class Proxy(http.server.BaseHTTPRequestHandler):
    asked = ()

    def do_POST(self):
        type(self).asked += ((self.path, self.headers.get("Proxy-Authorization")),)
        self.send_response(200)
        self.send_header("Content-Length", str(len(REGIONS)))
        self.end_headers()
        self.wfile.write(REGIONS)

    def log_message(self, *_):
        pass


def test_proxies_of_the_environment(monkeypatch):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        try:
            monkeypatch.setenv("http_proxy", f"http://me:pass@127.0.0.1:{listening.server_port}")
            with client("http://ec2.example") as ec2:
                assert ec2.describe_regions()["Regions"]
            monkeypatch.setenv("no_proxy", "ec2.example")
            with client("http://ec2.example") as ec2, pytest.raises(exceptions.TransportError):
                ec2.describe_regions()
        finally:
            listening.shutdown()
            thread.join(10)
    assert Proxy.asked[-1] == ("http://ec2.example/", "Basic bWU6cGFzcw==")


ALLOWED = Allowed(["https://ec2.us-east-1.amazonaws.com"], ["https://s3.amazonaws.com"])


@pytest.mark.parametrize(
    "url",
    [
        "https://ec2.us-east-1.amazonaws.com/a?b",
        "https://EC2.us-east-1.amazonaws.com:443/",
        "https://s3.amazonaws.com/b",
        "https://my.bucket.s3.amazonaws.com/",
    ],
)
def test_hosts_that_are_allowed(url):
    ALLOWED.check(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://ec2.us-east-1.amazonaws.com/",
        "https://ec2.us-east-1.amazonaws.com:8443/",
        "https://a.ec2.us-east-1.amazonaws.com/",
        "https://ec2.us-east-1.amazonaws.com.evil.example/",
        "https://ec2.us-east-1.amazonaws.com@evil.example/",
        "https://evil.example#ec2.us-east-1.amazonaws.com",
        "https://evil.example\\.s3.amazonaws.com/",
        "https://ec2.us-east-1.amazonaws.com./",
        "https://ec2%2eus-east-1.amazonaws.com/",
        "https://evils3.amazonaws.com/",
        "https://.s3.amazonaws.com/",
        "https://a..s3.amazonaws.com/",
        "https://ec2.us-\teast-1.amazonaws.com/",
        "https://ec2.us-east-1.amazonaws.com/\r\nHost: evil.example",
        " https://ec2.us-east-1.amazonaws.com/",
        "https://ec2.us-east-1.amazonaws.com:443:443/",
        "https://ec2.us-east-1.amazonaws.com:\u0664\u0664\u0663/",
        "https:///ec2.us-east-1.amazonaws.com/",
        "https://ｅc2.us-east-1.amazonaws.com/",
        "https://amazonaws.com/",
        "https://169.254.169.254/",
        "//ec2.us-east-1.amazonaws.com/",
        "file:///etc/passwd",
        "https://",
        "https://[::1/",
        "https://s3.amazonaws.com:99999/",
        "",
    ],
)
def test_hosts_that_are_not_allowed(url):
    with pytest.raises(exceptions.HostNotAllowedError):
        ALLOWED.check(url)


def test_users_of_urls_are_not_shown():
    with pytest.raises(exceptions.HostNotAllowedError, match="evil") as caught:
        ALLOWED.check(f"https://me:{SECRET}@evil.example/?a@b")
    assert "key" not in str(caught.value)


def test_what_is_not_allowed_is_not_sent():
    with server(whole(b"")) as (url, requests):
        with contextlib.closing(Transport(ALLOWED, aws.Config())) as transport:
            with pytest.raises(exceptions.HostNotAllowedError, match="is not one of the hosts"):
                transport.send("GET", url, [])
    assert requests == []


def test_secrets_are_not_logged(caplog):
    caplog.set_level(logging.DEBUG)
    with server(THROTTLED) as (url, requests), client(url) as ec2:
        with pytest.raises(exceptions.ClientError) as caught:
            ec2.describe_regions()
    assert TOKEN.encode() in requests[0]  # it was sent
    assert SECRET.encode() not in requests[0]
    shown = caplog.text + repr(caught.value) + repr(ec2)
    assert SECRET not in shown
    assert TOKEN not in shown


@pytest.mark.needs("fork")
def test_a_forked_child_has_connections_of_its_own():
    with server(whole(REGIONS)) as (url, requests), client(url) as ec2:
        ec2.describe_regions()
        child = os.fork()
        if not child:
            status = 1
            with contextlib.suppress(BaseException):
                status = 0 if ec2.describe_regions()["Regions"] else 1
            os._exit(status)
        assert os.waitpid(child, 0)[1] == 0
        ec2.describe_regions()
        assert len(requests) == 3


def test_errors_can_be_pickled():
    errors = [
        exceptions.ClientError({"Error": {"Code": "c", "Message": "m"}}, "Op"),
        exceptions.ReadTimeoutError("late"),
        exceptions.IncompleteReadError(1, 2),
        exceptions.ChecksumError("a", "b"),
        exceptions.ParamValidationError("r"),
        exceptions.NoRegionError(),
    ]
    for error in errors:
        copy = pickle.loads(pickle.dumps(error))
        assert (type(copy), str(copy)) == (type(error), str(error))
