"""The calls of read_last_n_lines and hash_file."""

from decimal import Decimal

from _builder import Cases, seeded
from _codec import IntSubclass, StrSubclass, numpy_value, path_as

PATH = path_as("str")
PATH_KINDS = ("str", "bytes", "pathlib", "fd")


def regular(*parts, kind="regular"):
    """A file made of parts: bytes, or (bytes, times)."""
    pairs = [part if isinstance(part, tuple) else (part, 1) for part in parts]
    return {"kind": kind, "parts": [{"hex": data.hex(), "times": times} for data, times in pairs]}


def existing(path):
    return {"kind": "existing", "path": path}


MISSING = {"kind": "missing"}
DIRECTORY = {"kind": "directory"}
DANGLING = {"kind": "dangling_symlink"}

# fmt: off
LINES = (
    b"", b"\n", b"\n\n", b"a", b"a\n", b"a\nb", b"a\nb\n", b"a\nb\n\n", b"a\r\nb\r\n", b"a\r\nb\r",
    b"a\rb\rc", b"a\r\r\nb\r\r", b"a\0b\n\0", b"\xff\xfe\n\xe4\xb8\n",
    "a\vb\fc\x85d\u2028e\nf".encode(), b"\xef\xbb\xbfa\nb\n",
    # Beyond the table.
    b"\r", b"\r\n", b"\r\n\r\n", b"\n\r", b"\n\r\n\r", b"\r\r\r", b"a\n\r", b"\ra\n", b" \n \n",
    b"\na", b"\n\n\na", b"a\n\n\nb\n", b"\x1a\n\x1c\x1d\x1e\n", b"a\\nb\n", b"\0",
    "e\u0301\n\u0301\n".encode(), "\U0001f600\n\U0001f468\u200d\U0001f469\n".encode(),
)
BAD = b"\xff\xfe\n\xe4\xb8\n"
INVALID_UTF8 = (
    b"\xe4\xb8\n\xad\xe4\xb8\xad\xe4\n\xb8", b"\xed\xa0\x80\n\xf0\x80\x80\x80\n\xc0\xaf",
    b"\xf4\x90\x80\x80\n\xf8\x88\x80\x80\x80\n", b"\xf0\x9f\x98\n\x80\n", b"a\x80b\xc3\nc\xc3(\n",
    b"\xe2\x82\n\xe2(\xa1\n", b"\xfe\xfe\xff\xff\n", b"\xf0\x9f\x98\x80\xf0\x9f\x98\n",
    b"\xed\xa0\xbd\xed\xb8\x80\n", b"\xef\xbf\xbd\xef\xbf\xbe\xef\xbf\xbf\n",
    b"\xc1\x81\xe0\x9f\xbf",
    b"\xf0\x8f\xbf\xbf\xf4\x8f\xbf\xbf\n", b"ok\n\xf5\r\n\xe1\x80\r\n",
)
HANDLERS = ("strict", "replace", "ignore", "backslashreplace", "surrogateescape", "surrogatepass",
            "xmlcharrefreplace", "namereplace", "bogus", "", "Replace")
