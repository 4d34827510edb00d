"""Odd platforms: wherever the component cannot run, answers are Python's, and one line says why.

Frozen apps and Windows have files of their own; an installation in a zip, and one without the right
to write, are with the wheel's tests.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest
import wasmtime
from conftest import MOUNTING

import sky_rs

#: Calls on each backend; prints whether all were answered alike, what `component` met, and why
#: Python answers. Whatever is logged, is written to standard error.
CALLS = """
import json, logging, os, sys
sys.path.append(os.environ["SITE"])  # with -S, it is not there
import sky_rs

logging.basicConfig(level=logging.INFO)

def call():
    return [
        sky_rs.base36_encode("f" * 32),
        sky_rs.format_float(2.25),
        sky_rs.truncate_long_string("a long text with many words", 10),
        sky_rs.read_last_n_lines(sky_rs.__file__, 10_000),
        sky_rs.hash_file(sky_rs.__file__, "sha256").hexdigest(),
        sky_rs.hash_files([sky_rs.__file__] * 20, "md5"),
        sky_rs.base36_encode_many(["ff"] * 3000),
        30000 <= sky_rs.find_free_port(30000) < 65535,
        sky_rs.get_cpu_count(),
        sky_rs.get_mem_size_gb(),
    ]

met = None
with sky_rs.using("python"):
    alike = [call()]
alike.append(call())
try:
    with sky_rs.using("component"):
        alike.append(call())
except sky_rs.exceptions.ComponentUnavailableError as error:
    met = str(error)
reason = sky_rs.get_backend_info()["fallback_reason"]
answer = json.dumps([all(each == alike[0] for each in alike), met, reason])
os.write(int(os.environ.get("ANSWER", 1)), answer.encode())
"""

SITE = pathlib.Path(sky_rs.__file__).parent.parent


def outcome(before="", flags=(), wrapped_in=(), **environment):
    """Whether the calls were answered alike, the reason if Python answers, and the log.

    Args:
        before: Code to run first.
        flags: The interpreter's.
        wrapped_in: What the command is given to.
        environment: Variables; those that are None are not set.
    """
    return told([*wrapped_in, sys.executable, *flags, "-c", before + CALLS], environment)


def told(command, environment):
    """What a command prints: answers, and the reason if they are Python's; and the log."""
    variables = {**os.environ, "SITE": str(SITE), **environment}
    done = subprocess.run(
        command,
        env={name: value for name, value in variables.items() if value is not None},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers, met, reason = json.loads(done.stdout)
    assert met == reason  # also when the component alone was wanted
    return answers, reason, done.stderr


def assert_python_answers(because, *arguments, **options):
    alike, reason, log = outcome(*arguments, **options)
    assert alike
    assert because in reason
    assert log == f"INFO:sky_rs:answering in Python: {reason}\n"


def assert_component_answers(*arguments, **options):
    assert outcome(*arguments, **options) == (True, None, "")


@pytest.mark.parametrize(
    ("before", "because"),
    [
        ("import platform; platform.machine = lambda: ''", "unsupported architecture"),
        ("import platform; platform.machine = lambda: 'riscv64'", "architecture for wasmtime: ris"),
        ("import sys; sys.maxsize = 2**31 - 1", "64-bit"),
        ("import sys; sys.platform = 'freebsd14'", "unsupported platform `freebsd14`"),
    ],
)
def test_a_machine_that_wasmtime_does_not_know(before, because):
    assert_python_answers(because, before)


@pytest.fixture
def libraries(tmp_path):
    """The libraries in a copy of wasmtime."""
    package = pathlib.Path(wasmtime.__file__).parent
    shutil.copytree(package, tmp_path / "wasmtime", ignore=shutil.ignore_patterns("*.pyc"))
    found = [path for path in (tmp_path / "wasmtime").glob("*-*/*wasmtime.*") if path.is_file()]
    assert found
    return found


def test_a_wasmtime_without_its_library(libraries, tmp_path):
    """What pip installs where there is no wheel for the platform."""
    for path in libraries:
        shutil.rmtree(path.parent, ignore_errors=True)
    assert_python_answers("OSError" if os.name == "posix" else "Error", PYTHONPATH=str(tmp_path))


def test_a_library_that_is_none(libraries, tmp_path):
    for path in libraries:
        path.write_bytes(b"none")
    assert_python_answers("OSError", PYTHONPATH=str(tmp_path))


@pytest.mark.needs("glibc")
def test_a_library_that_needs_a_newer_glibc(libraries, tmp_path):
    (path,) = libraries
    changed, times = re.subn(rb"\0GLIBC_2\.\d\d\0", b"\0GLIBC_2.99\0", path.read_bytes())
    assert times
    path.write_bytes(changed)
    assert_python_answers("version `GLIBC_2.99' not found", PYTHONPATH=str(tmp_path))


@pytest.mark.needs("resource", "/proc")
def test_little_address_space():
    limit = "import resource; resource.setrlimit(resource.RLIMIT_AS, (3 * 2**30, 3 * 2**30))"
    assert_python_answers("Cannot allocate memory", limit)


@pytest.mark.needs("resource")
def test_few_descriptors():
    limit = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))"
    assert_component_answers(limit)


