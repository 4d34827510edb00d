"""The calls of the small functions on names and encodings."""

from _builder import Cases, seeded

LONG = "a" * 50


def make_cluster_name_on_cloud():
    """The user's hash is ab12cd34 throughout: see _pretended.py."""
    cases = Cases()
    names = ("lora", "Cuda_11.8", LONG, "abc-def-ghi", "ab-cdefghijk", "", "x", "xy", "a.b_c", "-")
    names += (
        "-----------",
        "a-----------",
        "\u65e5\u672c\u8a9e\u30af\u30e9\u30b9\u30bf\u540d\u524d",
    )
    names += ("\u0130stanbul_X", "\u1e9e._\u03a3\u03a3", "a b\nc", "A" * 15, "._._._._._._._._")
    for name in names:
        for length in (15, 35, 20, 9, 10, 11, 12, 13, 3, 4, 0, -5, None):
            cases.add("table", name, length)
            cases.add("bare", name, length, add_user_hash=False)
        cases.add("defaults", name)
    for name in (None, 5, b"abc", ["a"]):
        cases.add("types", name)
    for length in ("15", 15.5, True):
        cases.add("types", "lora", length)
        cases.add("types", LONG, length)
    cases.add("surrogates", "\ud800" * 30)
    cases.add("surrogates", "\ud800", 35)
    return cases.finish()


def base64_url_encode():
    cases = Cases()
    cases.add_all(
        "table", [(b"",), (b"a",), (b"ab",), (b"abc",), (b"\xff\xfe\xfd",), (bytes(256),)]
    )
    cases.add_all(
        "types", [(bytearray(b"\xfb\xff"),), (memoryview(b"ab"),), ("abc",), (None,), (5,)]
    )
    random = seeded("base64_url_encode")
    for length in range(1, 60):
        cases.add("random", bytes(random.randrange(256) for _ in range(length)))
    return cases.finish()


def compute_code_challenge():
    cases = Cases()
    for verifier in ("", "abc", "\u00e9", "\ud800", b"a", None, "x" * 128, "\U0001f600", "\0"):
        cases.add("table", verifier)
    return cases.finish()


def remove_color():
    cases = Cases()
    texts = (
        "",
        "\x1b[31mred\x1b[0m",
        "\x1b]0;title\x07x",
        "\x1bm",
        "\x1b[1;31",
        "\x1b[2Kabc m def",
    )
    texts += (
        "\x1b\nm",
        "a\x1b[31m\x1b[0mb",
        "\x1b[38;5;1mX",
        "\x1b\x1b[mm",
        "plain",
        "\u00e9\x1b[m",
    )
    for text in (*texts, b"x", None, 5):
        cases.add("table", text)
    return cases.finish()


def is_valid_env_var():
    cases = Cases()
    names = (
        "A",
        "_",
        "a1",
        "1a",
        "",
        "A-B",
        "A\n",
        "\u00e9",
        "A B",
        "\uff21\uff22",
        "A\0",
        "__init__",
    )
    for name in (*names, "A" * 1000, b"A", None, 5):
        cases.add("table", name)
    return cases.finish()


def merge_node_names_lineage():
    cases = Cases()
    existing = (None, "", "null", "[]", '[["a"]]', "bad", '{"a":1}', '[["a"],"b"]', "[[]]", "[[1]]")
    existing += (
        '[["a","b"],["c"]]',
        '["x"]',
        "5",
        '[["\u00e9"]]',
        '[["a"],["b"],["c"]]',
        b'[["a"]]',
    )
    long = '[["' + '","'.join(map(str, range(12))) + '"]]'
    names = (
        None,
        [],
        ["a"],
        ["b", "c"],
        [""],
        ["a", "c"],
        [None],
        ["\u00e9"],
        ["11"],
        [5, "a", "a"],
    )
    for text in (*existing, long):
        for current in names:
            cases.add("table", text, current)
    return cases.finish()


def get_display_node_names():
    cases = Cases()
    texts = (
        None,
        '[["a","b"],["c"]]',
        "a,b",
        '"str"',
        "[]",
        '["x",["y"],[]]',
        "[[1]]",
        "1",
        "",
        "[",
    )
    for text in (
        *texts,
        '[""]',
        '[[""]]',
        '[null,["a"]]',
        '{"a": 1}',
        '["\u00e9"]',
        b'["a"]',
        "[[]]",
    ):
        cases.add("table", text)
    return cases.finish()
