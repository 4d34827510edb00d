"""The Pythons that there are here."""

import functools
import glob
import os
import shutil
import subprocess
import sys

_VERSION = "import sys; print(sys.implementation.name, *sys.version_info[:2])"


@functools.cache
def found():
    """Every CPython from 3.8 on, by version: this one, those on PATH and those of pyenv."""
    candidates = [shutil.which(f"python3.{minor}") for minor in range(8, 16)]
    candidates += sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/*/bin/python")))
    interpreters = {}
    for candidate in filter(None, [sys.executable, *candidates]):
        done = subprocess.run(
            [candidate, "-c", _VERSION], capture_output=True, text=True, timeout=60, check=False
        )
        name, *version = done.stdout.split() or [""]
        if name == "cpython" and tuple(map(int, version)) >= (3, 8):
            interpreters.setdefault(".".join(version), candidate)
    return interpreters
