"""Connections to clouds: whom they trust."""

import datetime
import ipaddress
import ssl

import pytest
from cloud_server import TOKEN, serving
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sky_rs.cloud import _exchange
from sky_rs.cloud.exceptions import EndpointConnectionError, HostNotAllowedError


def certificate(path, name):
    """A certificate for a name or an address, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    today = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - day)
        .not_valid_after(today + day)
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        built.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def secured(tmp_path):
    """Serves over TLS with a certificate for a name; gives the file and the server."""

    def wrap(server, name):
        path = certificate(tmp_path / "certificate.pem", name)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.url = server.url.replace("http:", "https:")
        server.handle_error = lambda *_: None
        return path

    return wrap


ADDRESS = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
ANOTHER = x509.DNSName("compute.googleapis.com")


@pytest.mark.parametrize(
    ("name", "trusted", "works"),
    [(ADDRESS, True, True), (ADDRESS, False, False), (ANOTHER, True, False)],
)
def test_certificates_are_verified(name, trusted, works, secured, monkeypatch):
    with serving(lambda _: {}) as server:
        path = secured(server, name)
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(path))
        exchange = _exchange.Exchange(server.url)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        try:
            if works:
                answer = exchange.send("GET", f"{server.url}/x", headers, b"", 10)
                assert (answer[0], answer[2]) == (200, b"{}")
                return
            with pytest.raises(EndpointConnectionError, match=r"(?i)certificate") as caught:
                exchange.send("GET", f"{server.url}/x", headers, b"", 10)
            assert TOKEN not in str(caught.value)
            assert server.requests == []
        finally:
            exchange.close()


def test_proxies_are_used(monkeypatch):
    def respond(request):
        return {"asked": request.target}

    with serving(respond) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "management.azure.com")
        exchange = _exchange.Exchange("https://compute.googleapis.com")
        # The proxy is no proxy, but is asked to be one.
        with pytest.raises(EndpointConnectionError):
            exchange.send("GET", "https://compute.googleapis.com/x", {}, b"", 5)
        manager = exchange._connections()
        assert manager.proxy.url == proxy.url
        exchange.close()
        direct = _exchange.Exchange("https://management.azure.com")
        assert direct._connections().proxy is None
        direct.close()
        # This machine's own services are not behind it.
        mine = _exchange.Exchange(proxy.url)
        assert mine._connections().proxy is None
        mine.close()


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("https://a.example", "https://a.example:444/"),
        ("https://a.example", "https://b.example/"),
        ("https://a.example", "https://a.example.b/"),
        ("https://a.example", "https://b@a.example/"),
        ("https://a.example", "http://a.example:443/"),
        ("https://a.example", "https:/a.example/"),
        ("https://a.example", ""),
    ],
)
def test_requests_stay_at_the_endpoint(endpoint, url):
    with pytest.raises(HostNotAllowedError):
        _exchange.Exchange(endpoint).send("GET", url, {}, b"", 1)


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("https://a.example", "https://A.Example:443/x"),
        ("https://a.example:443/folder/", "https://a.example/"),
    ],
)
def test_one_origin_is_written_in_several_ways(endpoint, url):
    exchange = _exchange.Exchange(endpoint)
    assert _exchange._origin(url) == exchange._origin
