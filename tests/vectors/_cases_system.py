"""The calls of get_cpu_count and get_mem_size_gb, each on a described machine."""

from _builder import Cases, seeded

CONTROLLERS = "/sys/fs/cgroup/cgroup.controllers"
CPU_MAX = "/sys/fs/cgroup/cpu.max"
CPU_QUOTA = "/sys/fs/cgroup/cpu/cpu.cfs_quota_us"
CPU_PERIOD = "/sys/fs/cgroup/cpu/cpu.cfs_period_us"
MEMORY_MAX = "/sys/fs/cgroup/memory.max"
MEMORY_LIMIT = "/sys/fs/cgroup/memory/memory.limit_in_bytes"
ENV_CPU = "SKYPILOT_POD_CPU_CORE_LIMIT"
ENV_GB = "SKYPILOT_POD_MEMORY_GB_LIMIT"
ENV_BYTES = "SKYPILOT_POD_MEMORY_BYTES_LIMIT"

GIB = 2**30
PERMISSION = {"error": "PermissionError"}
ABSENT = {"error": "FileNotFoundError"}
IO_ERROR = {"error": "OSError"}
IS_DIRECTORY = {"error": "IsADirectoryError"}


def machine(version=2, files=None, env=None, cpus=8, affinity=8, memory=8 * GIB):
    """A "system" entry; texts and bytes are accepted as file contents."""
    entries = {CONTROLLERS: {"text": "cpu io memory pids\n"}} if version == 2 else {}
    for path, content in (files or {}).items():
        if isinstance(content, str):
            entries[path] = {"text": content}
        elif isinstance(content, bytes):
            entries[path] = {"hex": content.hex()}
        else:
            entries[path] = content
    return {
        "env": env or {},
        "cgroup_version": version,
        "logical_cpus": cpus,
        "affinity": affinity,
        "physical_memory": memory,
        "files": entries,
    }


# float() of an environment variable, as far as both functions agree on it.
# fmt: off
NUMBERS = (
    "2", "2.9", "0", "-3", "0.5", "1e3", " 4 ", "4\n", "1_0", "\u0663", "inf", "-inf", "nan", "",
    "abc", "0x10", "1e400",
    # Beyond the table.
    "2.5", "-1", "1e2", " 3 ", "1073741824", "1e9", "x", "+7", "-0", "-0.0", ".5", "5.", ".",
    "-.5e1",
    "1e", "1e+2", "1E-2", "1e1_0", "1__0", "_1", "1_", "1_.5", "1._5", "Infinity", "-INFINITY",
    "infinit", "NaN", "-nan", "nan(1)", "+inf", "\t6\r\n", "\u20037\u3000", "\x1c8\x1f", "1 2",
    "1,5",
    "1.5.2", "--1", "\uff11\uff12", "\uff11.\uff15", "\u0661\u066b\u0665", "\U0001d7d9\U0001d7da",
    "\xb2", "\xbd", "\u4e09", "\U0001f600", "2f", "2j", "0b1", "1e309", "1e308", "-1e308", "5e-324",
    "1e-400", "0.9999999999999999", "0.99999999999999999", "2.9999999999999996", "9007199254740993",
    "18446744073709551616", "1" * 400, "0" * 400 + "5", "1." + "0" * 400 + "1", "e5", "True",
    "None",
    "4 cores", "4\xa0", "\ufeff4", "4\u200b", "'4'", "-4.999",
)
CPU_MAX_TABLE = (
    "max 100000", "200000 100000", "250000 100000", "50000 100000", "0 100000", "-1 100000",
    "100000 0", "100000 -1", "100000", "", "100000 100000 1", "abc 1", "inf 100000", "nan 1",
    "1e6 1e5", "MAX 100000", "  200000\t100000\n\n", "1_00000 100000", b"\xff\xfe", PERMISSION,
    ABSENT,
)
CPU_MAX_MORE = (
    "max 100000\n", "400000 100000\n", "max", "max max", "max 0", "max abc", "100000 max",
    "200000\n100000", "200000\r\n100000\r\n", "800000 100000", "900000 100000", "99999 100000",
    "100000 99999", "0.5 0.25", "-100000 -100000", "-0.0 0", "0 0", "nan nan", "1 nan",
    "inf inf", "1 inf",
    "1e308 1e-308", "5e-324 1", "1e400 1", "-inf 1", "1 -inf", "+300000 +100000", "\u0663 1",
    "\uff13 \uff11",
    "\u30003\u20031\u3000", "3\xa01", "3\x1c1", "3\0 1", "\ufeff3 1", "3,1", "0x3 1",
    b"300000 100000\xff",
    b"\x80", b"\xef\xbb\xbf3 1", b"3 \xd9\xa1", "3 1 ", "\n", " ", "3 1\nmax 100000", IO_ERROR,
    IS_DIRECTORY,
    "1e23 1", "9007199254740993 1", "3.9999999999999999 1", "7 2", "-3 2",
)
CPU_V1_TABLE = (
    ("200000", "100000"), ("-1", "100000"), ("0", "100000"), ("100000", "0"), ("", "100000"),
    ("100000", ""), ("max", "100000"), ("50000", "100000\n"), ("100000", ABSENT),
)
CPU_V1_MORE = (
    ("-1\n", "100000\n"), ("400000\n", "100000\n"), (ABSENT, "100000"), (ABSENT, ABSENT),
    (PERMISSION, "100000"), ("100000", PERMISSION), ("100000", "-100000"), ("-100000", "-100000"),
    ("nan", "100000"), ("100000", "nan"), ("inf", "100000"), ("100000", "inf"), ("inf", "inf"),
    ("1e308", "1e-308"), ("300000 1", "100000"), ("3_0", "1_0"), ("\u0663", "\u0661"),
    (" 3 ", "\t1\r\n"),
    (b"\xff", "100000"), ("100000", b"\xff"), ("900000", "100000"), ("150000", "100000"),
    (IO_ERROR, "1"), ("100000", IS_DIRECTORY), ("1", "-0.0"), ("99999", "100000"),
)
# fmt: on