@pytest.mark.parametrize(
    "flags", ["-OO", "-I", "-E", "-S", "-bb", "-W error", "-X utf8=0", "-X dev"]
)
def test_an_interpreter_told_otherwise(flags):
    variables = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"} if "utf8" in flags else {}
    assert_component_answers(flags=flags.split(), **variables)


@pytest.mark.parametrize("seed", ["0", "1"])
def test_hashes_of_texts_do_not_matter(seed):
    assert_component_answers(PYTHONHASHSEED=seed)


@pytest.mark.parametrize(
    "before",
    [
        "import sys; sys.executable = None",
        "import sys; sys.executable = ''",
        "import sys; sys.stdin = sys.stdout = sys.stderr = None",
    ],
)
def test_an_interpreter_inside_another_program(before):
    assert_component_answers(before)


@pytest.mark.needs("shell")
def test_closed_standard_streams():
    closing = ["sh", "-c", 'exec "$0" "$@" 3>&1 <&- >&- 2>&-']
    assert_component_answers(wrapped_in=closing, ANSWER="3")


@pytest.mark.needs("modes")
def test_a_directory_that_is_gone(tmp_path):
    assert_component_answers(f"import os; os.chdir({str(tmp_path)!r}); os.rmdir(os.getcwd())")


@pytest.mark.needs("modes")
def test_a_user_without_a_home():
    """No variable, and nobody of that number in the password database."""
    unknown = """
import pwd

def fails(number):
    raise KeyError(f"getpwuid(): uid not found: {number}")

pwd.getpwuid = fails
"""
    assert_component_answers(unknown, HOME=None, XDG_CACHE_HOME=None)


@pytest.mark.parametrize(
    "mounts",
    [
        "mount -t tmpfs none /proc",
        "mount -t tmpfs none /sys",
        "mount -t tmpfs none /dev",
        "mount -o remount,ro,bind /",
    ],
)
@pytest.mark.needs("mounts")
def test_file_systems_that_lack_something(mounts, tmp_path):
    (tmp_path / "cache").mkdir()
    command = [*MOUNTING, "sh", "-c", f'{mounts} && exec "$0" "$@"']
    assert_component_answers(wrapped_in=command, XDG_CACHE_HOME=str(tmp_path / "cache"))


@pytest.mark.needs("mounts")
def test_a_cache_from_which_nothing_may_be_executed(tmp_path):
    twice = f'mount -t tmpfs -o noexec none {tmp_path} && "$0" "$@" >/dev/null && exec "$0" "$@"'
    variables = dict.fromkeys(("XDG_CACHE_HOME", "TMPDIR"), str(tmp_path))
    assert_component_answers(wrapped_in=[*MOUNTING, "sh", "-c", twice], **variables)


@pytest.mark.needs("mounts")
def test_an_installation_from_which_nothing_may_be_executed(tmp_path):
    package = pathlib.Path(wasmtime.__file__).parent
    mounts = (
        f'mount -t tmpfs -o noexec none {tmp_path} && cp -r {package} {tmp_path} && exec "$0" "$@"'
    )
    command = [*MOUNTING, "sh", "-c", mounts]
    assert_python_answers("cannot", wrapped_in=command, PYTHONPATH=str(tmp_path))


#: Runs code in a subinterpreter, and calls in the main one afterwards, if not before.
AROUND = """
import sys
import sky_rs

try:
    import _interpreters as interpreters
    make, execute = interpreters.create, interpreters.exec
except ImportError:
    import _xxsubinterpreters as interpreters
    execute = interpreters.run_string
    make = lambda kind: interpreters.create(isolated=kind == "isolated")

def call():
    with sky_rs.using("component"):
        assert sky_rs.base36_encode("ff") == "73"

kind, main, code = sys.argv[1:]
if main == "loaded":
    call()
interpreter = make(kind)
failure = execute(interpreter, code)
if failure:
    print(failure)
interpreters.destroy(interpreter)
call()
"""

#: Nothing is hashed: with that alone, some of Python's own releases crash.
WITHIN = """
import json, logging
import sky_rs

logging.basicConfig(level=logging.INFO)
answers = [sky_rs.base36_encode_many(["ff"] * 3000)[-1], sky_rs.get_cpu_count() > 0]
met = None
try:
    with sky_rs.using("component"):
        sky_rs.base36_encode("ff")
except sky_rs.exceptions.ComponentUnavailableError as error:
    met = str(error)
print(json.dumps([answers, met, sky_rs.get_backend_info()["fallback_reason"]]))
"""


@pytest.mark.parametrize("kind", ["legacy", "isolated"])
@pytest.mark.parametrize("main", ["loaded", "not loaded"])
def test_a_subinterpreter(kind, main):
    answers, reason, log = told([sys.executable, "-c", AROUND, kind, main, WITHIN], {})
    assert answers == ["73", True]
    assert "subinterpreter" in reason
    assert log == f"INFO:sky_rs:answering in Python: {reason}\n"
