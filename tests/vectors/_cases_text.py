"""The calls of truncate_long_string."""

from _builder import Cases, seeded
from _codec import IntSubclass, StrSubclass, numpy_value, repeated

# fmt: off
TABLE = (
    "", "abc", "abcdefghij", "hello world foo", "  lead two", " a", "a ", "aaa bbb",
    "aaaa b c d e f g h", "ab  cd  ef", "\xe9" * 10, "e\u0301" * 5, "\U0001f600" * 6,
    "\ud800abcdef", "tab\tsep\tstring", "new\nline string here", b"abcdefghij",
)
TABLE_LENGTHS = (-5, -1, 0, 1, 2, 3, 4, 5, 8)
SENTENCE = "this is a very long string that needs truncation"
TEXTS = (
    " ", "   ", "          ", "a          b", "trailing spaces     ",
    "\xa0no\xa0break\xa0spaces\xa0",
    "\u3000ideographic\u3000space\u3000",
    "\u65e5\u672c\u8a9e \u306e \u6587\u5b57\u5217 \u3067\u3059",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 family \U0001f1ef\U0001f1f5 flag",
    "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd rtl", "\u0e19\u0e49\u0e33 \u0e43\u0e08",
    "crlf\r\nline two\r\nthree", "nul\0 in\0 side", "\ud83d \ude00 lone halves",
    "a\u0301 b\u0301 c\u0301",
    "... dots ... dots", "\u2026 ellipsis \u2026", "word", "\x1b[31mred\x1b[0m text",
    "x y z w v u t",
)
ODD_LENGTHS = (
    4.5, 3.0, 6.5, 100.0, 10.0, -0.0, float("inf"), float("-inf"), float("nan"), None, "5", "",
    b"5",
    [], True, False, 2**53 + 1, 10**30, -(2**63), -(10**30), 1j, IntSubclass(5, "S"),
    numpy_value("int64", "5"), numpy_value("float64", "5.0"), numpy_value("uint8", "4"),
)
ODD_TEXTS = (
    (None,), ([1, 2, 3], 2), ([1, 2], 5), ([], 0), ([], -1), (5,), (1.5,), (True,), (1j,),
    (b"",), (b"a b",), (b"a b c d e", 3), (b"abcdefgh", 8), (bytearray(b"abc"), 3),
    (bytearray(b"abc def"), 3), (bytearray(b"abcdefgh"), 5, True), (b"abcdefgh", 5, True),
    (b"abcdefgh", 3, True), ([1, 2, 3, 4, 5, 6], 5, True), ([1, 2, 3], 2, True),
    (StrSubclass("abc"), 3), (StrSubclass("abc def ghi"), 6), (StrSubclass("abc def ghi"), 6, True),
    (StrSubclass("abcdefgh"), 2), (memoryview(b"abcdef"), 5, True),
)
TRUTH = ("yes", "", 0, 1, 0.0, float("nan"), None, [], [0], b"", b"0", "False")
# fmt: on


def truncate_long_string():
    cases = Cases()
    for text in TABLE:
        for length in TABLE_LENGTHS:
            cases.add("table-end", text, length)
            cases.add("table-middle", text, length, truncate_middle=True)
    for length in (20, 35, 10):
        cases.add("sentence", SENTENCE, length)
        cases.add("sentence", SENTENCE, length, truncate_middle=True)
    for count in (34, 35, 36, 37, 100):
        cases.add("default-length", "a" * count)
        cases.add("default-length", "a" * count, truncate_middle=True)
        cases.add("default-length", "ab " * (count // 3) + "c" * (count % 3))
    for length in ODD_LENGTHS:
        cases.add("odd-length", "abcdefghij", length)
        cases.add("odd-length", "abc def ghi", length)
        cases.add("odd-length-middle", "abcdefghij", length, truncate_middle=True)
    cases.add("odd-length-equal", "abc", None)
    cases.add("odd-length-bool", "abcdefgh", True, truncate_middle=True)
    cases.add_all("odd-text", ODD_TEXTS)
    for truth in TRUTH:
        cases.add("truth", "abcdefgh", 5, truncate_middle=truth)
    cases.add("keyword", s="abc def ghi", max_length=6, truncate_middle=False)
    for text in TEXTS:
        for length in (-2, 1, 5, 6, 7, 11):
            cases.add("text-end", text, length)
            cases.add("text-middle", text, length, truncate_middle=True)
    for length in (35, 400, 401, 9999, 10_000, 65_537):
        cases.add("long", repeated("word ", 20_000), length)
        cases.add("long", repeated("\U0001f600\xe9 ", 20_000), length, truncate_middle=True)
        cases.add("long-word", repeated("x", 100_000), length)
        cases.add("long-spaces", repeated(" ", 10_000), length)
    random = seeded("truncate_long_string")
    for _ in range(100):
        text = "".join(
            random.choice("aaabcd    \xe9\u0301\U0001f680\n\t")
            for _ in range(random.randrange(1, 60))
        )
        length = random.randrange(-10, len(text) + 3)
        cases.add("random-end", text, length)
        cases.add("random-middle", text, length, truncate_middle=True)
    for _ in range(60):  # words as in cluster and job names
        words = ("x" * random.randrange(0, 12) for _ in range(random.randrange(1, 12)))
        cases.add("random-words", " ".join(words), random.randrange(0, 50))
    return cases.finish()
