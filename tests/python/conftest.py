"""Every behaviour test runs on every backend."""

import contextlib
import functools
import hashlib
import os
import pathlib
import platform
import random
import subprocess
import sys
import time
import types
from unittest import mock

import psutil
import pytest
from processes import TREE, eventually, shell

import sky_rs
from sky_rs import _alive

ROOT = pathlib.Path(__file__).resolve().parents[2]
VECTORS = ROOT / "tests" / "vectors"
WHEEL = ROOT / "dist" / f"sky_rs-{sky_rs.__version__}-py3-none-any.whl"
SDIST = ROOT / "dist" / f"sky_rs-{sky_rs.__version__}.tar.gz"

#: What platforms do not have. A test that needs it is skipped there, and nowhere else.
LACKING = {
    "win32": {
        "/dev/fd",
        "/proc",
        "FIFOs",
        "any names",  # of files: those that are no text, and all ASCII characters but two
        "coreutils",  # of GNU
        "exec",
        "fork",
        "glibc",
        "modes",  # of files: who may read, write and execute
        "mounts",  # of a process's own, made by this user
        "resource",
        "shell",  # of POSIX: what SkyPilot's process helpers start
        "signals",
        "symlinks",  # for everybody
        "terminals",
        "termios",  # without which SkyPilot cannot be imported
        "toolchain",
    },
    "darwin": {"/proc", "any names", "coreutils", "glibc", "mounts"},
}

# Nor do places that got a wheel and have not built it: a Rust toolchain, all crates, and make.
if not (ROOT / "target" / "wasm32-wasip2" / "release").is_dir():
    LACKING.setdefault(sys.platform, set()).add("toolchain")

#: What runs a command that may mount, unseen by others.
MOUNTING = ["unshare", "--mount", *([] if os.name != "posix" or os.geteuid() == 0 else ["-r"])]


def may_mount():
    """Whether this user may: in a container, that is another right."""
    mount = [*MOUNTING, "mount", "-t", "tmpfs", "none", "/mnt"]
    try:
        return not subprocess.run(mount, capture_output=True, timeout=60, check=False).returncode
    except OSError:
        return False


if sys.platform == "linux" and not may_mount():
    LACKING.setdefault("linux", set()).add("mounts")

if sys.platform == "linux" and platform.libc_ver()[0] != "glibc":
    LACKING.setdefault("linux", set()).add("glibc")

# The readers of the vectors live beside them, the benches' reports beside the benches.
sys.path[:0] = [str(VECTORS), str(ROOT)]


def python_of(environment):
    """The interpreter of a virtual environment."""
    return environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def run(code, *arguments, **environment):
    """Runs code in a fresh process and returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


@functools.cache
def tracked():
    """The files of the repository, below its root: what git has, or would have after `git add`."""
    git = ["git", "-c", "safe.directory=*"]  # whoever cloned it: nothing of it is run
    listed = [*git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True, timeout=60).stdout
    return [name for name in names.decode().split("\0") if (ROOT / name).is_file()]


def pytest_runtest_setup(item):
    for marker in item.iter_markers("needs"):
        for what in marker.args:
            if what not in LACKING["win32"]:
                raise pytest.UsageError(f"{what!r} is in no list of what a platform lacks")
            if what in LACKING.get(sys.platform, ()):
                pytest.skip(f"no {what} here, on {sys.platform}")


@functools.cache
def code(name, engine):
    """The component as 'plans' or the 'public' API call it."""
    from sky_rs._component import artifact
    from sky_rs._component.plans import PlannedCode
    from sky_rs._component.public import PublicCode

    kinds = {"plans": PlannedCode, "public": PublicCode}
    return kinds[name](engine, artifact.read())


def pytest_sessionfinish():
    # Not while the interpreter ends: wasmtime-py then frees with functions that are gone.
    code.cache_clear()


@contextlib.contextmanager
def calling(name):
    """Makes the loaded component be called that way."""
    from sky_rs._component import runtime

    loaded = runtime.load()
    loaded.pool.close()
    with mock.patch.object(loaded, "code", code(name, loaded.engine)):
        yield
        loaded.pool.close()


@pytest.fixture(params=["component", "component by the public API", "python", "auto"])
def backend(request):
    """The backend that answers the calls of the test."""
    name, _, public = request.param.partition(" ")
    with sky_rs.using(name), calling("public" if public else "plans"):
        yield name


@pytest.fixture(params=["plans", "public"])
def component(request):
    """Calls of the test go to the component."""
    with sky_rs.using("component"), calling(request.param):
        yield request.param


def late(loaded):
    """Stands in for a host import: a thousand ticks of the clock go by in no time."""
    for _ in range(1000):
        loaded.engine.increment_epoch()
    return 1


@pytest.fixture
def runtime():
    """The loaded component, of which the test may break instances."""
    from sky_rs._component import runtime

    return runtime.load()


@pytest.fixture
def fresh(runtime):
    """No idle instance before and after."""
    runtime.pool.close()
    yield runtime
    runtime.pool.close()


@pytest.fixture
def no_delay(monkeypatch):
    """Between attempts of calls of clouds, no time goes by; gives what would have."""
    from sky_rs.cloud import _rest

    waited = []
    stand_in = types.SimpleNamespace(sleep=waited.append, time=time.time, monotonic=time.monotonic)
    monkeypatch.setattr(_rest, "time", stand_in)
    return waited


def digest(path, algorithm="md5"):
    return hashlib.new(algorithm, pathlib.Path(path).read_bytes()).hexdigest()


@pytest.fixture
def files(tmp_path):
    """Files of all sizes in several directories."""
    chosen = random.Random(0)
    paths = []
    for number, size in enumerate([0, 1, 63, 64, 65, 1000, 65_536, 65_537, 200_000, 3_000_000] * 3):
        path = tmp_path / str(number % 4) / str(number)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(chosen.randbytes(size))
        paths.append(str(path))
    return paths


@pytest.fixture
def tree():
    """A shell and the processes below it."""
    with shell(TREE) as process:
        below = lambda: psutil.Process(process.pid).children(recursive=True)  # noqa: E731
        assert eventually(lambda: len(below()) >= 3)
        yield process, [child.pid for child in below()]


WAYS = ["the kernel's descriptors", "files of /proc"]


@pytest.fixture(params=WAYS)
def way(request, monkeypatch):
    """How processes are watched: kernels and Pythons without pidfd_open() are still about."""
    _alive.watched.clear()
    if request.param == WAYS[1]:
        monkeypatch.delattr("os.pidfd_open")


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b"")
    return path


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty directory that is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def always(monkeypatch):
    """Makes `auto` give a function's calls to the component."""

    from sky_rs import _routing

    def set_route(name):
        monkeypatch.setattr(_routing.ROUTES[name], "component_from", {"": 0})
        monkeypatch.setattr(_routing.ROUTES[name], "_reported", set())

    return set_route
