"""The wheel: what is in it, and that it works in every Python there is here."""

import email
import json
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import zipfile

import pytest
from conftest import ROOT, SDIST, WHEEL, python_of
from packaging.requirements import Requirement

import sky_rs
from tests import interpreters

# Prints the eight answers and which backend gave them.
EIGHT = """
import json, sys
import sky_rs

path = sys.argv[1]
forced = sys.argv[2]
with sky_rs.using(forced):
    print(json.dumps([
        sky_rs.base36_encode("f" * 32),
        sky_rs.format_float(2.25),
        sky_rs.truncate_long_string("a long text with many words", 10),
        sky_rs.read_last_n_lines(path, 2),
        sky_rs.hash_file(path, "sha256").hexdigest(),
        30000 <= sky_rs.find_free_port(30000) < 65535,
        sky_rs.get_cpu_count(),
        sky_rs.get_mem_size_gb(),
    ]))
    print(sky_rs.get_backend_info()["backend"])
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b"one\r\ntwo\xff\nthree\n")
    return path


def answers(python, file, backend, **environment):
    done = subprocess.run(
        [str(python), "-c", EIGHT, str(file), backend],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=file.parent,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    values, name = done.stdout.splitlines()
    return json.loads(values), name


def test_the_wheel_has_one_component_and_runs_everywhere():
    with zipfile.ZipFile(WHEEL) as wheel:
        names = wheel.namelist()
        metadata = wheel.read(f"sky_rs-{sky_rs.__version__}.dist-info/WHEEL").decode()
    assert [name for name in names if name.endswith(".wasm")] == ["sky_rs/skypilot_utils.wasm"]
    assert "sky_rs/py.typed" in names
    assert "Root-Is-Purelib: true" in metadata
    assert "Tag: py3-none-any" in metadata
    assert all(name.startswith(("sky_rs/", "sky_rs-")) for name in names)


#: Where wasmtime's wheels have a library: also on musl, which no marker tells from glibc. Elsewhere
#: pip would find one without.
MACHINES = {
    ("linux", "x86_64"): True,
    ("linux", "aarch64"): True,
    ("linux", "armv7l"): False,
    ("linux", "i686"): False,
    ("linux", "riscv64"): False,
    ("linux", ""): False,
    ("darwin", "x86_64"): True,
    ("darwin", "arm64"): True,
    ("win32", "AMD64"): True,
    ("win32", "ARM64"): True,
    ("win32", "x86"): False,
    ("freebsd14", "amd64"): False,
    ("emscripten", "wasm32"): False,
}


@pytest.mark.parametrize("version", ["3.8", "3.9", "3.14"])
@pytest.mark.parametrize("machine", MACHINES)
def test_wasmtime_comes_along_where_it_runs(machine, version):
    with zipfile.ZipFile(WHEEL) as wheel:
        metadata = wheel.read(f"sky_rs-{sky_rs.__version__}.dist-info/METADATA").decode()
    required = [
        Requirement(each) for each in email.message_from_string(metadata).get_all("Requires-Dist")
    ]
    there = dict(
        zip(("sys_platform", "platform_machine"), machine), python_version=version, extra=""
    )
    wanted = [each.name for each in required if each.marker.evaluate(there)]
    assert wanted == (["wasmtime"] if MACHINES[machine] and version != "3.8" else [])


@pytest.mark.parametrize("version", interpreters.found())
def test_the_wheel_works_in(version, tmp_path, file):
    environment = tmp_path / "venv"
    subprocess.run(
        [interpreters.found()[version], "-m", "venv", str(environment)], check=True, timeout=120
    )
    python = python_of(environment)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, str(WHEEL)], check=True, timeout=300)
    forced, expected = ("python", "python") if version == "3.8" else ("component", "component")
    ours = answers(sys.executable, file, "component")[0]
    assert answers(python, file, forced) == (ours, expected)
    assert answers(python, file, "auto") == (ours, expected)


def test_the_sdist_installs_without_rust(tmp_path, file):
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True, timeout=120)
    python = python_of(environment)
    parts = os.environ["PATH"].split(os.pathsep)
    path = os.pathsep.join(part for part in parts if not shutil.which("cargo", path=part))
    subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", str(SDIST)],
        check=True,
        timeout=300,
        env={**os.environ, "PATH": path},
    )
    assert answers(python, file, "component")[1] == "component"


def test_the_wheel_works_from_inside_its_zip(file):
    ours = answers(sys.executable, file, "component")
    assert answers(sys.executable, file, "component", PYTHONPATH=str(WHEEL)) == ours
    code = "import sky_rs; print(sky_rs.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(WHEEL)},
    )
    assert ".whl" in done.stdout


@pytest.mark.needs("modes")
def test_a_read_only_installation_works(tmp_path, file):
    with zipfile.ZipFile(WHEEL) as wheel:
        wheel.extractall(tmp_path / "site")
    directories = [path for path in (tmp_path / "site").rglob("*") if path.is_dir()]
    for path in (tmp_path / "site").rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        environment = {"PYTHONPATH": str(tmp_path / "site"), "HOME": "/proc/nonexistent"}
        assert answers(sys.executable, file, "component", **environment)[1] == "component"
    finally:
        for directory in directories:
            directory.chmod(stat.S_IRWXU)


def test_the_component_does_not_tell_where_it_was_built():
    with zipfile.ZipFile(WHEEL) as wheel:
        component = wheel.read("sky_rs/skypilot_utils.wasm")
    assert b"/cargo/registry/src/" in component  # else paths are told in another way
    for folder in {ROOT, pathlib.Path.home(), pathlib.Path.home() / ".cargo"}:
        assert os.fsencode(folder) not in component


def test_what_is_installed_is_what_was_built():
    """The other tests import the installed package: it must be this wheel's."""
    package = pathlib.Path(sky_rs.__file__).parent
    with zipfile.ZipFile(WHEEL) as wheel:
        for name in wheel.namelist():
            if name.startswith("sky_rs/"):
                assert (package.parent / name).read_bytes() == wheel.read(name), name
