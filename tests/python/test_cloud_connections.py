"""Answers that come late, piece by piece or packed, and connections on the way to them."""

import _thread
import contextlib
import gzip
import logging
import os
import socket
import threading
import time
import zlib

import pytest
from cloud_server import TOKEN, reset, serving

from sky_rs import _limits
from sky_rs.cloud import exceptions
from sky_rs.cloud._allowed import Allowed
from sky_rs.cloud._transport import Transport
from sky_rs.cloud.config import Config

MOST = 200_000
PASSWORD = "a-proxys-password"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@contextlib.contextmanager
def sending(url, **config):
    transport = Transport(Allowed([url]), Config(**config), most_bytes=MOST)
    with contextlib.closing(transport):
        yield lambda method="GET", headers=(), **options: transport.send(
            method, f"{url}/?X-Amz-Signature=secret", list(headers), **options
        )


def dripping(text):
    """Says something, and goes on one byte at a time."""

    def say(handler):
        handler.wfile.write(text)
        for _ in range(400):
            handler.wfile.write(b"0")
            time.sleep(0.05)

    return say


def endlessly(text):
    def say(handler):
        for _ in range(10_000):
            handler.wfile.write(text)
            time.sleep(0.01)

    return say


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "behaviour",
    [
        dripping(b""),
        dripping(b"HTTP/1.1 2"),
        dripping(b"HTTP/1.1 200 OK\r\na: "),
        dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"),
        dripping(b"HTTP/1.1 200 OK\r\n\r\n"),
        dripping(CHUNKED),
        dripping(CHUNKED + b"0\r\na: "),
        endlessly(b"HTTP/1.1 100 Continue\r\n\r\n"),
        endlessly(b"HTTP/1.1 100 Continue\r\na: b\r\n\r\n"),
    ],
)
def test_steady_answers_end_in_time(behaviour):
    with serving(lambda _: behaviour) as server, sending(server.url) as send:
        with pytest.raises(exceptions.ReadTimeoutError, match=r'on endpoint URL: "http://127') as e:
            send(seconds=0.5)
    assert "secret" not in str(e.value)


def test_what_comes_in_time_is_whole():
    def piecewise(handler):
        for byte in b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n":
            handler.wfile.write(bytes([byte]))
            time.sleep(0.002)

    with serving(lambda _: piecewise) as server, sending(server.url) as send:
        assert send(seconds=20).body == b"hello"


def packed(body, encoding="gzip"):
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n"

    def say(handler):
        handler.wfile.write(head % (encoding.encode(), len(body)) + body)

    return say


TEXT = os.urandom(50_000) + b"a" * 100_000
GZIP = gzip.compress(TEXT)


@pytest.mark.parametrize(
    ("body", "encoding", "found"),
    [
        (GZIP, "gzip", TEXT),
        (GZIP, "X-GZip", TEXT),
        (zlib.compress(TEXT), "deflate", TEXT),
        (gzip.compress(TEXT[:70_000]) + gzip.compress(TEXT[70_000:]), "gzip", TEXT),
        (gzip.compress(b"a" * MOST), "gzip", b"a" * MOST),
        (b"", "gzip", b""),
        (gzip.compress(b""), "gzip", b""),
        (b"as it is", "identity", b"as it is"),
        (GZIP[:-1], "gzip", exceptions.ConnectionClosedError),
        (GZIP[:-8], "gzip", exceptions.ConnectionClosedError),
        (GZIP[:-1] + b"\1", "gzip", exceptions.ConnectionClosedError),
        (GZIP[:1000], "gzip", exceptions.ConnectionClosedError),
        (GZIP + b"more", "gzip", exceptions.ConnectionClosedError),
        (b"junk", "gzip", exceptions.ConnectionClosedError),
        (gzip.compress(b"a" * (MOST + 1)), "gzip", exceptions.ResponseTooLargeError),
        (gzip.compress(bytes(10**8)), "gzip", exceptions.ResponseTooLargeError),
        (gzip.compress(b"a" * 150_000) * 2, "gzip", exceptions.ResponseTooLargeError),
    ],
)
def test_bodies_that_are_compressed(body, encoding, found):
    with serving(lambda _: packed(body, encoding)) as server, sending(server.url) as send:
        if isinstance(found, bytes):
            assert send().body == found
        else:
            with pytest.raises(found):
                send()