ENCODED = (
    ("latin-1", BAD), ("utf-16", "a\nb\n".encode("utf-16")),
    ("utf-16-le", "a\nb".encode("utf-16-le")),
    ("utf-16-be", "a\nb".encode("utf-16-be")), ("utf-32", "a\nb\n".encode("utf-32")),
    ("ascii", "\xe9".encode()), ("utf-8-sig", b"\xef\xbb\xbfa\n\xef\xbb\xbfb\n"),
    ("shift_jis", "\u8868\n\u3042".encode("shift_jis")), ("utf-7", b"+AGE-\nb"),
    ("utf-7", b"+AG\nE-\n+\n"), ("cp1252", b"\x80\x81\n\x9d\n"), ("cp437", bytes(range(128, 256))),
    ("cp932", b"\x81\n\x83\x5c\n"), ("koi8-r", b"\xc1\xc2\n\xff"), ("iso-8859-15", b"\xa4\n"),
    ("mac-roman", b"\xdb\n\x85"), ("euc-jp", b"\xa4\xa2\n\xa4\n"), ("euc-kr", b"\xb0\xa1\n\xb0"),
    ("gbk", b"\xc4\xe3\n\xc4\n"), ("gb18030", b"\x81\x30\x81\x30\n\x81\x30\n"),
    ("big5", b"\xa4\xa4\n\xa4"), ("iso-2022-jp", b"\x1b$B$\"\n\x1b(Ba\n"),
    ("cp037", b"\x81\x25\n\x82"),
    ("unicode_escape", b"\\u00e9\\x41\n\\n\nb"), ("raw_unicode_escape", b"\\u00e9\n\\x41"),
    ("charmap", b"\x80\xff\na"), ("undefined", b"a\n"),
)
ENCODING_NAMES = (
    "UTF8", "utf_8", "U8", "Utf-8", "utf 8", " utf-8", "utf-8 ", "utf--8", "cp65001", "latin1",
    "L1", "iso8859-1", "8859", "US-ASCII", "646", "bogus", "", "utf-8\0", "utf-9", "rot13", "hex",
    "base64", "zlib", "bz2", "uu", "quopri", "locale", "\u0131so8859-1", "\xe9", "unicode_internal",
)
EXISTING = (  # what every Linux answers
    "/dev/null", "/dev/zero", "/proc/self/cmdline", "/proc/self/status", "/proc/cpuinfo",
    "/proc/self/mem", "/proc/self", "/",
)
COUNTS = (
    -1, -(10**30), 0.0, -0.0, 0.5, 1.0, 2.5, -0.5, float("nan"), float("inf"), True, False,
    None, "1",
    "", b"1", [], 1j, 2**63, 10**30, Decimal("1"), Decimal("0"), IntSubclass(1, "S"),
    IntSubclass(-1, "S"), numpy_value("int64", "1"), numpy_value("int64", "-1"),
    numpy_value("uint8", "2"), numpy_value("float64", "1.0"), numpy_value("bool_", "True"),
)
CHUNK_SIZES = (
    0, -1, -(10**30), 1.5, 100.0, 0.5, 0.0, -0.5, float("nan"), float("inf"), True, False, None,
    "5",
    "", b"5", [], 2**63, 10**30, IntSubclass(2, "S"), numpy_value("int64", "2"),
    numpy_value("uint8", "2"), numpy_value("float64", "2.0"),
)
BAD_PATHS = (
    "a\0b", "", "~/x", None, b"", b"a\0b", "/nonexistent/x", b"/nonexistent/x", 1.5, [],
    bytearray(b"/"),
    "/nonexistent/\xe9\U0001f600", -1, 10**9, 2**31, 2**64, "/dev/null/x",
    "/nonexistent/" + "x" * 300, 1j, numpy_value("str_", "/nonexistent/x"),
)
MULTIBYTE = "\u65e5\u672c\u8a9e".encode() * 5 + b"\nend\n"
# Long files: at and around the default chunk of 8192 bytes, and beyond 64 KiB.
LONG_FILES = (
    regular((b"x", 8191), b"\n"), regular((b"x", 8192)), regular((b"x", 8192), b"\n"),
    regular(b"\n", (b"x", 8191)), regular(b"\n", (b"x", 8192)),
    regular(b"a\r", b"\n", (b"x", 8191)),
    regular(b"first\n", (b"x", 8191), b"\n"), regular((b"\n", 8192)), regular((b"\n", 8193)),
    regular((b"\r", 8192), b"\n", (b"\r", 8192)), regular((b"line\n", 20_000)),
    regular((b"line\r\n", 20_000), b"last"), regular((b"a", 100_000)),
    regular((b"a", 100_000), b"\n", (b"b", 300), b"\n"),
    regular((b"head\n", 5), (b"z", 70_000), b"\ntail"),
    regular((b"\xff", 9000), b"\n", (b"\x80", 100)),
    regular(("\u65e5".encode(), 30_000), b"\nend\n"),
    regular(b"z", ("\U0001f600".encode(), 20_000), b"\n"), regular((b"0123456789abcde\n", 4096)),
    regular((b"0123456789abcde\n", 4097), b"x"), regular((b"\0", 65_537)),
    regular((b"y" * 399 + b"\n", 200)),
    regular((b"y" * 400 + b"\n", 200)), regular((b"y" * 401 + b"\n", 200)),
    regular((b"a\r\r\n\xc3\xa9\n", 12_000), b"\r\r"),
)
# fmt: on


