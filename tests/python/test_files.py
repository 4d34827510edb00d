"""Files that are not plain, on every backend: SkyPilot's behaviour, and nothing hangs."""

import hashlib
import os
import pathlib
import socket
import threading
import time

import pytest
from conftest import run

import sky_rs
from sky_rs._python import fifo
from sky_rs.exceptions import UnsupportedOperationError


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b"".join(b"line %d\n" % number for number in range(20_000)))
    return path


def test_a_symlink_is_followed(log, tmp_path, backend):
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    link = outside / "link"
    link.symlink_to(log)
    again = tmp_path / "again"
    again.symlink_to(outside)
    assert sky_rs.read_last_n_lines(str(again / "link"), 1) == ["line 19999"]
    expected = hashlib.sha256(log.read_bytes()).hexdigest()
    assert sky_rs.hash_file(str(again / "link"), "sha256").hexdigest() == expected


@pytest.mark.needs("/dev/fd")
def test_a_file_without_a_name(tmp_path, backend):
    with open(tmp_path / "file", "w+b") as file:
        file.write(b"a\nb")
        file.flush()
        os.remove(file.name)
        path = f"/dev/fd/{file.fileno()}"
        assert sky_rs.read_last_n_lines(path, 1) == ["b"]
        file.seek(0)  # some systems open the same file once more, others duplicate the descriptor
        assert sky_rs.hash_file(path, "md5").hexdigest() == hashlib.md5(b"a\nb").hexdigest()


def test_names_that_are_not_utf8(tmp_path, backend):
    directory = os.path.join(os.fsencode(tmp_path), b"d\xff")
    os.mkdir(directory)
    path = os.path.join(directory, b"f\xfe")
    pathlib.Path(os.fsdecode(path)).write_bytes(b"a\nb")
    for form in (path, os.fsdecode(path)):
        assert sky_rs.read_last_n_lines(form, 2) == ["a\n", "b"]
        assert sky_rs.hash_file(form, "md5").hexdigest() == hashlib.md5(b"a\nb").hexdigest()


def test_names_of_every_script(tmp_path, backend):
    path = tmp_path / "日本語 é 😀\n'\""
    path.write_bytes(b"a\nb")
    assert sky_rs.read_last_n_lines(str(path), 1) == ["b"]


def test_a_path_that_is_too_long(backend):
    path = "/" + "x" * 5000
    with pytest.raises(AssertionError, match="File not found"):
        sky_rs.read_last_n_lines(path, 1)
    with pytest.raises(OSError, match="File name too long"):
        sky_rs.hash_file(path, "md5")


def test_a_deep_path(tmp_path, backend, monkeypatch):
    """Within the limit of a name, beyond that of a path: reachable only relatively."""
    monkeypatch.chdir(tmp_path)
    for _ in range(25):
        os.mkdir("d" * 200)
        os.chdir("d" * 200)
    pathlib.Path("file").write_bytes(b"a\nb")
    assert sky_rs.read_last_n_lines("file", 1) == ["b"]
    assert sky_rs.hash_file("file", "md5").hexdigest() == hashlib.md5(b"a\nb").hexdigest()


def test_paths_that_only_look_like_the_files(log, backend):
    for path in (f"{log}/", f"{log.parent}/missing/../log"):
        with pytest.raises(AssertionError, match="File not found"):
            sky_rs.read_last_n_lines(path, 1)
        with pytest.raises(OSError, match="directory"):
            sky_rs.hash_file(path, "md5")


@pytest.mark.needs("FIFOs")
def test_a_fifo_without_writer_is_refused(tmp_path, backend, monkeypatch):
    monkeypatch.setattr(fifo, "PATIENCE", 0.1)
    path = tmp_path / "fifo"
    os.mkfifo(path)
    with pytest.raises(RuntimeError, match="not seekable"):
        sky_rs.read_last_n_lines(str(path), 1)
    with pytest.raises(TimeoutError, match="nobody has opened the FIFO"):
        sky_rs.hash_file(str(path), "md5")


@pytest.mark.needs("FIFOs")
def test_a_fifo_with_a_slow_writer_is_hashed(tmp_path, backend):
    path = tmp_path / "fifo"
    os.mkfifo(path)

    def write():
        time.sleep(0.1)
        with open(path, "wb", buffering=0) as stream:
            time.sleep(0.1)
            stream.write(b"a\n")
            time.sleep(0.1)
            stream.write(b"b\n" * 100_000)

    writer = threading.Thread(target=write)
    writer.start()
    digest = sky_rs.hash_file(str(path), "sha256")
    writer.join()
    assert digest.hexdigest() == hashlib.sha256(b"a\n" + b"b\n" * 100_000).hexdigest()


