"""Many files, parts of files, whole trees: on every backend what hashlib says."""

import concurrent.futures
import hashlib
import os
import pathlib
import random
import subprocess
import sys
import threading
import time

import pytest
from conftest import digest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sky_rs
from sky_rs import _limits

MEBIBYTE = 1024 * 1024


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "SHA256", "sha512", "blake2b", "sha3_256"])
@pytest.mark.parametrize("threads", [1, 3, None])
def test_many_files(files, algorithm, threads, backend):
    expected = [digest(path, algorithm) for path in files]
    assert sky_rs.hash_files(files, algorithm, max_workers=threads) == expected


def test_any_iterable_of_any_paths(files, backend):
    forms = (form(path) for form in (str, os.fsencode, pathlib.Path) for path in files[:9])
    assert sky_rs.hash_files(forms, "md5") == [digest(path) for path in files[:9]] * 3
    with open(files[9], "rb") as file, pytest.raises(TypeError, match="not int"):
        sky_rs.hash_files([file.fileno()], "md5")
    assert sky_rs.hash_files([], "md5") == []


def test_more_directories_than_an_instance_reads(tmp_path, backend):
    paths = []
    for number in range(100):
        path = tmp_path / str(number) / "file"
        path.parent.mkdir()
        path.write_bytes(b"%d" % number)
        paths.append(path)
    assert sky_rs.hash_files(paths, "md5") == [digest(path) for path in paths]


# Of many examples only the content matters, and each writes its own.
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sizes=st.lists(st.integers(0, 300_000), max_size=20), seed=st.integers(0, 2**32))
@pytest.mark.parametrize("algorithm", ["md5", "sha224", "sha256"])
def test_lanes_equal_hashlib(algorithm, tmp_path, sizes, seed):
    chosen = random.Random(seed)
    paths = []
    for number, size in enumerate(sizes):
        paths.append(tmp_path / str(number))
        paths[-1].write_bytes(chosen.randbytes(size))
    with sky_rs.using("component"):
        found = sky_rs.hash_files(paths, algorithm)
    assert found == [digest(path, algorithm) for path in paths]


def test_reads_may_be_short(files, monkeypatch, backend):
    read = os.read
    expected = [digest(path) for path in files]
    monkeypatch.setattr(os, "read", lambda file, size: read(file, min(size, 4096)))
    assert sky_rs.hash_files(files, "md5") == expected


@pytest.mark.needs("FIFOs")
def test_a_fifo_among_files(files, backend):
    fifo = os.path.join(os.path.dirname(files[0]), "fifo")
    os.mkfifo(fifo)
    writer = threading.Thread(target=pathlib.Path(fifo).write_bytes, args=(b"x" * 200_000,))
    writer.start()
    found = sky_rs.hash_files([files[8], fifo, files[9]], "md5")
    writer.join()
    expected = [digest(files[8]), hashlib.md5(b"x" * 200_000).hexdigest(), digest(files[9])]
    assert found == expected


@pytest.mark.needs("FIFOs")
def test_nobody_waits_for_a_silent_fifo_after_an_error(tmp_path, backend):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    writer = os.open(fifo, os.O_RDWR)
    told = []

    def progress(size):
        told.append(size)
        raise ZeroDivisionError

    os.write(writer, b"x")
    try:
        with pytest.raises(ZeroDivisionError):
            sky_rs.hash_files([fifo], "md5", progress=progress)
        with pytest.raises(IsADirectoryError):
            sky_rs.hash_files([fifo, tmp_path], "md5", max_workers=2)
    finally:
        os.close(writer)
    assert told == [1]


def test_the_first_error_is_raised(files, tmp_path, backend):
    missing = str(tmp_path / "missing")
    with pytest.raises(FileNotFoundError) as met:
        sky_rs.hash_files([*files, missing, str(tmp_path)], "md5")
    assert met.value.filename == missing
    with pytest.raises(IsADirectoryError) as met:
        sky_rs.hash_files([*files, str(tmp_path)], "md5", max_workers=3)
    assert met.value.filename == str(tmp_path)


def test_a_file_that_vanishes_meanwhile(files, component, monkeypatch):
    from sky_rs._component import sandbox

    locate = sandbox.locate

    def vanish(path):
        located = locate(path)
        if path == files[8]:
            os.remove(path)
        return located

    monkeypatch.setattr(sandbox, "locate", vanish)
    with pytest.raises(FileNotFoundError) as met:
        sky_rs.hash_files(files, "md5", max_workers=2)
    assert met.value.filename == files[8]
    monkeypatch.undo()
    assert sky_rs.hash_files([files[9]], "md5") == [digest(files[9])]


def test_bad_arguments(files, backend):
    with pytest.raises(ValueError, match="unsupported hash type bogus"):
        sky_rs.hash_files([], "bogus")
    with pytest.raises(TypeError, match="name must be a string"):
        sky_rs.hash_files(files, None)
    with pytest.raises(TypeError, match="length"):
        sky_rs.hash_files(files, "shake_128")
    with pytest.raises(ValueError, match="max_workers must be at least 1, not 0"):
        sky_rs.hash_files(files, "md5", max_workers=0)
    with pytest.raises(ValueError, match=r"part_size .* not 0"):
        sky_rs.s3_etag(files[0], 0)
    with pytest.raises(ValueError, match="more than 10000 parts of 1"):
        sky_rs.s3_etag(files[8], 1)


@pytest.mark.parametrize("threads", [1, 2])
def test_progress_counts_every_byte_in_the_callers_thread(files, threads, backend):
    told = []

    def progress(size):
        told.append((size, threading.current_thread()))

    sky_rs.hash_files(files, "md5", max_workers=threads, progress=progress)
    assert sum(size for size, _ in told) == sum(map(os.path.getsize, files))
    assert {thread for _, thread in told} == {threading.current_thread()}


