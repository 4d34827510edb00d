"""``sky-rs hash``: what it writes and says is what ``md5sum`` and its like do."""

import hashlib
import os
import pathlib
import threading

import pytest
from command_line import gnu
from command_line import sky_rs as run

import sky_rs
from sky_rs._cli import _files

#: The tools that write checksum files, and what they compute.
TOOLS = {"md5sum": "md5", "sha1sum": "sha1", "sha256sum": "sha256", "sha512sum": "sha512"}

ODD_NAMES = [
    b"plain",
    b"back\\slash",
    b"new\nline",
    b"carriage\rreturn",
    b"\xff\xfe",
    b" blank",
    b"*",
]


@pytest.fixture
def odd(here):
    """Files with all kinds of names."""
    for number, name in enumerate(ODD_NAMES):
        pathlib.Path(os.fsdecode(name)).write_bytes(b"x" * 100_000 * number)
    return ODD_NAMES


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def test_lines_are_in_the_order_of_the_paths(files):
    status, output, errors = run("hash", *files)
    expected = [f"{sha256(pathlib.Path(path).read_bytes())}  {path}" for path in files]
    assert (status, errors) == (0, b"")
    assert output.decode().splitlines() == [line.replace("\\", "\\\\") for line in expected]


def test_the_standard_input_is_read(here):
    digest = sha256(b"hello").encode()
    assert run("hash", stdin=b"hello") == (0, digest + b"  -\n", b"")
    assert run("hash", "-", stdin=b"hello") == (0, digest + b"  -\n", b"")


@pytest.mark.needs("coreutils", "any names")
@pytest.mark.parametrize("options", [(), ("-b",), ("--tag",), ("-z",), ("-z", "--tag"), ("-bz",)])
@pytest.mark.parametrize("tool", TOOLS)
def test_lines_are_those_of_the_tools(odd, tool, options):
    ours = run("hash", "-a", TOOLS[tool].upper(), *options, *odd, "-", stdin=b"hello")
    assert ours == gnu(tool, *options, *odd, "-", stdin=b"hello", called="hash")
    assert ours[0] == 0


@pytest.mark.needs("coreutils", "any names")
@pytest.mark.parametrize("options", [(), ("-b",), ("--tag",)])
@pytest.mark.parametrize("tool", TOOLS)
def test_each_reads_what_the_other_writes(odd, tool, options):
    _, lines, _ = run("hash", "-a", TOOLS[tool], *options, *odd)
    status, verdicts, _ = gnu(tool, "-c", stdin=lines, called="hash")
    assert (status, verdicts.count(b": OK\n")) == (0, len(odd))
    assert run("hash", "-c", stdin=lines) == (0, verdicts, b"")
    assert run("hash", "-c", "-", "-a", TOOLS[tool], stdin=lines) == (0, verdicts, b"")


def test_what_cannot_be_read_does_not_stop_the_others(here):
    (here / "file").write_bytes(b"hello")
    (here / "directory").mkdir()
    status, output, errors = run("hash", "file", "missing", "directory", "file")
    line = sha256(b"hello").encode() + b"  file\n"
    assert (status, output) == (1, line * 2)
    assert errors == (
        b"sky-rs hash: missing: No such file or directory\nsky-rs hash: directory: Is a directory\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-a", "none"), b"'none' is none of md5, sha1"),
        (("-a", "shake_128"), b"'shake_128' is none of md5, sha1"),
        (("-c", "--tag"), b"--tag has a meaning only when checksums are printed"),
        (("-c", "-z"), b"--zero has a meaning only when checksums are printed"),
        (("--ignore-missing",), b"--ignore-missing has a meaning only with --check"),
        (("--status",), b"--status has a meaning only with --check"),
    ],
)
def test_usage_errors(arguments, message):
    status, output, errors = run("hash", *arguments)
    assert (status, output) == (2, b"")
    assert message in b" ".join(errors.split())


def answers(paths, algorithm="md5"):
    found = _files.digests([_files.File(str(path), algorithm) for path in paths], lambda _: None)
    return [[answer for _, answer in batch] for batch in found]


def test_a_file_that_fails_while_it_is_hashed_is_the_only_one(files, monkeypatch):
    real = sky_rs.hash_files

    def remove_one(paths, *arguments, **options):
        pathlib.Path(files[1]).unlink()
        return real(paths, *arguments, **options)

    expected = [hashlib.md5(pathlib.Path(path).read_bytes()).hexdigest() for path in files]
    monkeypatch.setattr(sky_rs, "hash_files", remove_one)
    (found,) = answers(files)
    assert isinstance(found.pop(1), FileNotFoundError)
    del expected[1]
    assert found == expected


def test_a_file_is_hashed_once(files, here, monkeypatch):
    hashed = []
    real = sky_rs.hash_files
    monkeypatch.setattr(
        sky_rs,
        "hash_files",
        lambda paths, *args, **rest: hashed.extend(paths) or real(paths, *args, **rest),
    )
    (found,) = answers([files[0], "missing", files[1], here])
    assert hashed == files[:2]
    assert [type(answer) for answer in found] == [str, FileNotFoundError, str, IsADirectoryError]


def test_batches_are_bounded(files, monkeypatch):
    monkeypatch.setattr(_files, "_MOST_FILES", 8)
    assert [len(batch) for batch in answers(files)] == [8, 8, 8, 6]
    monkeypatch.setattr(_files, "_ENOUGH_FILES", 2)
    monkeypatch.setattr(_files, "_ENOUGH_BYTES", 1)
    assert [len(batch) for batch in answers(files[:5])] == [2, 2, 1]


@pytest.mark.needs("FIFOs")
def test_a_fifo_is_read_in_its_turn(here):
    os.mkfifo("fifo")
    (here / "file").write_bytes(b"file")
    writer = threading.Thread(target=(here / "fifo").write_bytes, args=(b"fifo",))
    writer.start()
    status, output, errors = run("hash", "-a", "md5", "file", "fifo", "file")
    writer.join()
    names = ["file", "fifo", "file"]
    expected = [f"{hashlib.md5(name.encode()).hexdigest()}  {name}\n" for name in names]
    assert (status, output.decode(), errors) == (0, "".join(expected), b"")