@pytest.mark.needs("FIFOs")
def test_a_fifo_that_has_been_written_to_is_hashed_from_its_beginning(tmp_path, backend):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    writer = os.open(path, os.O_RDWR)
    os.write(writer, b"abc")
    ending = threading.Timer(0.2, os.close, [writer])
    ending.start()
    assert sky_rs.hash_file(str(path), "md5").hexdigest() == hashlib.md5(b"abc").hexdigest()
    ending.join()


TERMINAL = """
import os, pathlib
import sky_rs

os.setsid()  # a process without a terminal
ours, theirs = os.openpty()
os.write(ours, b"x\\n\\x04" * 2)
for path in (os.ttyname(theirs), pathlib.Path(os.ttyname(theirs))):
    try:
        sky_rs.read_last_n_lines(path, 1)
    except RuntimeError:
        print(len(sky_rs.hash_file(path, "md5").hexdigest()))
os.close(ours)
os.close(theirs)
print("alive")
"""


def test_a_terminal_does_not_become_that_of_the_process():
    assert run(TERMINAL).split() == ["32", "32", "alive"]


def test_a_socket_is_an_error(tmp_path, backend):
    path = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        with pytest.raises(RuntimeError, match="No such device or address"):
            sky_rs.read_last_n_lines(path, 1)
        with pytest.raises(OSError, match="No such device or address"):
            sky_rs.hash_file(path, "md5")


@pytest.mark.parametrize("path", ["/proc/self/status", "/proc/version"])
@pytest.mark.needs("/proc")
def test_files_of_proc_have_content_but_no_size(path, backend):
    assert sky_rs.hash_file(path, "md5").digest_size == 16
    if path == "/proc/version":
        expected = hashlib.md5(pathlib.Path(path).read_bytes()).hexdigest()
        assert sky_rs.hash_file(path, "md5").hexdigest() == expected


def test_a_file_that_shrinks_and_grows_meanwhile(log, backend):
    """Some moment's content is read, or no line at all: never an error, never a wait."""
    full = log.read_bytes()
    stop = threading.Event()

    def change():
        while not stop.is_set():
            os.truncate(log, len(full) // 2)
            log.write_bytes(full)

    changer = threading.Thread(target=change)
    changer.start()
    try:
        for _ in range(200):
            lines = sky_rs.read_last_n_lines(str(log), 5)
            assert len(lines) <= 5
            assert set("".join(lines)) <= set("line 0123456789\n")
            assert len(sky_rs.hash_file(str(log), "md5").hexdigest()) == 32
    finally:
        stop.set()
        changer.join()


def test_a_directory_put_in_the_place_of_another(tmp_path, backend):
    directory = tmp_path / "d"
    for content in (b"first\n", b"second\n"):
        directory.mkdir()
        (directory / "f").write_bytes(content)
        assert sky_rs.read_last_n_lines(str(directory / "f"), 1) == [content.decode().strip()]
        directory.rename(tmp_path / content.decode().strip())


def test_many_directories(tmp_path, backend):
    for number in range(40):
        directory = tmp_path / str(number)
        directory.mkdir()
        (directory / "f").write_bytes(b"%d\n" % number)
    for number in range(40):
        assert sky_rs.read_last_n_lines(str(tmp_path / str(number) / "f"), 1) == [str(number)]


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 262_144, 600_000])
def test_digests_of_every_way_of_reading(size, tmp_path, backend):
    path = tmp_path / "f"
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    path.write_bytes(content)
    expected = hashlib.sha1(content).hexdigest()
    for form in (str(path), os.fsencode(path), path, os.open(path, os.O_RDONLY)):
        assert sky_rs.hash_file(form, "sha1").hexdigest() == expected


def test_a_digest_behaves_like_hashlibs(log, backend):
    digest = sky_rs.hash_file(str(log), "sha256")
    expected = hashlib.sha256(log.read_bytes())
    for name in ("name", "digest_size", "block_size"):
        assert getattr(digest, name) == getattr(expected, name)
    assert digest.digest() == expected.digest()
    assert digest.hexdigest() == expected.hexdigest()
    copy = digest.copy()
    assert copy.hexdigest() == expected.hexdigest()
    expected.update(b"more")
    try:
        copy.update(b"more")
    except UnsupportedOperationError as error:
        assert "sha256" in str(error)
    else:
        assert copy.hexdigest() == expected.hexdigest()


def test_a_large_sparse_file(tmp_path, backend):
    path = tmp_path / "sparse"
    with open(path, "wb") as file:
        file.seek(10 * 2**30)
        file.write(b"\nlast line\n")
    assert sky_rs.read_last_n_lines(str(path), 1) == ["last line"]