def test_an_error_in_progress_stops_all(files, backend):
    def progress(_size):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sky_rs.hash_files(files, "md5", max_workers=2, progress=progress)
    assert threading.active_count() < 10
    assert sky_rs.hash_files(files[:3], "md5") == [digest(path) for path in files[:3]]


def test_without_threads_to_be_had(files, monkeypatch, backend):
    def start(_):
        raise RuntimeError("can't start new thread")

    sky_rs.hash_files(files, "md5")  # the clock has its thread
    monkeypatch.setattr(threading.Thread, "start", start)
    found = sky_rs.hash_files(files, "md5", max_workers=3)
    assert found == [digest(path) for path in files]


CTRL_C = """
import os, signal, sys, threading, time
import sky_rs

signal.signal(signal.SIGINT, signal.default_int_handler)
with sky_rs.using(sys.argv[1]):
    sky_rs.hash_files([sky_rs.__file__] * 9, "md5")
    sent = []

    def interrupt():
        time.sleep(0.5)
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    try:
        sky_rs.hash_files(sys.argv[2:], "sha512", max_workers=3)
        print("returned")
    except KeyboardInterrupt:
        print(time.monotonic() - sent[0])
    assert len(sky_rs.hash_files([sky_rs.__file__], "md5")) == 1
"""


@pytest.fixture
def sparse(tmp_path):
    """Files of ten gigabytes of zeros."""
    paths = [str(tmp_path / f"sparse{number}") for number in range(3)]
    for path in paths:
        pathlib.Path(path).touch()
        os.truncate(path, 10 * 2**30)
    return paths


@pytest.mark.parametrize("name", ["component", "python"])
@pytest.mark.needs("signals")
def test_ctrl_c_stops_all_threads(sparse, name):
    done = subprocess.run(
        [sys.executable, "-c", CTRL_C, name, *sparse],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 2


@pytest.mark.parametrize("name", ["component", "python"])
def test_cancelling_stops_all_threads(sparse, name):
    with sky_rs.using(name), concurrent.futures.ThreadPoolExecutor(1) as pool:
        before = threading.active_count() + 1
        cancelled = threading.Event()

        def work():
            _limits.cancel_with(cancelled)
            with sky_rs.using(name):
                sky_rs.hash_files(sparse, "sha512", max_workers=3)

        future = pool.submit(work)
        time.sleep(0.5)
        cancelled.set()
        assert isinstance(future.exception(timeout=30), _limits.Cancelled)
        assert threading.active_count() <= before + 1  # the clock, perhaps


@pytest.mark.needs("resource")
def test_memory_does_not_grow_with_the_files(tmp_path):
    code = """
import resource, sys
import sky_rs

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

with sky_rs.using(sys.argv[1]):
    sky_rs.hash_files([sky_rs.__file__] * 9, "md5")
    before = peak()
    sky_rs.hash_files(sys.argv[2:] * 12, "md5", max_workers=2)
    print(peak() - before)
"""
    path = tmp_path / "file"
    path.write_bytes(bytes(16 * MEBIBYTE))
    for name in ("component", "python"):
        done = subprocess.run(
            [sys.executable, "-c", code, name, str(path)],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        assert int(done.stdout) <= 24, name


FEW_DESCRIPTORS = """
import hashlib, os, resource, sys
import sky_rs

paths = []
for number in range(80):
    directory = os.path.join(sys.argv[1], str(number % 40))
    os.makedirs(directory, exist_ok=True)
    paths.append(os.path.join(directory, str(number)))
    with open(paths[-1], "wb") as file:
        file.write(bytes(70_000 + number))
expected = [hashlib.md5(bytes(70_000 + number)).hexdigest() for number in range(80)]
with sky_rs.using("component"):
    sky_rs.hash_files(paths[:1], "md5")
    before = len(os.listdir("/dev/fd"))
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    for limit in range(before + 4, before + 60, 4):
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, most))
        assert sky_rs.hash_files(paths, "md5", max_workers=2) == expected, limit
    assert len(os.listdir("/dev/fd")) <= before + 8  # those of idle instances
"""


def test_few_descriptors(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FEW_DESCRIPTORS, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("size", [0, 1, 999, 1000, 1001, 5000, 65_536 * 3])
def test_etags_are_of_parts(tmp_path, size, backend):
    path = tmp_path / "file"
    content = random.Random(size).randbytes(size)
    path.write_bytes(content)
    parts = [hashlib.md5(content[at : at + 1000]).digest() for at in range(0, size, 1000)]
    if size < 1000:
        expected = hashlib.md5(content).hexdigest()
    else:
        expected = f"{hashlib.md5(b''.join(parts)).hexdigest()}-{len(parts)}"
    assert sky_rs.s3_etag(path, 1000) == expected


def test_an_etag_of_a_file_that_changes_is_refused(tmp_path, backend):
    path = tmp_path / "file"
    path.write_bytes(bytes(100_000))

    def progress(_):
        with path.open("ab") as file:
            file.write(b"x")

    with pytest.raises(OSError, match="has changed while it was read"):
        sky_rs.s3_etag(path, 1000, progress=progress)


@pytest.mark.needs("FIFOs")
def test_a_fifo_has_no_etag_without_a_writer(tmp_path, monkeypatch, backend):
    from sky_rs._python import fifo

    monkeypatch.setattr(fifo, "PATIENCE", 0.01)
    path = tmp_path / "fifo"
    os.mkfifo(path)
    with pytest.raises(TimeoutError):
        sky_rs.s3_etag(path)
