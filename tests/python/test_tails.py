"""Last lines, wherever the blocks that are read begin and end."""

import contextlib
import os
import random
import tracemalloc
from unittest import mock

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import sky_rs
from sky_rs import _lines
from sky_rs._python import tail

KIB = 1024


def skypilots(content, n, chunk_size=8192, encoding="utf-8", errors="replace"):
    """SkyPilot's function of a file's content: blocks backwards, each line decoded by itself."""
    position, newlines, chunks = len(content), 0, []
    if not content:
        return []
    while position > 0 and newlines <= n:
        size = min(chunk_size, position)
        position -= size
        chunks.append(content[position : position + size])
        newlines += chunks[-1].count(b"\n")
    lines = b"".join(reversed(chunks)).split(b"\n")
    lines = lines[-n - 1 : -1] if lines[-1] == b"" else lines[-n:]
    *whole, last = [line.decode(encoding, errors=errors).rstrip("\r") for line in lines]
    return [line + "\n" for line in whole] + [last]


def outcome(function, *arguments):
    try:
        return function(*arguments)
    except (UnicodeError, LookupError) as error:
        return repr(error)


@contextlib.contextmanager
def blocks(*, first, largest, guess=128, sample=4096, long=16):
    """Blocks of other sizes, so that small files have many."""
    with (
        mock.patch.multiple(tail, _FIRST=first, _BLOCK=largest, _GUESS=guess, _LARGE=largest),
        mock.patch.multiple(_lines, _SAMPLE=sample, _LONG=long),
    ):
        yield


PIECES = st.sampled_from(
    [b"\n", b"\n\n", b"\r\n", b"\r", b"\r\r\n", b"a", b"line of text\n", b"\v", b"\f", b"\x1c"]
    + [b"\x1e", b"\0", b"\xff", b"\xe4\xb8", b"\xed\xa0\x80"]
    + [text.encode() for text in ("é", "\x85", "\u2028", "\u2029", "日本", "😀")]
)
CONTENT = st.lists(PIECES | st.binary(max_size=20), max_size=80).map(b"".join)


@given(
    CONTENT,
    st.integers(1, 8) | st.integers(1),
    st.integers(1, 64),
    st.sampled_from(["utf-8", "latin-1", "ascii", "utf-16"]),
    st.sampled_from(["replace", "ignore", "surrogateescape", "strict", "bogus"]),
    st.builds(
        blocks,
        first=st.integers(1, 40),
        largest=st.integers(1, 40),
        guess=st.integers(0, 20),
        sample=st.sampled_from([1, 20, 4096]),
        long=st.sampled_from([0, 2, 16]),
    ),
)
@example(b"\n\nabc", 3, 1, "utf-8", "replace", blocks(first=3, largest=3))
@example(b"\nabc\n", 2, 1, "utf-8", "replace", blocks(first=4, largest=4))
@example(b"a\n" * 40, 40, 1, "utf-8", "replace", blocks(first=7, largest=9))
def test_any_content_in_blocks_of_any_size(
    tmp_path_factory, content, n, chunk_size, encoding, errors, sizes
):
    path = tmp_path_factory.getbasetemp() / "tail"
    path.write_bytes(content)
    expected = outcome(skypilots, content, n, chunk_size, encoding, errors)
    with sizes, sky_rs.using("python"):
        got = outcome(sky_rs.read_last_n_lines, str(path), n, chunk_size, encoding, errors)
    assert got == expected


def _long(seed, lengths, ends):
    """Lines of so many bytes, some hundred KiB in all, ASCII or not."""
    dice = random.Random(seed)
    lines = []
    while sum(map(len, lines)) < 300 * KIB:
        text = dice.choice(["x", "é", "日", "\u2028", "ab\rc", "\xff\x85"]) * dice.choice(lengths)
        lines.append(text.encode(dice.choice(["utf-8", "utf-8", "utf-16"])) + dice.choice(ends))
    return b"".join(lines)


@pytest.mark.parametrize("lengths", [(0, 1, 40), (20,), (200, 700), (7, 3000), (1, 70_000)])
@pytest.mark.parametrize("ends", [(b"\n",), (b"\r\n",), (b"\n", b"\r\r\n", b"\n\n")])
def test_long_files(tmp_path, backend, lengths, ends):
    path = tmp_path / "log"
    for seed in range(3):
        content = _long(seed, lengths, ends) + (b"" if seed else b"unfinished\r")
        path.write_bytes(content)
        for n in (1, 2, 10, 100, 1000, 3000, 10**6):
            assert sky_rs.read_last_n_lines(str(path), n) == skypilots(content, n)


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
@pytest.mark.parametrize("around", [64 * KIB, 128 * KIB, 192 * KIB])
def test_line_ends_beside_the_bounds_of_blocks(tmp_path, backend, end, around):
    path = tmp_path / "log"
    for distance in range(-3, 4):
        for head in (b"first\r\n", b"\n", b"\r\n\n", "é\n".encode(), b""):
            content = head + b"x" * (around + distance - len(end)) + end
            path.write_bytes(content)
            for n in (1, 2, 3):
                assert sky_rs.read_last_n_lines(str(path), n) == skypilots(content, n)


def test_a_line_longer_than_anything_read_at_once(tmp_path, backend):
    path = tmp_path / "log"
    content = b"first\n" + "日本".encode() * 1_000_000 + b"\nlast\n"
    path.write_bytes(content)
    for n in (1, 2, 3, 4):
        assert sky_rs.read_last_n_lines(str(path), n) == skypilots(content, n)


def test_numbers_beyond_any_file(tmp_path, backend):
    path = tmp_path / "log"
    path.write_bytes(b"a\nb\n")
    for n in (2**31, 2**63, 10**30):
        assert sky_rs.read_last_n_lines(str(path), n) == ["a\n", "b"]
        assert sky_rs.read_last_n_lines(str(path), n, 8192, "utf-16-le", "ignore")


def test_few_lines_of_a_huge_file_take_little_memory(tmp_path):
    path = tmp_path / "sparse"
    with open(path, "wb") as file:
        file.seek(10 * 2**30)
        file.write(b"".join(b"\nline %d" % number for number in range(10)))
    with sky_rs.using("python"):
        sky_rs.read_last_n_lines(str(path), 10)
        tracemalloc.start()
        try:
            lines = sky_rs.read_last_n_lines(str(path), 10)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert lines[-1] == "line 9"
    assert len(lines) == 10
    assert peak < 2**20


def test_a_descriptor_is_taken_over(tmp_path, backend):
    path = tmp_path / "log"
    path.write_bytes(b"a\nb\n")
    descriptor = os.open(path, os.O_RDONLY)
    assert sky_rs.read_last_n_lines(descriptor, 1) == ["b"]
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


@pytest.mark.needs("terminals")
def test_a_terminal_cannot_be_read_backwards(backend):
    ours, theirs = os.openpty()
    try:
        with pytest.raises(RuntimeError, match="File or stream is not seekable"):
            sky_rs.read_last_n_lines(os.ttyname(theirs), 1)
    finally:
        os.close(ours)
        os.close(theirs)
