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

from sky_rs.cloud._allowed import Allowed
from sky_rs.cloud._transport import Transport
from sky_rs.cloud.config import Config
from sky_rs.cloud.exceptions import TLSError, TransportError


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
        for variable in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
            monkeypatch.delenv(variable, raising=False)
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(path))
        transport = Transport(Allowed([server.url]), Config())
        headers = [("Authorization", f"Bearer {TOKEN}")]
        try:
            if works:
                answer = transport.send("GET", f"{server.url}/x", headers, seconds=10)
                assert (answer.status, answer.body) == (200, b"{}")
                return
            with pytest.raises(TLSError, match="SSL validation failed") as caught:
                transport.send("GET", f"{server.url}/x", headers, seconds=10)
            assert TOKEN not in str(caught.value)
            assert server.requests == []
        finally:
            transport.close()


def test_proxies_are_used(monkeypatch):
    def respond(request):
        return {"asked": request.target}

    with serving(respond) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "management.azure.com")
        urls = ["https://compute.googleapis.com/x", "https://management.azure.com/x", proxy.url]
        transport = Transport(Allowed(urls), Config())
        # The proxy is no proxy, but is asked to be one.
        with pytest.raises(TransportError):
            transport.send("GET", urls[0], [], seconds=5)
        # This machine's own services are not behind it either.
        assert [transport._connections.proxy(url) for url in urls] == [proxy.url, None, None]
        transport.close()