def test_a_head_may_tell_of_any_length():
    def say(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % 10**13)

    with serving(lambda _: say) as server, sending(server.url) as send:
        with pytest.raises(exceptions.ResponseTooLargeError):
            send("GET")
    with serving(lambda _: say) as server, sending(server.url) as send:
        server.RequestHandlerClass = type("Heads", (server.RequestHandlerClass,), {})
        server.RequestHandlerClass.do_HEAD = server.RequestHandlerClass.answer
        assert dict(send("HEAD").headers)["Content-Length"] == str(10**13)


@pytest.mark.parametrize("length", ["9" * 5000, "-1", "1, 2", "x", "\u0661"])
def test_lengths_that_are_none_are_typed_errors(length):
    def say(handler):
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\nx"
        handler.wfile.write(head.encode())

    with serving(lambda _: say) as server, sending(server.url) as send:
        with contextlib.suppress(exceptions.TransportError):
            assert send(seconds=5).body == b"x"


def test_nobody_accepts():
    with socket.socket() as listening, contextlib.ExitStack() as stack:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):  # as many as wait in its queue
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                waiting.connect(listening.getsockname())
        with sending(f"http://127.0.0.1:{listening.getsockname()[1]}", connect_timeout=0.3) as send:
            with pytest.raises(exceptions.TransportError) as caught:
                send(seconds=3)
    # Some systems refuse what does not fit into the queue.
    assert isinstance(
        caught.value,
        (
            exceptions.ConnectTimeoutError,
            exceptions.EndpointConnectionError,
            exceptions.ConnectionClosedError,
        ),
    )


def test_a_host_that_no_resolver_is_asked_for():
    with sending(f"http://{'a' * 64}.example") as send:
        with pytest.raises(exceptions.EndpointConnectionError, match="Could not connect"):
            send()


def test_a_connection_serves_many_requests():
    def respond(request):
        return {"n": request.headers["N"]}

    with serving(respond) as server, sending(server.url) as send:
        sources = set()
        plain = server.RequestHandlerClass.answer

        class Noting(server.RequestHandlerClass):
            def answer(self):
                sources.add(self.client_address)
                plain(self)

            do_GET = answer  # noqa: N815

        server.RequestHandlerClass = Noting
        for number in range(20):
            assert send(headers=[("N", str(number))]).body == b'{"n": "%d"}' % number
        assert len(sources) == 1


def test_a_connection_that_was_closed_meanwhile_is_made_anew():
    def respond(request):
        def say(handler):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

        return say  # which closes without saying so

    with serving(respond) as server, sending(server.url) as send:
        for _ in range(5):
            assert send().body == b"ok"
            time.sleep(0.05)