def read_last_n_lines():
    cases = Cases()
    for content in LINES:
        for count in (0, 1, 2, 3, 10):
            cases.add("table", PATH, count, file=regular(content))
    for chunk_size in (1, 2, 3, 5, 7, 8192):
        cases.add("multibyte", PATH, 2, chunk_size=chunk_size, file=regular(MULTIBYTE))
    two = regular(b"a\nb\n")
    for count in COUNTS:
        cases.add("count", PATH, count, file=two)
    for chunk_size in CHUNK_SIZES:
        cases.add("chunk-size", PATH, 1, chunk_size=chunk_size, file=two)
    for chunk_size in (0, -1):
        cases.add("chunk-size-none", PATH, 0, chunk_size=chunk_size, file=two)
    cases.add(
        "keyword", file_path=PATH, n=1, chunk_size=3, encoding="ascii", errors="strict", file=two
    )
    cases.add("positional", PATH, 1, 3, "ascii", "strict", file=two)
    for kind in PATH_KINDS:
        cases.add("path", path_as(kind), 1, file=two)
        cases.add("path-zero", path_as(kind), 0, file=two)
        cases.add("path-long", path_as(kind), 2, file=LONG_FILES[10])
    for path in BAD_PATHS:
        cases.add("bad-path", path, 1)
    cases.add("bad-path-order", None, -1)
    for spec in (MISSING, DANGLING, DIRECTORY):
        for count in (0, 1, 2, -1):
            cases.add("not-a-file", PATH, count, file=spec)
        for kind in ("bytes", "pathlib"):
            cases.add("not-a-file-path", path_as(kind), 1, file=spec)
        cases.add("not-a-file-chunk", PATH, 1, chunk_size=0, file=spec)
    for count in (0, 1, 2, -1):
        cases.add("unreadable", PATH, count, file=regular(b"a\nb\n", kind="unreadable"))
        cases.add("fifo", PATH, count, file=regular(b"a\nb\n", kind="fifo_with_writer"))
        cases.add("symlink", PATH, count, file=regular(b"a\nb\n", kind="symlink"))
    for kind in ("bytes", "pathlib"):
        cases.add("unreadable-path", path_as(kind), 1, file=regular(b"a\n", kind="unreadable"))
        cases.add("fifo-path", path_as(kind), 1, file=regular(b"a\n", kind="fifo_with_writer"))
    for path in EXISTING:
        cases.add("existing", PATH, 2, file=existing(path))
        cases.add("existing-zero", PATH, 0, file=existing(path))
    for content in (BAD, b"a\nb\n", b"\xff\nok\n", b""):
        for errors in (*HANDLERS, None, 5, b"strict", StrSubclass("ignore")):
            cases.add("errors", PATH, 2, errors=errors, file=regular(content))
    cases.add("errors-excluded", PATH, 1, errors="strict", file=regular(b"\xff\nok\n"))
    for content in INVALID_UTF8:
        for errors in ("replace", "ignore", "strict", "backslashreplace", "surrogateescape"):
            cases.add("invalid-utf8", PATH, 5, errors=errors, file=regular(content))
    for encoding, content in ENCODED:
        cases.add("encoding", PATH, 3, encoding=encoding, file=regular(content))
        cases.add(
            "encoding-strict", PATH, 3, encoding=encoding, errors="strict", file=regular(content)
        )
    for encoding in (*ENCODING_NAMES, None, 5, b"utf-8", StrSubclass("ascii")):
        cases.add("encoding-name", PATH, 2, encoding=encoding, file=regular("\xe9\nb".encode()))
    for encoding in ("bogus", None, "rot13"):
        cases.add("encoding-unused", PATH, 2, encoding=encoding, file=regular())
        cases.add("encoding-unused", PATH, 0, encoding=encoding, file=two)
    for spec in LONG_FILES:
        for count in (1, 2, 7):
            cases.add("long", PATH, count, file=spec)
    for chunk_size in (4095, 4096, 8191, 65_536, 1_000_000):
        for number in (9, 11, 14, 16, 24):
            cases.add("long-chunks", PATH, 3, chunk_size=chunk_size, file=LONG_FILES[number])
    random = seeded("read_last_n_lines")
    tokens = (
        b"a",
        b"bc",
        b"\n",
        b"\n",
        b"\r",
        b"\r\n",
        b" ",
        "\xe9".encode(),
        "\u65e5".encode(),
        "\U0001f600".encode(),
        b"e\xcc\x81",
        b"\xff",
        b"\xe4\xb8",
        b"\0",
        b"\xc2\x85",
        b"\x80",
    )
    for _ in range(120):
        content = b"".join(random.choice(tokens) for _ in range(random.randrange(0, 40)))
        cases.add(
            "random",
            PATH,
            random.choice((0, 1, 2, 3, 5, 10, 100)),
            chunk_size=random.choice((1, 2, 3, 5, 7, 16, 64, 8192)),
            errors=random.choice(("replace", "replace", "ignore", "strict", "backslashreplace")),
            file=regular(content),
        )
    for _ in range(40):
        parts = [
            (random.choice(tokens) * random.randrange(1, 4), random.randrange(1, 3000))
            for _ in range(random.randrange(3, 12))
        ]
        cases.add(
            "random-long",
            PATH,
            random.choice((1, 2, 3, 20)),
            chunk_size=random.choice((8192, 1000, 4096)),
            file=regular(*parts),
        )
    return cases.finish()


HELLO = regular(b"hello\n")
PLAIN_HASHES = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
# fmt: off
OTHER_HASHES = ("sha3_224", "sha3_256", "sha3_384", "sha3_512", "blake2b", "blake2s", "shake_128",
                "shake_256")
