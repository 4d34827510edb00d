"""``sky-rs hash --check``: what it reads, and what it says of the files."""

import hashlib

import pytest
from command_line import gnu
from command_line import sky_rs as run
from hypothesis import given
from hypothesis import strategies as st

from sky_rs._cli import _checksums


@pytest.mark.parametrize(
    "line",
    [
        "{md5}  file",
        "{md5} *file",
        "{md5} file",
        "  {md5}  file",
        "{MD5}  file\r",
        "MD5 (file) = {md5}",
        "MD5(file)= {md5}",
        "SHA2-256(file)= {sha256}",
        "SHA512/256 (file) = {sha512_256}",
        "SHA3-256(file)= {sha3_256}",
        "BLAKE2b (file) = {blake2b}",
    ],
)
def test_lines_of_other_tools_are_understood(here, line):
    (here / "file").write_bytes(b"hello")
    digests = {
        name: hashlib.new(name, b"hello").hexdigest()
        for name in ("md5", "sha256", "sha512_256", "sha3_256", "blake2b")
    }
    listed = line.format(MD5=digests["md5"].upper(), **digests)
    assert run("hash", "-c", stdin=f"{listed}\n".encode()) == (0, b"file: OK\n", b"")


@given(
    name=st.binary(min_size=1).filter(lambda name: b"\0" not in name),
    algorithm=st.sampled_from(["md5", "sha512", "sha512_256", "sha3_224", "blake2s"]),
    tagged=st.booleans(),
)
def test_what_is_written_is_understood(name, algorithm, tagged):
    digest = hashlib.new(algorithm, b"").hexdigest()
    line = _checksums.write(digest, name, tag=algorithm if tagged else None)
    assert line.count(b"\n") == 1
    assert _checksums.parse(line, algorithm) == (algorithm, digest, name)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"nonsense",
        b"d41d8cd98f00b204e9800998ecf8427e",
        b"d41d8cd98f00b204e9800998ecf8427e  ",
        b"d41d8cd98f00b204e9800998ecf8427  too short",
        b"d41d8cd98f00b204e9800998ecf8427g  no digit",
        b"d41d8cd98f00b204e9800998ecf8427e  nul\0",
        b"\\d41d8cd98f00b204e9800998ecf8427e  no escape\\t",
        b"\\d41d8cd98f00b204e9800998ecf8427e  unfinished\\",
        b"SHA1 (of MD5's length) = d41d8cd98f00b204e9800998ecf8427e",
        b"SHAKE128 (any length) = d41d8cd98f00b204e9800998ecf8427e",
        b"NONE (at all) = d41d8cd98f00b204e9800998ecf8427e",
    ],
)
def test_improper_lines(line):
    assert _checksums.parse(line) is None


def test_the_algorithm_given_is_that_of_lines_without(here):
    (here / "file").write_bytes(b"hello")
    lines = hashlib.sha3_256(b"hello").hexdigest() + "  file\nMD5 (file) = " + "0" * 32 + "\n"
    status, output, _ = run("hash", "-c", "-a", "sha3-256", stdin=lines.encode())
    assert (status, output) == (1, b"file: OK\nfile: FAILED\n")


@pytest.fixture
def lists(here):
    """Checksum files of which not all is well."""
    for name in ("good", "bad", "other"):
        (here / name).write_bytes(name.encode())
    digest = hashlib.md5(b"good").hexdigest()
    (here / "well").write_text(f"# comment\n\n{digest}  good\n")
    (here / "mixed").write_text(
        f"{digest}  good\nnonsense\n{digest}  bad\n{digest}  other\n{digest}  missing\n"
        f"{digest}  missing too\n{digest}\n{digest}  good"
    )
    (here / "lost").write_text(f"{digest}  missing\nMD5 (missing) = {digest}\n")
    (here / "improper").write_text(f"{digest}  good\n{digest[1:]}  good\n")
    (here / "empty").write_text("\n# nothing\n")
    return ["well", "mixed", "lost", "improper", "empty", "absent"]


@pytest.mark.needs("coreutils")
@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--quiet",),
        ("--status",),
        ("--strict",),
        ("--warn",),
        ("--ignore-missing",),
        ("--ignore-missing", "--quiet"),
        ("--ignore-missing", "--strict", "-w"),
    ],
)
def test_a_check_says_what_the_tools_say(lists, options):
    for name in lists:
        status, output, errors = run("hash", "-c", *options, name)
        theirs = gnu("md5sum", "-c", *options, name, called="hash")
        # They call the lines by the one algorithm that they know, and quote names with blanks.
        expected = theirs[2].replace(b"MD5 checksum line", b"checksum line").replace(b"'", b"")
        # Theirs come as the list is read, ours before the files are.
        assert sorted(errors.splitlines()) == sorted(expected.splitlines())
        assert (status, output) == theirs[:2]


def test_a_check_without_the_tools(lists):
    verdicts = b"good: OK\n"
    assert run("hash", "--check", "well") == (0, verdicts, b"")
    assert run("hash", "--check", "well", "well") == (0, verdicts * 2, b"")
    assert run("hash", "--check", "improper")[:2] == (0, verdicts)
    assert run("hash", "--check", "--strict", "improper")[:2] == (1, verdicts)
    status, output, errors = run("hash", "--check", "mixed", "well")
    assert status == 1
    assert output == (
        b"good: OK\nbad: FAILED\nother: FAILED\nmissing: FAILED open or read\n"
        b"missing too: FAILED open or read\ngood: OK\n" + verdicts
    )
    assert errors == (
        b"sky-rs hash: missing: No such file or directory\n"
        b"sky-rs hash: missing too: No such file or directory\n"
        b"sky-rs hash: WARNING: 2 lines are improperly formatted\n"
        b"sky-rs hash: WARNING: 2 listed files could not be read\n"
        b"sky-rs hash: WARNING: 2 computed checksums did NOT match\n"
    )
