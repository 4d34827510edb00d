"""The benches' virtual environment: the real SkyPilot and the sky_rs wheel in one process."""

from __future__ import annotations

import hashlib
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORK = ROOT / "benches" / ".work"
REQUIREMENTS = HERE / "requirements.txt"

#: What the last whole run measured.
RESULTS = WORK / "results.json"

_VENV = WORK / "venv"
PYTHON = _VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def make(wheel: pathlib.Path) -> None:
    """Makes the environment, or of it what is not there yet."""
    if _changed("requirements", REQUIREMENTS):
        subprocess.run([sys.executable, "-m", "venv", "--clear", _VENV], check=True)
        _install("--requirement", str(REQUIREMENTS))
        _remember("requirements", REQUIREMENTS)
    if _changed("wheel", wheel):
        _install(str(wheel))
        # Another build of the same version: pip would leave the old one.
        _install("--force-reinstall", "--no-deps", str(wheel))
        _remember("wheel", wheel)


def _install(*arguments: str) -> None:
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *arguments], check=True)


def _changed(what: str, source: pathlib.Path) -> bool:
    installed = _VENV / f"installed-{what}"
    return not installed.exists() or installed.read_text() != _digest(source)


def _remember(what: str, source: pathlib.Path) -> None:
    (_VENV / f"installed-{what}").write_text(_digest(source))


def _digest(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
