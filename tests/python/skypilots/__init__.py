"""Environments with the real SkyPilot in them, of several versions.

Made once, below tests/.work: one virtual environment with the newest version and everything that
any of them needs, and the packages of the older ones beside it. sky_rs is not installed there: each
session puts a copy of the installed one beside them.
"""

import functools
import importlib.metadata
import json
import os
import pathlib
import shutil
import subprocess
import sys

from conftest import python_of

import sky_rs

HERE = pathlib.Path(__file__).resolve().parent
WORK = HERE.parents[1] / ".work" / "skypilot"

#: The version that sky_rs is written after; two that define all functions alike; and one that
#: does not.
NEWEST = "0.14.1"
ALIKE = (NEWEST, "0.13.0", "0.12.0")
OTHER = "0.9.3"

_VENV = WORK / "venv"
PYTHON = str(python_of(_VENV))


@functools.cache
def make():
    """Makes the environment, or of it what is not there yet."""
    wanted = [f"skypilot=={NEWEST}", f"wasmtime=={importlib.metadata.version('wasmtime')}", "numpy"]
    if not _is_made(_VENV, wanted):
        shutil.rmtree(_VENV, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(_VENV)], check=True, timeout=120)
        _install(_VENV, wanted)
    for version in (*ALIKE[1:], OTHER):
        wanted = ["--no-deps", "--target", str(WORK / version), f"skypilot=={version}"]
        if not _is_made(WORK / version, wanted):
            shutil.rmtree(WORK / version, ignore_errors=True)
            _install(WORK / version, wanted)
    shutil.rmtree(WORK / "sky_rs", ignore_errors=True)
    package = pathlib.Path(sky_rs.__file__).parent
    shutil.copytree(package, WORK / "sky_rs" / "sky_rs", ignore=shutil.ignore_patterns("*.pyc"))


def _is_made(directory, wanted):
    made = directory / "made"
    return made.exists() and made.read_text() == json.dumps([sys.version, *wanted])


def _install(directory, wanted):
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *wanted], check=True, timeout=600)
    (directory / "made").write_text(json.dumps([sys.version, *wanted]))


def environment(version, home, **variables):
    """The variables of a process that has this version of SkyPilot, and can import sky_rs."""
    make()
    paths = [str(WORK / "sky_rs"), str(HERE)]
    if version != NEWEST:
        paths.insert(0, str(WORK / version))
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("SKY", "PYTHON"))
    }
    return {
        **clean,
        "HOME": str(home),
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONWARNINGS": "ignore",
        "SKYPILOT_DISABLE_USAGE_COLLECTION": "1",
        **variables,
    }


def run(command, *, version=NEWEST, home, patched=False, **variables):
    """Runs a command there, patched or not, and returns how it ended."""
    if patched:
        command = [PYTHON, "-m", "sky_rs", "exec", "--", *command]
    return subprocess.run(
        command,
        env=environment(version, home, **variables),
        cwd=home,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def python(code, **options):
    """Runs Python code there and returns what it printed; both streams, if it failed."""
    done = run([PYTHON, "-c", code], **options)
    return done.stdout if done.returncode == 0 else done.stdout + done.stderr