ALIASES = ("MD5", "SHA256", "sha-256", "SHA-256", "SHA2-256", "Md5", "SHA1", "sHa512", "SHA224",
           "SHA384", "sha3-256")
UNKNOWN_HASHES = (
    "", "BLAKE2B", "bogus", "crc32", "sha256 ", " sha256", "sha257", "sha_256", "md5\n", "SHA3_256",
    "Blake2s", "Shake_128", "\xe9", "m\u0501d5", "\uff4d\uff445", "\U0001f600", "md5\0", "\0",
    "\ud800", "md5,sha1",
    "x" * 300, "None",
)
WRONG_HASHES = (None, 5, b"md5", 1.5, True, [], ["md5"], bytearray(b"md5"), 1j)
HASH_LENGTHS = (0, 1, 55, 56, 63, 64, 65, 111, 112, 119, 127, 128, 129)
SHA3_LENGTHS = (0, 71, 72, 73, 103, 104, 105, 135, 136, 137, 143, 144, 145, 167, 168, 169)
BLAKE2_LENGTHS = (0, 1, 63, 64, 65, 127, 128, 129)
HASH_LONG_FILES = (  # around the buffer of 256 KiB
    regular((b"x", 2**18 - 1)), regular((b"x", 2**18)), regular((b"x", 2**18 + 1)),
    regular((bytes(range(256)), 4096)), regular((b"\0", 2**20)), regular((b"line\r\n", 100_000)),
    regular((b"a", 1_000_000)),
)
# fmt: on


def hash_file():
    cases = Cases()
    for name in (*PLAIN_HASHES, *OTHER_HASHES, *ALIASES):
        cases.add("name", PATH, name, file=HELLO)
    for name in UNKNOWN_HASHES:
        cases.add("unknown", PATH, name, file=HELLO)
    for name in WRONG_HASHES:
        cases.add("wrong-name", PATH, name, file=HELLO)
    cases.add("name-subclass", PATH, StrSubclass("md5"), file=HELLO)
    cases.add("name-subclass", PATH, StrSubclass("bogus"), file=HELLO)
    cases.add("name-missing", PATH, file=HELLO)
    cases.add("keyword", path=PATH, hash_alg="sha256", file=HELLO)
    random = seeded("hash_file")
    contents = {
        length: random.getrandbits(8 * length).to_bytes(length, "big") if length else b""
        for length in sorted({*HASH_LENGTHS, *SHA3_LENGTHS, 1000, 8192, 8193})
    }
    for name in PLAIN_HASHES:
        for length in (*HASH_LENGTHS, 1000):
            cases.add(f"content-{name}", PATH, name, file=regular(contents[length]))
        for spec in HASH_LONG_FILES:
            cases.add(f"long-{name}", PATH, name, file=spec)
    for name in OTHER_HASHES:
        group = name.replace("_", "-")
        for length in SHA3_LENGTHS if name.startswith("sha3") else BLAKE2_LENGTHS:
            cases.add(f"content-{group}", PATH, name, file=regular(contents[length]))
        for spec in HASH_LONG_FILES[2:4]:
            cases.add(f"long-{group}", PATH, name, file=spec)
    for kind in PATH_KINDS:
        cases.add("path", path_as(kind), "md5", file=HELLO)
        cases.add("path-bogus", path_as(kind), "bogus", file=HELLO)
    for spec in (MISSING, DANGLING, DIRECTORY, regular(b"hello\n", kind="unreadable")):
        for name in ("sha256", "bogus", "", None):
            cases.add("not-a-file", PATH, name, file=spec)
        for kind in ("bytes", "pathlib"):
            cases.add("not-a-file-path", path_as(kind), "md5", file=spec)
    for name in ("md5", "sha256", "bogus"):
        fifo = regular(b"hello\n", (b"x", 5000), kind="fifo_with_writer")
        cases.add("fifo", PATH, name, file=fifo)
        cases.add("symlink", PATH, name, file=regular(b"hello\n", kind="symlink"))
    for path in BAD_PATHS:
        cases.add("bad-path", path, "md5")
    cases.add("bad-path-order", "/nonexistent/x", "bogus")
    cases.add("bad-path-order", None, None)
    cases.add("existing", PATH, "md5", file=existing("/proc/self"))
    cases.add("existing", PATH, "bogus", file=existing("/dev/zero"))
    cases.add("existing", PATH, "bogus", file=existing("/dev/null"))
    for _ in range(40):
        parts = [
            (
                random.getrandbits(64).to_bytes(8, "big")[: random.randrange(1, 9)],
                random.randrange(1, 20_000),
            )
            for _ in range(random.randrange(1, 5))
        ]
        cases.add("random", PATH, random.choice(PLAIN_HASHES), file=regular(*parts))
    return cases.finish()
