"""``sky-rs etag``: ETags of files and of what is not known before it has been read."""

import hashlib

import pytest
from command_line import sky_rs as run

import sky_rs


@pytest.mark.parametrize("size", [0, 1, 5_000, 10_000, 10_001, 25_000])
def test_etags(here, size):
    content = bytes(range(256)) * 100
    (here / "file").write_bytes(content[:size])
    for part_size in ("5000", "10000B", "10 k", "8MiB"):
        number = {"5000": 5000, "10000B": 10_000, "10 k": 10_240, "8MiB": 2**23}[part_size]
        expected = sky_rs.s3_etag("file", number).encode()
        options = ["etag", "--part-size", part_size]
        assert run(*options, "file") == (0, expected + b"  file\n", b"")
        assert run(*options, stdin=content[:size]) == (0, expected + b"  -\n", b"")
        assert run(*options, "-z", "file") == (0, expected + b"  file\0", b"")


def test_an_etag_that_cannot_be_told_does_not_stop_the_others(here):
    (here / "file").write_bytes(b"x" * 10_001)
    (here / "small").write_bytes(b"")
    status, output, errors = run(
        "etag", "--part-size=1", "missing", ".", "file", "-", "small", stdin=b"x" * 10_001
    )
    assert (status, output) == (1, hashlib.md5(b"").hexdigest().encode() + b"  small\n")
    assert errors.decode().splitlines() == [
        "sky-rs etag: missing: No such file or directory",
        "sky-rs etag: .: Is a directory",
        "sky-rs etag: file: 'file' has 10001 bytes: more than 10000 parts of 1",
        "sky-rs etag: -: more than 10000 parts of 1 bytes",
    ]


@pytest.mark.parametrize("size", ["", "0", "0MiB", "-1", "1.5M", "8MB", "8 parsecs", "1" * 30])
def test_sizes_that_are_none(size):
    status, output, errors = run("etag", "--part-size", size)
    assert (status, output) == (2, b"")
    assert f"'{size}' is no size: ".encode() in b" ".join(errors.split())
