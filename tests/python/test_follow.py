"""Following a file: every line once, in order, whatever happens to the file meanwhile."""

import os
import random
import threading
import time

import pytest
from following import SOON, Following, append

import sky_rs
from sky_rs import _following
from sky_rs._python import follow as python_follow


@pytest.mark.parametrize(
    ("content", "n", "lines"),
    [
        (b"", 10, []),
        (b"a\nb\n", 10, ["a\n", "b\n"]),
        (b"a\nb\n", 1, ["b\n"]),
        (b"a\nb\n", 0, []),
        (b"a\nb", 1, ["a\n"]),
        (b"a", 1, []),
        (b"\n\n", 1, ["\n"]),
        (b"a\r\n\r\r\n", 2, ["a\n", "\n"]),
        (b"\xff\n\xe4\xb8", 2, ["\ufffd\n"]),
    ],
)
def test_it_begins_with_the_last_complete_lines(log, backend, content, n, lines):
    log.write_bytes(content)
    following = Following(log, n)
    assert following.take(len(lines)) == lines
    append(log, b"|\n")
    rest = content.rpartition(b"\n")[2].decode("utf-8", "replace")
    assert following.take(1) == [f"{rest}|\n"]
    assert following.finish() == []


def test_a_line_comes_when_it_is_complete(log, backend):
    following = Following(log)
    append(log, b"a\nb")
    assert following.take(1) == ["a\n"]
    append(log, b"c\r")
    append(log, b"\n\nd\n")
    assert following.take(3) == ["bc\n", "\n", "d\n"]
    append(log, b"unfinished\r")
    assert following.finish() == ["unfinished"]


def test_characters_may_come_in_parts(log, backend):
    following = Following(log, errors="replace")
    for byte in "日本 é 😀\n".encode():
        append(log, bytes([byte]))
        if byte == 0xE6:
            time.sleep(3 * SOON)
    assert following.take(1) == ["日本 é 😀\n"]
    append(log, "日".encode()[:2])
    assert following.finish() == ["\ufffd"]


@pytest.mark.parametrize(
    ("encoding", "errors", "lines"),
    [
        ("utf-8", "replace", ["a\ufffd\n", "é\n"]),
        ("utf-8", "ignore", ["a\n", "é\n"]),
        ("latin-1", "strict", ["a\xff\n", "Ã©\n"]),
        ("utf-16-le", "replace", ["｡\n", "꧃\n"]),
    ],
)
def test_lines_are_decoded_as_asked(log, backend, encoding, errors, lines):
    log.write_bytes(b"a\xff\n")
    following = Following(log, encoding=encoding, errors=errors)
    assert following.take(1) == lines[:1]
    append(log, "é\n".encode())
    assert following.take(1) == lines[1:]


def test_a_strict_decoder_raises(log, backend):
    following = Following(log, errors="strict")
    append(log, b"\xff\n")
    with pytest.raises(UnicodeDecodeError):
        following.take(1)


def test_rotation_loses_nothing(log, backend):
    following = Following(log)
    append(log, b"1\n")
    assert following.take(1) == ["1\n"]
    append(log, b"2\n3")
    log.rename(f"{log}.1")
    append(f"{log}.1", b"4\n5")  # the writer has not noticed yet
    log.write_bytes(b"6\n7\n")
    assert following.take(5) == ["2\n", "34\n", "5", "6\n", "7\n"]
    append(log, b"8\n")
    assert following.take(1) == ["8\n"]


def test_a_file_may_be_away_for_a_while(log, backend):
    following = Following(log)
    append(log, b"1\n")
    assert following.take(1) == ["1\n"]
    append(log, b"2\n")
    log.unlink()
    assert following.take(1) == ["2\n"]
    later = threading.Timer(0.05, lambda: log.write_bytes(b"3\n"))
    later.start()
    assert following.take(1) == ["3\n"]
    later.join()


def test_a_file_may_be_away_when_it_is_to_end(log, backend):
    following = Following(log)
    append(log, b"1\n2")
    assert following.take(1) == ["1\n"]
    log.unlink()
    assert following.finish() == ["2"]


@pytest.mark.parametrize("new", [b"", b"5\n", b"567\n"])
def test_truncation_begins_again(log, backend, new):
    log.write_bytes(b"1\n2\n3\n4")
    following = Following(log, 1)
    assert following.take(1) == ["3\n"]
    append(log, b"!\n?")
    assert following.take(1) == ["4!\n"]
    with open(log, "r+b") as file:
        file.truncate(0)
        file.write(new)
    expected = ["?", *([new.decode()] if new else [])]
    assert following.take(len(expected)) == expected
    append(log, b"6\n")
    assert following.take(1) == ["6\n"]