def get_cpu_count():
    cases = Cases()
    for text in NUMBERS:
        cases.add("env", system=machine(env={ENV_CPU: text}, files={CPU_MAX: "200000 100000"}))
    for env in (
        {ENV_GB: "3"},
        {ENV_CPU.lower(): "3"},
        {"SKYPILOT_DEBUG": "1"},
        {ENV_CPU: "", "SKYPILOT_DEBUG": "1"},
        {ENV_CPU: "x", ENV_GB: "3"},
    ):
        cases.add("env-other", system=machine(env=env, files={CPU_MAX: "200000 100000"}))
    for text in CPU_MAX_TABLE:
        cases.add("v2-table", system=machine(files={CPU_MAX: text}))
    for text in CPU_MAX_MORE:
        cases.add("v2", system=machine(files={CPU_MAX: text}))
    cases.add("v2-absent", system=machine())
    for quota, period in CPU_V1_TABLE:
        cases.add("v1-table", system=machine(1, {CPU_QUOTA: quota, CPU_PERIOD: period}))
    for quota, period in CPU_V1_MORE:
        cases.add("v1", system=machine(1, {CPU_QUOTA: quota, CPU_PERIOD: period}))
    cases.add("v1-absent", system=machine(1))
    both = {CPU_MAX: "300000 100000\n", CPU_QUOTA: "200000\n", CPU_PERIOD: "100000\n"}
    for version in (1, 2, None):
        cases.add("both-versions", system=machine(version, both))
        cases.add("both-versions-env", system=machine(version, both, env={ENV_CPU: "5"}))
    cases.add("no-cgroup", system=machine(None))
    cases.add("no-cgroup", system=machine(None, {CPU_MAX: "300000 100000"}))
    for cpus in (1, 2, 8, 64, None):
        for affinity in (1, 3, 8, 128, None):
            for text in ("max 100000", "250000 100000"):
                system = machine(files={CPU_MAX: text}, cpus=cpus, affinity=affinity)
                cases.add("cpus", system=system)
    cases.add("cpus-env", system=machine(env={ENV_CPU: "4"}, cpus=None, affinity=None))
    random = seeded("get_cpu_count")
    for _ in range(40):
        quota = random.randrange(1, 2_000_000)
        period = random.choice((1000, 50_000, 100_000, 10**6))
        files = {CPU_MAX: f"{quota} {period}\n", CPU_QUOTA: f"{quota}\n", CPU_PERIOD: f"{period}\n"}
        system = machine(
            random.choice((1, 2)),
            files,
            cpus=random.randrange(1, 200),
            affinity=random.randrange(1, 200),
        )
        cases.add("random", system=system)
    return cases.finish()


