"""``sky-rs tail``: writes byte for byte what ``tail`` writes."""

import contextlib
import os
import random
import signal
import threading

import pytest
from command_line import gnu, read, start
from command_line import sky_rs as run

from sky_rs._cli import _tailing

CONTENTS = {
    "empty": b"",
    "lines": b"".join(b"%d\n" % number for number in range(100_000)),
    "unfinished": b"1\n2\n3",
    "crlf": b"1\r\n2\r\r\n\r\n3\r",
    "blank": b"\n" * 30,
    "long": b"1\n" + b"x" * 600_000 + b"\n3\n",
    "one": b"x" * 300_000,
    "bytes": random.Random(0).randbytes(1_000_000),
}


@pytest.fixture
def here(here):
    for name, content in CONTENTS.items():
        (here / name).write_bytes(content)
    return here


def lines_of(content):
    r"""The lines, which only ``\n`` ends."""
    lines = [line + b"\n" for line in content.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


@pytest.mark.parametrize("name", CONTENTS)
def test_the_last_lines(here, name):
    for n in (0, 1, 2, 10, 50_000, 10**30):
        expected = b"".join(lines_of(CONTENTS[name])[-n:] if n else [])
        assert run("tail", "-n", str(n), name) == (0, expected, b"")
        assert run("tail", f"-n{n}", stdin=CONTENTS[name]) == (0, expected, b"")


def test_every_number_of_lines_at_every_border(here, monkeypatch):
    monkeypatch.setattr(_tailing, "_BLOCK", 4)
    content = b"a\nbcd\n\nefghijk\n\n\nl\n"
    for end in range(len(content) + 1):
        (here / "file").write_bytes(content[:end])
        for n in range(10):
            reader = _tailing.Reader("file", n)
            expected = b"".join(lines_of(content[:end])[-n:] if n else [])
            assert b"".join(reader.to_the_end()) == expected
            reader.close()


@pytest.mark.needs("coreutils")
@pytest.mark.parametrize("options", [(), ("-n", "1"), ("-n", "70000")])
def test_it_is_what_tail_writes(here, options):
    (here / "directory").mkdir()
    names = [*CONTENTS, "-", "missing", "lines"]
    ours = run("tail", *options, *names, stdin=b"1\n2")
    theirs = gnu("tail", *options, *names, stdin=b"1\n2", called="tail")
    assert ours[:2] == theirs[:2]
    assert ours[:1] == (1,)
    assert ours[2] == b"sky-rs tail: missing: No such file or directory\n"


def test_what_cannot_be_read_does_not_stop_the_others(here):
    (here / "directory").mkdir()
    status, output, errors = run("tail", "missing", "directory", "unfinished")
    assert (status, output) == (1, b"==> unfinished <==\n1\n2\n3")
    assert errors.decode().splitlines() == [
        "sky-rs tail: missing: No such file or directory",
        "sky-rs tail: directory: Is a directory",
    ]


@pytest.mark.needs("any names")
def test_names_are_bytes(here):
    name = b"\xff\\"
    (here / os.fsdecode(name)).write_bytes(b"1\n")
    assert run("tail", name, b"\xfe") == (
        1,
        b"==> " + name + b" <==\n1\n",
        b"sky-rs tail: \xfe: No such file or directory\n",
    )


@pytest.mark.needs("/proc")
def test_a_file_that_says_it_is_empty_is_read():
    assert run("tail", "-n1", "/proc/self/limits")[1].startswith(b"Max realtime timeout")


@pytest.mark.needs("FIFOs")
@pytest.mark.parametrize("options", [(), ("-f",)])
def test_a_fifo_is_read_to_its_end(here, options):
    os.mkfifo("fifo")
    writer = threading.Thread(target=(here / "fifo").write_bytes, args=(b"1\r\n2\n3",))
    writer.start()
    assert run("tail", "-n2", *options, "fifo") == (0, b"2\n3", b"")
    writer.join()


@pytest.mark.parametrize("n", ["-1", "many", "1.5"])
def test_numbers_of_lines_that_are_none(n):
    status, output, errors = run("tail", "-n", n)
    assert (status, output) == (2, b"")
    assert b"Invalid value for '-n'" in errors


class Following:
    """A ``sky-rs tail -f``, whose output is expected byte for byte."""

    def __init__(self, process):
        self._process = process

    def expect(self, content):
        assert read(self._process, len(content)) == content


@contextlib.contextmanager
def follow(*arguments):
    with start("tail", "-s", "0.01", "-f", *arguments) as process:
        try:
            yield Following(process)
        finally:
            process.kill()


def append(name, content):
    with open(name, "ab") as file:
        file.write(content)


def test_what_is_appended_comes_at_once(here):
    with follow("unfinished", "-n1") as following:
        following.expect(b"3")
        append("unfinished", b"4\r\n5")
        following.expect(b"4\r\n5")
        append("unfinished", b"\xff\r\r\n" * 300_000)
        following.expect(b"\xff\r\r\n" * 300_000)


def test_a_file_may_be_rotated_and_truncated(here):
    with follow("unfinished", "-n1") as following:
        following.expect(b"3")
        os.rename("unfinished", "old")
        append("old", b"4\n")
        following.expect(b"4\n")
        append("unfinished", b"new 1\nnew 2\n")
        following.expect(b"new 1\nnew 2\n")
        with open("unfinished", "wb"):
            pass
        append("unfinished", b"short\n")
        following.expect(b"short\n")


def test_several_files_are_told_apart(here):
    with follow("unfinished", "empty", "missing", "-n1") as following:
        following.expect(b"==> unfinished <==\n3\n==> empty <==\n")
        append("empty", b"1\n")
        following.expect(b"1\n")
        append("unfinished", b"4\n")
        following.expect(b"\n==> unfinished <==\n4\n")
        append("unfinished", b"5\n")
        following.expect(b"5\n")
        append("empty", b"2\n")
        following.expect(b"\n==> empty <==\n2\n")


def test_the_end_of_all_that_is_followed(here):
    status, output, errors = run("tail", "-f", "missing", "-", stdin=b"1\n")
    assert (status, output) == (1, b"==> standard input <==\n1\n")
    assert errors == b"sky-rs tail: missing: No such file or directory\n"


@pytest.mark.needs("signals")
def test_ctrl_c_ends_it_quietly(here):
    with start("tail", "-f", "unfinished") as process:
        try:
            assert read(process, 5) == b"1\n2\n3"
            process.send_signal(signal.SIGINT)
            assert process.communicate(timeout=20) == (b"", b"\n")  # the line of ^C ends
            assert process.returncode == 130
        finally:
            process.kill()


@pytest.mark.needs("signals")
@pytest.mark.parametrize("options", [("-f",), ("-n", "100000", "-f"), ("-n", "100000")])
def test_a_reader_that_leaves_ends_it_quietly(here, options):
    with start("tail", *options, "lines") as process:
        try:
            assert read(process, 1)
            process.stdout.close()
            assert process.stderr.read() == b""
        finally:
            process.kill()
