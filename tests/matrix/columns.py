"""The hosts: how each is set up and run, and what it answered."""

from __future__ import annotations

import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import Dict, List, Optional

from tests import interpreters

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
WORK = ROOT / "tests" / ".work" / "matrix"

#: Seconds for one host, or one step of setting it up. The wasmtime crate takes minutes to compile.
PATIENCE = 2400

#: Of wasmtime-py: the oldest allowed, every one up to the newest, and that (None) whatever it is.
WASMTIMES = ("48.0.0", "49.0.0", None)
PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13")
#: Has no wasmtime: the fallback answers.
FALLBACK = "3.8"


@dataclass(frozen=True)
class Cell:
    """What a host did with a function's cases.

    Attributes:
        passed: How many it answered as SkyPilot does.
        total: How many it was given.
        inside: How many of them the component answered; None if that was not asked.
    """

    passed: int
    total: int
    inside: Optional[int] = None


@dataclass(frozen=True)
class Column:
    """A host and its cells.

    Attributes:
        host: The interpreter or engine, with its version.
        runtime: What runs the component in it.
        sha256: Of the component that it loaded; None for the fallback.
        cells: By function; a function that the host has no case of is not in it.
        failures: Ids of the cases that went wrong, each with its function's name.
    """

    host: str
    runtime: str
    sha256: Optional[str]
    cells: Dict[str, Cell]
    failures: List[str]


class FailedError(Exception):
    """A host could not be set up, or broke off."""


def package(wheel: pathlib.Path) -> pathlib.Path:
    """The folder with sky_rs, as the wheel has it."""
    site = WORK / "sky_rs"
    shutil.rmtree(site, ignore_errors=True)
    _pip(sys.executable, "--no-deps", "--target", str(site), str(wheel))
    return site


@functools.cache
def wasmtime(version: Optional[str]) -> pathlib.Path:
    """The folder with a wasmtime-py. It is the same for every Python."""
    site = WORK / f"wasmtime-{version or 'newest'}"
    if version is None or not site.is_dir():
        shutil.rmtree(site, ignore_errors=True)
        wanted = f"wasmtime=={version}" if version else "wasmtime"
        _pip(sys.executable, "--no-deps", "--target", str(site), wanted)
    return site


def interpreter(version: str) -> pathlib.Path:
    """The Python of an environment that has numpy: its numbers are among the arguments."""
    environment = WORK / f"python-{version}"
    own = environment / "bin" / "python"
    if not (environment / "complete").exists():
        _run([interpreters.found()[version], "-m", "venv", "--clear", str(environment)])
        _pip(str(own), "numpy")
        (environment / "complete").touch()
    return own


def cpython(python: pathlib.Path, *path: pathlib.Path) -> Column:
    """What sky_rs answers in an interpreter: in the component, or in Python without a wasmtime."""
    backend = "component" if len(path) > 1 else "python"
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, path)),
        "XDG_CACHE_HOME": str(WORK / "cache"),
    }
    told = _json([str(python), str(HERE / "column.py"), backend], environment)
    runtime = f"wasmtime-py {told['wasmtime']}" if backend == "component" else "fallback"
    return _column(told, runtime)


def rust(component: pathlib.Path) -> Column:
    """What the wasmtime crate answers. Its tests say of each function how many cases agree."""
    # With the benches, which have no such test: so the crate has the features that it has in
    # `make test`, and is not compiled a second time.
    command = ["cargo", "test", "--locked", "--package", "component-tests"]
    command += ["--package", "skypilot-benches", "--test", "vectors"]
    environment = {**os.environ, "SKYPILOT_UTILS_WASM": str(component)}
    printed = _run([*command, "--", "--nocapture", "--test-threads", "1"], environment)
    agreed = re.findall(r"^(?:.*\s)?(\w+): (\d+) of \d+ cases agree$", printed, re.MULTILINE)
    lock = (ROOT / "Cargo.lock").read_text(encoding="utf-8")
    version = re.search(r'name = "wasmtime"\nversion = "(.+)"', lock).group(1)
    cells = {name: Cell(int(count), int(count)) for name, count in agreed}
    release = _run(["rustc", "--version"]).split()[1]
    return Column(f"Rust {release}", f"wasmtime {version}", sha256(component), cells, [])


def javascript(script: str, component: pathlib.Path, calls: pathlib.Path) -> Column:
    """What a JavaScript host answers, by jco: node.js or chromium.js of tests/javascript."""
    program = ROOT / "tests" / "javascript" / script
    told = _json(["node", str(program), str(component), str(calls)], dict(os.environ))
    host, _, runtime = told["host"].partition(", ")
    return _column({**told, "host": host}, runtime)


@functools.cache
def recorded_calls() -> pathlib.Path:
    """The cases that the component has a form for, as calls of its interface."""
    path = WORK / "calls.json"
    command = ["cargo", "run", "--quiet", "--locked", "--package", "golden-vectors"]
    path.write_text(_run([*command, "--example", "calls"]), encoding="utf-8")
    return path


def sha256(path: pathlib.Path) -> str:
    """The digest that the build recorded beside the component."""
    return (path.parent / f"{path.name}.sha256").read_text(encoding="ascii").split()[0]


def _column(told: Dict, runtime: str) -> Column:
    functions = told["functions"].items()
    return Column(
        told["host"],
        runtime,
        told["sha256"],
        {name: Cell(each["passed"], each["total"], each.get("inside")) for name, each in functions},
        [f"{name}: {case}" for name, each in functions for case in each.get("failures", ())],
    )


def _json(command: List[str], environment: Dict[str, str]) -> Dict:
    # A host that failed some cases says so, and ends with a status that says so, too.
    printed = _run(command, environment, allowed=(0, 1))
    try:
        return json.loads(printed)
    except json.JSONDecodeError:
        raise FailedError(f"{' '.join(command)} did not answer: {printed[-2000:]!r}") from None


def _pip(python: str, *arguments: str) -> None:
    _run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments])


def _run(command: List[str], environment: Optional[Dict[str, str]] = None, allowed=(0,)) -> str:
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FailedError(str(error)) from None
    if done.returncode not in allowed:
        raise FailedError(f"{' '.join(command)}: {done.stderr[-2000:]}{done.stdout[-2000:]}")
    return done.stdout
