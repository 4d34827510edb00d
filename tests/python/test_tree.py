"""Digests of directories: equal for equal ones, different for different ones."""

import contextvars
import hashlib
import os
import shutil
import socket
import threading

import pytest

import sky_rs
from sky_rs import _limits


@pytest.fixture
def tree(tmp_path):
    """Some of everything."""
    root = tmp_path / "tree"
    for name, content in {
        "a": b"",
        "b.txt": b"hello\n",
        "folder/large": bytes(300_000),
        "folder/deep/er/c.txt": b"c",
        "日本語 é": b"names",
        "folder.d": b"sorts before what is in folder",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (root / "empty").mkdir()
    (root / "link").symlink_to("b.txt")
    (root / "loop").symlink_to(".")
    (root / "dangling").symlink_to("/nowhere")
    return root


def expected(root, algorithm):
    """The docstring's words once more."""
    lines = []
    for directory, folders, files in os.walk(root):
        for name in folders + files:
            path = os.path.join(directory, name)
            if os.path.islink(path):
                kind = "l" + os.readlink(path)
            elif os.path.isdir(path):
                kind = "d"
            elif os.path.isfile(path):
                with open(path, "rb") as file:
                    kind = "f" + hashlib.new(algorithm, file.read()).hexdigest()
            else:
                kind = "s"
            lines.append(f"{os.path.relpath(path, root)}\0{kind}\0")
    return hashlib.new(algorithm, os.fsencode("".join(sorted(lines)))).hexdigest()


@pytest.mark.parametrize("algorithm", ["md5", "sha256", "blake2b"])
def test_it_is_what_is_documented(tree, algorithm, backend):
    assert sky_rs.hash_tree(tree, algorithm) == expected(tree, algorithm)
    assert sky_rs.hash_tree(os.fsencode(tree), algorithm) == expected(tree, algorithm)


def test_a_fixed_tree_has_a_fixed_digest(tmp_path, backend):
    """The same on every platform and in every release."""
    root = tmp_path / "tree"
    (root / "folder").mkdir(parents=True)
    (root / "folder" / "file").write_bytes(b"hello\n")
    (root / "empty").write_bytes(b"")
    assert sky_rs.hash_tree(root, "sha256") == (
        "bf5836fb0883ba9917f266956370265084e033b880393871a8347c257535974c"
    )


def test_copies_are_equal_and_times_do_not_count(tree, tmp_path, backend):
    copy = tmp_path / "copy"
    shutil.copytree(tree, copy, symlinks=True)
    os.utime(copy / "a", (0, 0))
    (copy / "a").chmod(0o600)
    assert sky_rs.hash_tree(copy, "md5") == sky_rs.hash_tree(tree, "md5")
    (tmp_path / "root").symlink_to(copy)
    assert sky_rs.hash_tree(tmp_path / "root", "md5") == sky_rs.hash_tree(tree, "md5")


@pytest.mark.needs("FIFOs")
def test_every_difference_counts(tree, backend):
    seen = {sky_rs.hash_tree(tree, "md5")}
    for change in (
        lambda: (tree / "b.txt").write_bytes(b"hellO\n"),
        lambda: (tree / "b.txt").rename(tree / "B.txt"),
        (tree / "empty").rmdir,
        lambda: (tree / "empty").write_bytes(b""),
        (tree / "link").unlink,
        lambda: (tree / "link").symlink_to("a"),
        lambda: (tree / "folder" / "large").write_bytes(bytes(300_001)),
        lambda: os.mkfifo(tree / "fifo"),
    ):
        change()
        seen.add(sky_rs.hash_tree(tree, "md5"))
    assert len(seen) == 9


@pytest.mark.needs("FIFOs")
def test_what_is_no_file_is_named_only(tree, backend):
    os.mkfifo(tree / "fifo")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tree / "s"))
        assert sky_rs.hash_tree(tree, "md5") == expected(tree, "md5")


def test_exclude(tree, backend):
    whole = sky_rs.hash_tree(tree, "md5")
    assert sky_rs.hash_tree(tree, "md5", exclude=["*.TXT", "deep/*"]) == whole
    without = sky_rs.hash_tree(tree, "md5", exclude=("*.txt", "folder/deep", "e?pty"))
    (tree / "b.txt").unlink()
    shutil.rmtree(tree / "folder" / "deep")
    (tree / "empty").rmdir()
    assert without == sky_rs.hash_tree(tree, "md5") == expected(tree, "md5")
    assert sky_rs.hash_tree(tree, "md5", exclude="*") == hashlib.md5(b"").hexdigest()


def test_names_that_are_not_utf8(tree, backend):
    with open(os.path.join(os.fsencode(tree), b"\xff"), "wb") as file:
        file.write(b"x")
    assert sky_rs.hash_tree(tree, "md5") == expected(tree, "md5")


def test_what_cannot_be_read_is_an_error(tree, monkeypatch, backend):
    with pytest.raises(NotADirectoryError):
        sky_rs.hash_tree(tree / "a", "md5")
    with pytest.raises(FileNotFoundError):
        sky_rs.hash_tree(tree / "missing", "md5")
    scandir = os.scandir

    def refuse(path):
        if os.path.basename(path) == "folder":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(PermissionError, match="folder"):
        sky_rs.hash_tree(tree, "md5")


def test_a_walk_can_be_cancelled(tmp_path):
    def work():
        cancelled = threading.Event()
        cancelled.set()
        _limits.cancel_with(cancelled)
        sky_rs.hash_tree(tmp_path, "md5")  # no file in it that would be noticed

    with pytest.raises(_limits.Cancelled):
        contextvars.copy_context().run(work)


def test_bad_arguments(tree):
    with pytest.raises(ValueError, match="unsupported hash type bogus"):
        sky_rs.hash_tree(tree, "bogus")
    with pytest.raises(ValueError, match="max_workers must be at least 1, not -1"):
        sky_rs.hash_tree(tree, "md5", max_workers=-1)


def test_progress_counts_every_byte(tree, backend):
    told = []
    sky_rs.hash_tree(tree, "sha256", progress=told.append)
    assert sum(told) == 300_000 + len("hello\ncnamessorts before what is in folder")
