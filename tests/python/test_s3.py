"""ETags are those of real uploads, by boto3 to a server that behaves like S3."""

import random
import socket
import subprocess
import sys
import time

import boto3
import pytest
from boto3.s3.transfer import TransferConfig

import sky_rs

MEBIBYTE = 1024 * 1024

# S3 takes no smaller parts.
PART = 5 * MEBIBYTE


@pytest.fixture(scope="module")
def s3():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, server)
        client = boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        client.create_bucket(Bucket="bucket")
        yield client
        client.close()
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(port, server):
    deadline = time.monotonic() + 60
    while True:
        assert server.poll() is None, "the server has ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.1)


@pytest.mark.parametrize(
    "size",
    [0, 1, PART - 1, PART, PART + 1, 2 * PART, 3 * PART + 12_345],
)
def test_etags_of_real_uploads(size, s3, tmp_path, backend):
    path = tmp_path / "file"
    path.write_bytes(random.Random(size).randbytes(size))
    config = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART)
    s3.upload_file(str(path), "bucket", "key", Config=config)
    etag = s3.head_object(Bucket="bucket", Key="key")["ETag"]
    assert sky_rs.s3_etag(path, PART) == etag.strip('"')


def test_the_default_is_that_of_the_tools(s3, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(bytes(17 * MEBIBYTE))
    s3.upload_file(str(path), "bucket", "key")
    assert f'"{sky_rs.s3_etag(path)}"' == s3.head_object(Bucket="bucket", Key="key")["ETag"]