# fmt: off
LIMITS_TABLE = (
    "max", "", "0", "-1", "1073741824", "1073741824\n", "12.5", "9223372036854771712", "+5", " 5 ",
    "1_000", "MAX", "9" * 48, b"\xff", IO_ERROR,
)
LIMITS_MORE = (
    "max\n", "\n", " max ", "max max", "8589934592", "8589934591", "8589934593", "1", "-0",
    "00", "007",
    "0x10", "1e9", "1__0", "_1", "1_", "\u0663", "\uff11\uff10\uff12\uff14", "\u2003512\u3000",
    "\x1c64\x1f", "1 2",
    "1\n2", "\r\n4096\r\n", "abc", "nan", "inf", "\ufeff5", "5\0", b"5\xff", b"\xef\xbb\xbf5",
    b"\xd9\xa1\n",
    "9" * 4300, "9" * 4301, "-" + "9" * 5000, "0" * 5000, "18446744073709551615",
    "9007199254740993",
    PERMISSION, ABSENT, IS_DIRECTORY,
)
BOTH_LIMITS = (
    ("7", "1073741824"), ("", "1073741824"), ("7", ""), ("", ""), ("nan", "x"), ("x", "x"),
    ("0", "5"),
)
MEMORY_SIZES = (
    0, 1, 1000, GIB - 1, GIB, GIB + 1, 2**40, 2**53, 33_567_891_456, 540_142_534_656,
)
# fmt: on


def get_mem_size_gb():
    cases = Cases()
    for text in NUMBERS:
        for group, name in (("env-gb", ENV_GB), ("env-bytes", ENV_BYTES)):
            cases.add(group, system=machine(env={name: text}, files={MEMORY_MAX: "1073741824"}))
    for gigabytes, size in BOTH_LIMITS:
        cases.add("env-both", system=machine(env={ENV_GB: gigabytes, ENV_BYTES: size}))
    for env in (
        {ENV_CPU: "3"},
        {ENV_GB.lower(): "3"},
        {"SKYPILOT_DEBUG": "1"},
        {ENV_GB: "", "SKYPILOT_DEBUG": "1"},
        {ENV_BYTES: "x", ENV_CPU: "3"},
    ):
        cases.add("env-other", system=machine(env=env))
    for text in LIMITS_TABLE:
        cases.add("v2-table", system=machine(files={MEMORY_MAX: text}))
        cases.add("v1-table", system=machine(1, {MEMORY_LIMIT: text}))
    for text in LIMITS_MORE:
        cases.add("v2", system=machine(files={MEMORY_MAX: text}))
    for text in LIMITS_MORE[:12]:
        cases.add("v1", system=machine(1, {MEMORY_LIMIT: text}))
    both = {MEMORY_MAX: "3221225472\n", MEMORY_LIMIT: "2147483648\n"}
    for version in (1, 2, None):
        cases.add("both-versions", system=machine(version, both))
        cases.add("absent", system=machine(version))
    for memory in MEMORY_SIZES:
        for text in ("max", "1500000000"):
            cases.add("physical", system=machine(files={MEMORY_MAX: text}, memory=memory))
    random = seeded("get_mem_size_gb")
    for _ in range(30):
        limit, memory = random.randrange(1, 2**38), random.randrange(1, 2**38)
        version = random.choice((1, 2))
        files = {MEMORY_MAX if version == 2 else MEMORY_LIMIT: f"{limit}\n"}
        cases.add("random", system=machine(version, files, memory=memory))
    for _ in range(20):
        text = f"{random.uniform(0, 512):.{random.randrange(0, 18)}f}"
        cases.add("random-env", system=machine(env={ENV_GB: text}))
    return cases.finish()