def test_a_link_may_point_elsewhere(tmp_path, backend):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "log").write_text(f"{name}\n")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "a" / "log")
    following = Following(link)
    assert following.take(1) == ["a\n"]
    (tmp_path / "new").symlink_to(tmp_path / "b" / "log")
    (tmp_path / "new").replace(link)
    assert following.take(1) == ["b\n"]


def test_a_writer_that_is_fast_and_rotates(log, backend):
    """Thousands of lines of all lengths, in writes that end anywhere, in many files."""
    dice = random.Random(7)
    lines = [f"{number} {'x' * dice.choice([0, 9, 90, 9000])}\n" for number in range(4000)]
    content = "".join(lines).encode()
    got = []
    done = threading.Event()
    deadline = time.monotonic() + 30

    def write():
        file = open(log, "ab", buffering=0)  # noqa: SIM115 - closed when it is rotated
        place, known = 0, 0
        while place < len(content):
            end = place + dice.choice([1, 50, 5000, 50_000])
            file.write(content[place:end])
            if dice.random() < 0.05 and content.count(b"\n", 0, end) > known:
                # A file that came and went between two looks would not be seen at all.
                while len(got) <= known and time.monotonic() < deadline:
                    time.sleep(SOON)
                place, end = end, content.index(b"\n", min(end + 5000, len(content) - 1)) + 1
                file.write(content[place:end])
                known = content.count(b"\n", 0, end)
                file.close()
                log.rename(f"{log}.{place}")
                file = open(log, "ab", buffering=0)  # noqa: SIM115
            place = end
        file.close()
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    for line in sky_rs.follow(str(log), 10**6, poll_interval=SOON, stop=done.is_set):
        got.append(line)  # noqa: PERF402 - the writer looks at it
    writer.join()
    assert got == lines
    assert len(os.listdir(log.parent)) > 3


def test_a_writer_that_is_fast(log, backend):
    lines = [f"{number} {'é' * (number % 300)}\n" for number in range(20_000)]
    done = threading.Event()

    def write():
        with open(log, "a", encoding="utf-8") as file:
            file.writelines(lines)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert list(sky_rs.follow(str(log), 10**6, poll_interval=SOON, stop=done.is_set)) == lines
    writer.join()


def test_a_line_longer_than_anything_read_at_once(log, backend):
    log.write_bytes(b"1\n" + b"x" * 1_000_000)
    following = Following(log)
    assert following.take(1) == ["1\n"]
    append(log, b"y" * 1_000_000 + b"\n")
    assert following.take(1) == ["x" * 1_000_000 + "y" * 1_000_000 + "\n"]


def test_a_missing_file_is_an_error_at_once(tmp_path, backend):
    path = str(tmp_path / "missing")
    with pytest.raises(AssertionError, match=f"File not found: {path}"):
        sky_rs.follow(path)


@pytest.mark.needs("FIFOs")
def test_what_cannot_be_followed(tmp_path, backend):
    with pytest.raises(RuntimeError, match=r"Failed to read last 10 lines from .*Is a directory"):
        sky_rs.follow(str(tmp_path))
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(RuntimeError, match="File or stream is not seekable"):
        sky_rs.follow(str(tmp_path / "fifo"))
    with pytest.raises(TypeError):
        sky_rs.follow(0)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"n": -1}, AssertionError),
        ({"n": 1.5}, TypeError),
        ({"poll_interval": 0}, ValueError),
        ({"poll_interval": float("nan")}, ValueError),
        ({"poll_interval": 61}, ValueError),
    ],
)
def test_bad_arguments(log, arguments, error):
    with pytest.raises(error):
        sky_rs.follow(str(log), **arguments)


def test_a_file_replaced_while_it_is_opened(log, monkeypatch):
    """The component opens it by name, after the host has looked which it is."""
    from sky_rs._component import sandbox

    locate = sandbox.locate
    log.write_bytes(b"1\n2\n")

    def rotate(*arguments, **keywords):
        found = locate(*arguments, **keywords)
        monkeypatch.setattr(sandbox, "locate", locate)
        log.rename(f"{log}.1")
        log.write_bytes(b"3\n")
        return found

    with sky_rs.using("component"):
        monkeypatch.setattr(sandbox, "locate", rotate)
        follower = _following.start(str(log), 10, "utf-8", "replace", 1, in_component=True)
    assert follower.look() == ["3\n"]
    assert isinstance(follower._reader, python_follow.Reader)
    follower.close()