def test_a_stream_takes_longer_than_a_response():
    def slowly(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n")
        for byte in b"contents":
            handler.wfile.write(bytes([byte]))
            time.sleep(0.1)

    with serving(lambda _: slowly) as server, sending(server.url) as send:
        reply = send(stream=True, seconds=0.4)
        assert reply.stream.read() == b"contents"
        reply.stream.close()
        with pytest.raises(exceptions.ConnectionClosedError):
            with serving(lambda _: reset) as other, sending(other.url) as elsewhere:
                elsewhere(stream=True).stream.read()


def test_a_stream_that_stops():
    def say(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nco")
        time.sleep(1)

    with serving(lambda _: say) as server, sending(server.url, read_timeout=0.2) as send:
        with pytest.raises(exceptions.ReadTimeoutError):
            send(stream=True).stream.read()


def silently(handler):
    with contextlib.suppress(OSError):
        handler.connection.recv(1)  # until the other side closes


def test_nobody_waits_for_it_any_more():
    cancelled = threading.Event()
    token = _limits._cancelled.set(cancelled)
    try:
        with serving(lambda _: silently) as server, sending(server.url) as send:
            threading.Timer(0.1, cancelled.set).start()
            with pytest.raises(_limits.Cancelled):
                send()
    finally:
        _limits._cancelled.reset(token)


def test_an_interrupt_is_heard():
    with serving(lambda _: silently) as server, sending(server.url) as send:
        timer = threading.Timer(0.2, _thread.interrupt_main)
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            send()
        timer.join()


@pytest.mark.parametrize("value", [f"{TOKEN}\n", f"a\r\nHost: {TOKEN}", f"{TOKEN}\u20ac", "\0"])
def test_headers_that_cannot_be_sent_are_not_shown(value):
    with serving(lambda _: {}) as server, sending(server.url) as send:
        with pytest.raises(exceptions.ParamValidationError, match="header Authorization") as caught:
            send(headers=[("Authorization", value)])
        assert server.requests == []
    assert TOKEN not in str(caught.value)


PROXIES = [
    "socks5://me:{}@127.0.0.1:{}",
    "http://me:{}@[::1",
    "http://me:{}@127.0.0.1:port",
    "nonsense://me:{}@127.0.0.1",
    "http://me:{}@127.0.0.1:{}",
    "https://me:{}@127.0.0.1:{}",
]


@pytest.mark.parametrize("url", ["http://ec2.example", "https://ec2.example"])
@pytest.mark.parametrize("proxy", PROXIES)
def test_proxies_that_are_none(proxy, url, caplog):
    caplog.set_level(logging.DEBUG)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        proxies = dict.fromkeys(["http", "https"], proxy.format(PASSWORD, taken.getsockname()[1]))
        with sending(url, proxies=proxies, connect_timeout=2) as send:
            with pytest.raises(exceptions.TransportError, match=r"(?i)proxy") as caught:
                send(seconds=5)
    shown = "".join(map(repr, (caught.value, caught.value.__cause__, caught.value.__context__)))
    assert PASSWORD not in str(caught.value) + shown + caplog.text


def refusing(handler):
    handler.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")


@pytest.mark.parametrize("behaviour", [refusing, reset, dripping(b"HTTP/1.1 2"), silently])
def test_proxies_that_do_not_connect(behaviour, caplog):
    caplog.set_level(logging.DEBUG)
    with serving(lambda _: {}) as server:

        def connect(self):
            with contextlib.suppress(OSError):
                behaviour(self)

        handler = server.RequestHandlerClass
        server.RequestHandlerClass = type("Proxy", (handler,), {"do_CONNECT": connect})
        proxies = {"https": server.url.replace("//", f"//me:{PASSWORD}@")}
        with sending("https://ec2.example", proxies=proxies) as send:
            with pytest.raises(exceptions.TransportError) as caught:
                send(seconds=0.5)
    assert PASSWORD not in str(caught.value) + caplog.text


def test_a_handshake_that_ends_is_a_connection_that_is_closed():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(10)

        def hang_up():
            connection, _ = listening.accept()
            with connection:
                connection.recv(5)
                connection.recv(65536)
                connection.shutdown(socket.SHUT_RDWR)

        thread = threading.Thread(target=hang_up)
        thread.start()
        with sending(f"https://127.0.0.1:{listening.getsockname()[1]}") as send:
            with pytest.raises(exceptions.ConnectionClosedError):
                send(seconds=5)
        thread.join(10)


def test_certificates_that_are_not_there(monkeypatch):
    monkeypatch.setenv("AWS_CA_BUNDLE", "missing.pem")
    with serving(lambda _: {}) as server:
        url = server.url.replace("http:", "https:")
        with sending(url) as send, pytest.raises(exceptions.TransportError):
            send(seconds=5)
