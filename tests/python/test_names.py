"""Names and ports: what the vectors cannot show."""

import contextlib
import os
import socket

import pytest
from conftest import run

import sky_rs
from sky_rs import encoding, names


@pytest.fixture
def user_hash_file(tmp_path, monkeypatch):
    monkeypatch.delenv("SKYPILOT_USER_ID", raising=False)
    path = tmp_path / "home" / "user_hash"
    monkeypatch.setattr(names, "USER_HASH_FILE", str(path))
    return path


@pytest.mark.parametrize(
    ("user_id", "valid"),
    [
        ("abc", True),
        ("a-", True),
        ("sa-1", True),
        ("abc\n", True),  # as in SkyPilot
        ("", False),
        ("-a", False),
        ("a_b", False),
        ("\u00e9", False),
    ],
)
def test_the_users_hash_from_the_environment(user_hash_file, monkeypatch, user_id, valid):
    monkeypatch.setenv("SKYPILOT_USER_ID", user_id)
    assert (names.get_user_hash() == user_id) is valid
    assert user_hash_file.exists() is not valid


def test_the_users_hash_is_kept(user_hash_file):
    made = names.get_user_hash()
    assert len(made) == 8
    assert int(made, 16) >= 0
    assert user_hash_file.read_text() == made
    user_hash_file.write_text(" kept-0 \n")
    assert names.get_user_hash() == "kept-0"
    assert names.make_cluster_name_on_cloud("My.Name", None) == "my-name-kept-0"
    user_hash_file.write_text("not/valid")
    assert names.get_user_hash() == made


def test_every_public_function_is_documented():
    for module in (names, encoding):
        for name in module.__all__:
            assert getattr(module, name).__doc__, name


@contextlib.contextmanager
def bound(address="127.0.0.1", reuse=False, listen=True):
    with socket.socket() as server:
        if reuse:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((address, 0))
        if listen:
            server.listen()
        yield server.getsockname()[1]


# What SkyPilot's function gives: (address, SO_REUSEADDR, listening), with and without reuse_addr.
@pytest.mark.parametrize(
    ("server", "reusing", "not_reusing"),
    [
        (("0.0.0.0", False, True), False, False),
        (("127.0.0.1", True, True), False, False),
        (("127.0.0.1", True, False), True, False),
        (("127.0.0.1", False, False), False, False),
        (("127.0.0.2", False, True), True, True),
    ],
)
def test_ports(server, reusing, not_reusing):
    with bound(*server) as port:
        assert sky_rs.is_port_available(port) is reusing
        assert sky_rs.is_port_available(port, reuse_addr=False) is not_reusing
    assert sky_rs.is_port_available(port)


def test_a_port_whose_connection_has_just_ended():
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        accepted, _ = server.accept()
        accepted.close()  # whoever closes first waits
        client.close()
    assert sky_rs.is_port_available(port, reuse_addr=True)
    assert not sky_rs.is_port_available(port, reuse_addr=False)


@pytest.mark.parametrize("port", [0, 65535, True])
def test_odd_ports(port):
    assert isinstance(sky_rs.is_port_available(port), bool)


@pytest.mark.needs("/proc")
@pytest.mark.parametrize(
    ("port", "error", "message"),
    [
        (65536, OverflowError, "bind\\(\\): port must be 0-65535"),
        (-1, OverflowError, "bind\\(\\): port must be 0-65535"),
        (None, TypeError, "'NoneType' object cannot be interpreted as an integer"),
        ("80", TypeError, "'str' object cannot be interpreted as an integer"),
        (1.5, TypeError, "'float' object cannot be interpreted as an integer"),
    ],
)
def test_no_ports(port, error, message):
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(error, match=message):
        sky_rs.is_port_available(port)
    assert len(os.listdir("/proc/self/fd")) == before


def test_without_a_socket_there_is_no_answer(monkeypatch):
    def refuse(*_):
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("socket.SocketType", refuse)
    with pytest.raises(OSError, match="Too many open files"):
        sky_rs.is_port_available(30_000)


def test_only_a_port_that_cannot_be_bound_is_not_available(monkeypatch):
    class Probe:
        def __init__(self, *_):
            self.closed = False
            probes.append(self)

        def setsockopt(self, *_):
            raise OSError(92, "Protocol not available")

        def close(self):
            self.closed = True

    probes = []
    monkeypatch.setattr("socket.SocketType", Probe)
    with pytest.raises(OSError, match="Protocol not available"):
        sky_rs.is_port_available(30_000)
    assert [probe.closed for probe in probes] == [True]


def test_submodules_are_there_without_being_imported():
    code = """
import sky_rs, sys
print("sky_rs.names" in sys.modules, sky_rs.names.is_valid_env_var("A"))
print(sky_rs.subprocess_utils.get_parallel_threads() > 3, hasattr(sky_rs, "nothing"))
"""
    assert run(code).split() == ["False", "True", "True", "False"]
