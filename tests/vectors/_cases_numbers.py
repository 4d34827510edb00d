"""The calls of base36_encode, format_float and find_free_port."""

import struct
from decimal import Decimal
from fractions import Fraction

from _builder import Cases, seeded
from _codec import IntSubclass, Raw, StrSubclass, numpy_value, repeated

# fmt: off
HEX_TABLE = (
    "", "0", "00", "-0", "0x1F", "0X1f", " ff ", "\tff\n", "\u3000ff\u2003", "f_f", "_ff", "ff_",
    "f__f", "0x_f", "g", "0b1", "0o7", "+a", "1.0", "FF", "f" * 32, "f" * 64, "1" + "0" * 40, "z",
    "\uff11\uff21", "\u0661", "0x", "x", "a b", "a\0", "\xe9", b"ff", bytearray(b"1f"), None, 255,
    True, 1.5, memoryview(b"ff"), numpy_value("str_", "ff"), repeated("f", 100_000),
    StrSubclass("ff"),
)
HEX_SIGNS = (
    "+0", "-00", "-0x0", "--1", "++1", "+-1", "+ 1", "- 0", "+", "-", "+0xff", "0x+1", "+_1",
    "00x1", "0x0x1", "0xx1", "0xg", "0x1g", "1x", "0_0", "0__0", "_", "__", "0_", "_0", "0x_",
    "0x1_", "0x__1", "0_x1", "0b", "0B1", "0b2", "0o17", "0O7", "ffL", "ff.", "1e5", "1E5", "0xG",
    "deadbeef", "DeadBeef", "CAFEBABE", "+DEAD_beef_0", "1,000", "0.", "nan", "inf", "z9", "f-f",
)
SPACES = (
    "\t", "\n", "\v", "\f", "\r", "\x1c", "\x1d", "\x1e", "\x1f", " ", "\x85", "\xa0", "\u1680",
    "\u2000", "\u2007", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000", "\r\n",
    # The rest are not whitespace for str.
    "\0", "\b", "\u180e", "\u200b", "\u200d", "\u2060", "\ufeff", "\xad",
)
# The zeros of some scripts (their nine successors are digits too); the last ones are newer than
# some of the Unicode versions in use.
ZEROS = (
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0BE6, 0x0E50, 0x0F20, 0x1040, 0x17E0, 0x1810, 0xA620,
    0xAA50, 0xFF10, 0x104A0, 0x11066, 0x1D7CE, 0x1D7EC, 0x1E950, 0x1FBF0,
    0x10D30, 0x11DA0, 0x11F50, 0x1E4F0, 0x10D40, 0x11BF0, 0x16D70, 0x1E5F1,
)
NOT_DECIMAL = (
    "\xb2", "\xbd", "\u2460", "\u2160", "\u3007", "\u4e00", "\uff21", "\uff46", "\u0410", "\u0430",
    "\u0130", "\u03b1", "\U0001d41a", "\U0001d7cf\U0001d41a", "e\u0301", "\u0301", "\U0001f600",
    "f\U0001f600", "\ud800", "f\udfff", "1\ud83d", "\ud83d\ude00", "\uff10x1", "0\uff58\uff11",
    "\uff0b1", "\u22121", "1\uff3f1", "'", '"', "'\"", "\\", "\x7f", "\x1b[0m", "\xa0", "\u3000",
)
HEX_BYTES = (
    b"", b"0", b" ff ", b"\x0bff\x0c", b"\tff\r\n", b"\x1cff", b"\x85ff", b"\xa0ff", b"0xFF",
    b"f_f", b"ff_", b"1\0", b"\0", b"\xff", b"\xd9\xa1", b"'", b'"', b"g" * 100, b"deadbeef" * 9,
    b"+a", b"0b1", bytearray(b""), bytearray(b" 0X1f "), bytearray(b"g"), bytearray(b"1\0"),
    memoryview(b""),
)
HEX_WRONG_TYPES = (
    0, -1, 2**64, False, 0.0, float("nan"), 1j, [], ["ff"], Decimal("1"), Fraction(1, 2),
    numpy_value("int64", "255"), numpy_value("float64", "1.0"), numpy_value("str_", "g"),
    IntSubclass(5, "S"),
)
# fmt: on


