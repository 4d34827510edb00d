"""The component and the fallback give the same answer to anything."""

import math

from hypothesis import example, given, settings
from hypothesis import strategies as st

import sky_rs

settings.register_profile("sky_rs", max_examples=300, deadline=None)
settings.load_profile("sky_rs")

# Lone surrogates, NUL, line ends, combining and astral characters included.
TEXT = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cs"]),
        st.sampled_from("\0\r\n\t \x1c\x85\u2028e\u0301日😀"),
    )
)
DIGITS = st.text(st.sampled_from("0123456789abcdefABCDEF_xX+- \t\n\x1cgé١"))


def outcome(function, *arguments):
    try:
        return function(*arguments)
    except Exception as error:
        return type(error), str(error), repr(error.__cause__)


def same(function, *arguments):
    with sky_rs.using("component"):
        component = outcome(function, *arguments)
    with sky_rs.using("python"):
        fallback = outcome(function, *arguments)
    assert component == fallback
    return fallback


@given(DIGITS | TEXT)
def test_base36_of_any_text(text):
    same(sky_rs.base36_encode, text)


@given(st.integers(min_value=0, max_value=2**4096) | st.integers(min_value=0))
@example(36**64)
@example(36**64 - 1)
@example(36**128)
def test_base36_is_the_number(number):
    assert int(same(sky_rs.base36_encode, f"{number:x}"), 36) == number


@given(st.floats() | st.integers() | st.booleans(), st.integers(-3, 400))
@example(math.nan, 1)
@example(-0.0, 0)
@example(5e-324, 1100)
@example(1.7976931348623157e308, 70_000)
@example(0.5, 65_536)
def test_format_float(number, precision):
    same(sky_rs.format_float, number, precision)


@given(TEXT, st.integers(-50, 50) | st.integers(), st.booleans())
@example("a b", 2**63, False)
@example("a b", -(2**63) - 1, True)
def test_truncate(text, max_length, middle):
    result = same(sky_rs.truncate_long_string, text, max_length, middle)
    if len(text) <= max_length:
        assert result is text


class Text(str):
    """No plain str."""


def same_as_loop(many, one, items, *arguments):
    """On every backend, a batch is the loop: its answers, or its first error."""
    with sky_rs.using("python"):
        expected = outcome(lambda: [one(item, *arguments) for item in items])
    for backend in ("component", "python"):
        with sky_rs.using(backend):
            assert outcome(many, items, *arguments) == expected, backend
    return expected


NUMERALS = st.integers(min_value=0, max_value=2**300).map("{:x}".format)
ODD = st.one_of(st.binary(max_size=3), st.none(), st.integers(), TEXT.map(Text), DIGITS.map(Text))


@given(st.lists(NUMERALS) | st.lists(NUMERALS | DIGITS) | st.lists(NUMERALS | DIGITS | TEXT | ODD))
@example(["ff", "1\0", "2"])
@example(["ff", "", "g"])
@example(["ff", "f" * 40_000, "-1", "\ud800"])
@example([b"ff", "\u0661", Text("ff"), "ff"])
def test_many_numbers_are_the_loop(items):
    same_as_loop(sky_rs.base36_encode_many, sky_rs.base36_encode, items)


@given(
    st.lists(TEXT) | st.lists(st.text(" aé", max_size=20)) | st.lists(TEXT | ODD | st.just([1, 2])),
    st.integers(-3, 12) | st.integers() | st.floats() | st.none(),
    st.booleans(),
)
@example(["a\0b c\0", "\0" * 9], 3, False)
@example(["日本語日本語", "abcdef", "a\0bcdef"], 3, True)
@example(["abcdef", "\ud800bcdef"], 5, True)
def test_many_texts_are_the_loop(items, max_length, middle):
    answers = same_as_loop(
        sky_rs.truncate_long_strings, sky_rs.truncate_long_string, items, max_length, middle
    )
    if type(answers) is list and type(max_length) is int:
        for item, answer in zip(items, answers, strict=True):
            assert (answer is item) >= (len(item) <= max_length)


@given(st.integers(min_value=65_535) | st.integers(max_value=-1))
def test_ports_that_do_not_exist(start):
    same(sky_rs.find_free_port, start)


LINES = st.lists(
    st.sampled_from([b"\n", b"\r\n", b"\r", b"a", b"\0", b"\xff", b"\xe4\xb8", b"\xed\xa0\x80"])
    | st.binary(max_size=8)
    | st.text(max_size=4).map(lambda text: text.encode("utf-8", "surrogatepass")),
    max_size=60,
).map(b"".join)


@given(
    LINES,
    st.integers(1, 12) | st.integers(1),
    st.integers(1, 64),
    st.sampled_from(["utf-8", "UTF8", "latin-1", "utf-16"]),
    st.sampled_from(["replace", "strict", "ignore", "surrogateescape", "bogus"]),
)
def test_last_lines(tmp_path_factory, content, n, chunk_size, encoding, errors):
    path = tmp_path_factory.getbasetemp() / "property"
    path.write_bytes(content)
    same(sky_rs.read_last_n_lines, str(path), n, chunk_size, encoding, errors)


@given(LINES, st.sampled_from(["md5", "SHA1", "sha224", "sha256", "sha384", "SHA512", "blake2b"]))
def test_digests(tmp_path_factory, content, algorithm):
    path = tmp_path_factory.getbasetemp() / "property"
    path.write_bytes(content)
    same(lambda: sky_rs.hash_file(path, algorithm).hexdigest())


NUMBERS = st.one_of(
    st.floats().map(repr),
    st.integers().map(str),
    st.text(st.sampled_from("0123456789_.eE+-infa \t\x1c٣"), max_size=8),
    st.sampled_from(["max", "", "inf", "nan", "1e400", "1_0"]),
)


@given(NUMBERS, st.sampled_from(["CPU_CORE", "MEMORY_GB", "MEMORY_BYTES"]))
def test_overrides(text, kind):
    function = sky_rs.get_cpu_count if kind == "CPU_CORE" else sky_rs.get_mem_size_gb
    name = f"SKYPILOT_POD_{kind}_LIMIT"
    from unittest import mock

    with mock.patch.dict("os.environ", {name: text.replace("\0", "")}):
        result = same(lambda: repr(function()))
    assert result


@given(st.none() | st.tuples(NUMBERS, NUMBERS).map(" ".join) | NUMBERS, NUMBERS, NUMBERS)
def test_cgroup_texts(cpu_max, quota, memory):
    from unittest import mock

    from sky_rs import _host

    texts = {"cpu.max": cpu_max, "cpu.cfs_quota_us": quota, "cpu.cfs_period_us": "100000"}

    def text(path):
        return texts.get(path.rsplit("/", 1)[1], memory)

    for version_2 in (True, False):
        with mock.patch.multiple(_host, _text=text, is_cgroup_v2=lambda v=version_2: v):
            same(lambda: repr(sky_rs.get_cpu_count()))
            same(lambda: repr(sky_rs.get_mem_size_gb()))
