"""Compiled code kept between processes, where nobody else can have written it.

wasmtime runs what it finds in its cache, so the directory has to be as trustworthy as this package:
it and every directory above it belong to this user or to root, and nobody else may write there.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from typing import Any, Optional, Tuple

_CONFIGURATION = "wasmtime-cache.toml"


def enable(config: Any) -> Tuple[Optional[str], Optional[str]]:
    """Turns wasmtime's cache on, if there is a place for it.

    Returns:
        The directory; or else None, and why there is none.
    """
    # A read-only home, a full disk, a cache that wasmtime refuses: compiling takes 180 ms more.
    try:
        directory = _directory()
        if directory is None:
            return None, "there is no directory that only this user can change"
        config.cache = _configuration(directory)
    except Exception as error:  # wasmtime's is any
        return None, f"{type(error).__name__}: {error}"
    return directory, None


def _directory() -> Optional[str]:
    """The cache directory of this user, made if need be; None if it cannot be trusted."""
    if sys.platform == "win32":
        # Windows keeps other users out of a profile.
        base = os.environ.get("LOCALAPPDATA")
        if not base:
            return None
        directory = os.path.join(base, "sky_rs", "cache")
        os.makedirs(directory, exist_ok=True)
        return directory
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    if not os.path.isabs(base):
        return None
    base = os.path.realpath(base)
    directory = os.path.join(base, "sky_rs")
    for path in (base, directory):  # a home that is not there is not made
        with contextlib.suppress(FileExistsError):
            os.mkdir(path, mode=0o700)
    return directory if trusted(directory) else None


def trusted(directory: str) -> bool:
    """Whether only this user and root can change what is in a directory."""
    sticky_is_enough = False
    while True:
        status = os.lstat(directory)
        if not stat.S_ISDIR(status.st_mode) or status.st_uid not in (0, os.geteuid()):
            return False
        others_write = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        # Above, as in /tmp, the sticky bit keeps others from replacing what is ours.
        if others_write and not (sticky_is_enough and status.st_mode & stat.S_ISVTX):
            return False
        sticky_is_enough = True
        parent = os.path.dirname(directory)
        if parent == directory:
            return True
        directory = parent


def _configuration(directory: str) -> str:
    """The path of a file that tells wasmtime to keep its cache in a directory."""
    path = os.path.join(directory, _CONFIGURATION)
    quoted = directory.replace("\\", "\\\\").replace('"', '\\"')
    content = f'[cache]\ndirectory = "{quoted}"\n'
    with contextlib.suppress(OSError), open(path, encoding="utf-8") as file:
        if file.read() == content:
            return path
    # Never half a file, even with several processes starting at once.
    draft = f"{path}.{os.getpid()}"
    try:
        with open(draft, "w", encoding="utf-8") as file:
            file.write(content)
        os.replace(draft, path)
    except BaseException:  # a full disk: none may stay from each process
        with contextlib.suppress(OSError):
            os.remove(draft)
        raise
    return path