def base36_encode():
    cases = Cases()
    cases.add_all("table", ((value,) for value in HEX_TABLE))
    cases.add_all("sign-and-prefix", ((text,) for text in HEX_SIGNS))
    for space in SPACES:
        cases.add("space", f"{space}1{space}")
        cases.add("space-inside", f"1{space}1")
    for zero in ZEROS:
        digits = "".join(chr(zero + offset) for offset in range(10))
        cases.add("digits", digits)
        cases.add("digits-mixed", f" {digits[1]}a_{digits[9]}F ")
    cases.add_all("not-hex", ((text,) for text in NOT_DECIMAL))
    cases.add_all("bytes", ((data,) for data in HEX_BYTES))
    cases.add_all("wrong-type", ((value,) for value in HEX_WRONG_TYPES))
    cases.add("keyword", hex_str="ff")
    for power in (1, 2, 3, 7, 12, 13, 25, 63, 100):
        for offset in (-1, 0, 1):
            cases.add("power-of-36", f"{36**power + offset:x}")
    for bits in (8, 16, 31, 32, 53, 63, 64, 128, 160, 256, 512):
        for offset in (-1, 0, 1):
            cases.add("power-of-2", f"{2**bits + offset:X}")
    for count in (199, 200, 201, 1000, 5000):
        cases.add("long", repeated("f", count))
        cases.add("long-invalid", repeated("g", count))
    cases.add("long-zeros", repeated("0", 5000))
    cases.add("long-spaces", repeated(" ", 5000))
    cases.add("long-spaces", " " * 3000 + "ff" + "\u3000" * 300)
    random = seeded("base36_encode")
    for _ in range(60):
        length = random.choice((1, 4, 8, 16, 17, 32, 40, 64, 128, 300))
        cases.add(
            "random-hex", "".join(random.choice("0123456789abcdefABCDEF") for _ in range(length))
        )
    for _ in range(60):  # no "-": negative numbers never return
        length = random.randrange(1, 12)
        cases.add(
            "random-text",
            "".join(
                random.choice("0019afAFxX__+  g\n\u3000\u0663\U0001d7d7") for _ in range(length)
            ),
        )
    return cases.finish()


# fmt: off
FLOAT_TABLE = (
    0, -5, 2**63, 10**22, True, False, 1.0, -0.0, 0.0, -0.04, 0.05, 0.25, 0.35, 0.45, 1.05, 2.5,
    1.25, 0.95, 0.99, 9.95, 99.99, 1e15 + 0.5, 1e16, 1e22, 1e23, 1e308, 5e-324, float("nan"),
    float("inf"), float("-inf"), 1e-7, 123456.789, numpy_value("float64", "2.0"),
    numpy_value("float64", "2.25"), numpy_value("float32", "0.1"),
    numpy_value("float32", "16777216"), numpy_value("float16", "1.5"), numpy_value("int64", "5"),
    numpy_value("uint8", "5"), numpy_value("bool_", "True"), Decimal("1.5"), Decimal("2"),
    Fraction(3, 2), "1.5", None, 1 + 0j,
)
FLOAT_TABLE_AFTER_PRECISION = (Raw({"int": "1" + "0" * 5000}), IntSubclass(5, "S"))
PRECISIONS = (
    0, 1, 2, 3, 20, -1, True, None, "2", "", 2.0, 100, 2**31,
    # Beyond the table.
    False, 10, 17, 50, 324, 400, 1000, 1074, 1100, 5000, 2**31 + 1, 2**32, 2**53, 2**63, 10**30,
    -(2**31), -(10**30), "0", "00", "02", " 2", "2 ", "+2", "-2", "2_0", "x", "\uff12", "\u0662",
    "2f", "2e", "2%", ",", "2\0", 0.0, 1.5, float("nan"), float("inf"), 1j, b"2", [], [1],
    Decimal("2"), Fraction(2), IntSubclass(2, "2"), IntSubclass(2, "S"), IntSubclass(2, "3"),
    StrSubclass("2"), numpy_value("int64", "2"), numpy_value("float64", "2.0"),
    numpy_value("bool_", "True"),
)
# Halves of an ulp and of a decimal place, and the borders of double, integer and exponent ranges.
FLOAT_BORDERS = (
    0.15, 0.55, 0.65, 0.75, 0.85, 1.15, 1.35, 1.45, 1.55, 1.65, 1.75, 1.95, 2.05, 2.45, 2.675, 4.35,
    8.5, 9.5, 9.75, 9.999, 19.95, 0.049999999999999996, 0.05000000000000001, 0.949999999999999,
    0.9500000000000001, 0.1 + 0.2, 1 / 3, 2 / 3, 1e-5, 1e-4, 0.09, 0.01, 4.9, 1023.96, 1024.5,
    2.0**52 + 0.5, 2.0**51 + 0.25, 2.0**53, 2.0**53 - 1, 2.0**53 + 2, 2.0**63, 2.0**64, 1e17, 1e100,
    1.7976931348623157e308, 2.2250738585072014e-308, 2.225073858507201e-308, 1e21, 1e15, 999999.95,
    0.9999999999999999, 1.0000000000000002, 4503599627370495.5, 4503599627370497.5, 1e-320,
)
INTEGERS = (
    1, 7, -1, 2**31, 2**32, -(2**31), 2**53, 2**53 + 1, -(2**53), -(2**53) - 1, -(2**63), 2**64,
    10**30, -(10**30), 10**399, 10**400, Raw({"int": "1" + "0" * 4299}),
    Raw({"int": "9" * 4300}), Raw({"int": "-" + "9" * 4300}), Raw({"int": "1" + "0" * 4300}),
    IntSubclass(-7, ""), IntSubclass(0, "\U0001f600"),
)
SCALARS = (
    ("int8", "-128"), ("int16", "300"), ("int32", "-5"), ("int64", "9007199254740993"),
    ("int64", "-9223372036854775808"), ("uint64", "18446744073709551615"), ("uint8", "0"),
    ("float64", "nan"), ("float64", "inf"), ("float64", "-inf"), ("float64", "-0.0"),
    ("float64", "0.35"), ("float64", "1e23"), ("float64", "-0.04"), ("float32", "0.35"),
    ("float32", "2.5"), ("float32", "nan"), ("float32", "-inf"), ("float32", "1e30"),
    ("float32", "3.4028235e38"), ("float16", "0.35"), ("float16", "65504"), ("float16", "inf"),
    ("float16", "0.05"), ("bool_", "True"), ("str_", "1.5"), ("complex128", "1.5"),
)
NOT_NUMBERS = (
    "", "x", b"1", [], [1.5], bytearray(b"1"), memoryview(b"1"), 0j, 1.5 + 2j, Decimal("0"),
    Decimal("-2.50"), Decimal("1E+3"), Decimal("0.05"), Decimal("NaN"), Decimal("Infinity"),
    Fraction(4, 2), Fraction(-1, 3),
)
# fmt: on


def format_float():
    cases = Cases()
    cases.add_all("table", ((number,) for number in FLOAT_TABLE))
    for precision in PRECISIONS:
        cases.add("precision", 2.55, precision=precision)
    for number in (0.5, 1.5, 2.5, 3.5, -0.5, -2.5):
        cases.add("half-to-even", number, 0)
    cases.add("precision-unused", 3, precision=None)
    cases.add("precision-unused", 3.0, precision="junk")
    cases.add("precision-unused", float("-0.0"), precision=-1)
    cases.add("precision-unused", 10**22, precision=[])
    for number in (float("nan"), float("inf"), float("-inf")):
        for precision in (0, 5, None, -1, "x"):
            cases.add("not-finite", number, precision=precision)
    cases.add_all("table-end", ((number,) for number in FLOAT_TABLE_AFTER_PRECISION))
    for number in FLOAT_BORDERS:
        cases.add("border", number)
        cases.add("border-negative", -number)
        cases.add("border-precision", number, precision=2)
    cases.add_all("integer", ((number,) for number in INTEGERS))
    cases.add_all("numpy", ((numpy_value(*scalar),) for scalar in SCALARS))
    cases.add_all("numpy-precision", ((numpy_value(*scalar), 3) for scalar in SCALARS[11:16]))
    cases.add_all("not-a-float", ((value,) for value in NOT_NUMBERS))
    cases.add("decimal-precision", Decimal("2.675"), precision=2)
    cases.add("keyword", num=2.25, precision=1)
    cases.add("long", 5e-324, precision=1100)
    cases.add("long", 0.1, precision=5000)
    random = seeded("format_float")
    for _ in range(60):
        bits = random.getrandbits(64)
        cases.add("random-bits", struct.unpack("<d", struct.pack("<Q", bits))[0])
    for _ in range(60):
        places = random.randrange(0, 8)
        half = (random.randrange(10**6) + 0.5) / 10**places
        cases.add("random-half", random.choice((half, -half)), precision=places)
    for _ in range(60):
        number = round(random.uniform(-2000, 2000), random.randrange(0, 6))
        cases.add("random-decimal", number, precision=random.randrange(0, 5))
    for _ in range(40):  # dyadic fractions are exact: ties are really ties
        number = random.randrange(-(10**5), 10**5) / 2 ** random.randrange(0, 12)
        cases.add("random-dyadic", number, precision=random.randrange(0, 10))
    for _ in range(40):
        number = random.uniform(1, 10) * 10.0 ** random.randrange(-30, 30)
        cases.add("random-exponent", number, precision=random.choice((0, 1, 1, 5, 17, 40)))
    return cases.finish()


# fmt: off
PORTS = (  # those whose outcome is the same on every machine
    0, False, 65535, 65536, 70000, 1_000_000_000, 2**31, 2**53 + 1, 2**63, 2**64, 10**30,
    -1, -2, -65535, -70000, -(2**31), -(2**31) - 1, -(2**63), -(10**30), None, 1.5, 65535.0,
    float("nan"), float("inf"), "80", "", "65535", b"80", bytearray(b"80"), [80], [], 1j,
    Decimal("65535"), Fraction(65535), IntSubclass(65535, "S"),
    IntSubclass(-1, "S"), numpy_value("int64", "65535"), numpy_value("int64", "-1"),
    numpy_value("int32", "70000"), numpy_value("uint16", "65535"), numpy_value("int8", "-5"),
    numpy_value("uint64", "18446744073709551615"), numpy_value("float64", "65535.0"),
    numpy_value("str_", "80"), memoryview(b"80"),
)
# fmt: on


def find_free_port():
    cases = Cases()
    cases.add_all("start", ((port,) for port in PORTS))
    cases.add("keyword", start_port=65535)
    return cases.finish()
