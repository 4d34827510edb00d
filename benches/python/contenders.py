"""Who is measured."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import sys
from dataclasses import dataclass
from types import FrameType
from typing import Any, Callable, ContextManager, List, Set, Tuple

import psutil
from sky.utils import common_utils, subprocess_utils

import sky_rs
import sky_rs.subprocess_utils
from benches.python.settings import Arguments

_BACKENDS = {"sky_rs._python": "fallback", "sky_rs._component": "component"}


class SkyPilot:
    """SkyPilot's functions, and what it does where it has none of that name: loops, mostly."""

    def __getattr__(self, name: str) -> Any:
        return getattr(common_utils, name, None) or getattr(subprocess_utils, name)

    @staticmethod
    def base36_encode_many(hex_strings: List[str]) -> List[str]:
        return [common_utils.base36_encode(hex_str) for hex_str in hex_strings]

    @staticmethod
    def truncate_long_strings(strings: List[str], *arguments: Any) -> List[str]:
        return [common_utils.truncate_long_string(s, *arguments) for s in strings]

    @staticmethod
    def hash_files(paths: List[str], hash_alg: str) -> List[str]:
        return [common_utils.hash_file(path, hash_alg).hexdigest() for path in paths]

    @staticmethod
    def s3_etag(path: str) -> str:
        """A loop over hashlib: SkyPilot leaves ETags to the AWS tools."""
        parts = []
        with open(path, "rb", buffering=0) as file:
            while part := file.read(8 * 1024 * 1024):
                parts.append(hashlib.md5(part).digest())
        return f"{hashlib.md5(b''.join(parts)).hexdigest()}-{len(parts)}"

    @staticmethod
    def hash_tree(root: str, hash_alg: str) -> str:
        """As file mounts are hashed, in `backend_utils`: names and content, folder by folder."""
        digest = hashlib.new(hash_alg)
        for folder, folders, files in os.walk(root):
            digest.update(folder.encode() + b"\0")
            folders.sort()
            for name in folders:
                digest.update(name.encode() + b"\0")
            files.sort()
            for name in files:
                content = common_utils.hash_file(os.path.join(folder, name), hash_alg)
                digest.update(name.encode() + b"\0" + content.digest())
        return digest.hexdigest()

    @staticmethod
    def is_process_alive(pid: int) -> bool:
        """As `_terminate_ssh_tunnel_process` in sky/backends/cloud_vm_ray_backend.py asks."""
        try:
            process = psutil.Process(pid)
            return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    @staticmethod
    def estimate_fd_for_directory(path: str) -> int:
        """As `get_max_workers_for_file_mounts` estimates."""
        return max(5, len(os.listdir(path)) * 5) if os.path.isdir(path) else 5


class Ours:
    """The functions of sky_rs."""

    def __getattr__(self, name: str) -> Any:
        return getattr(sky_rs, name, None) or getattr(sky_rs.subprocess_utils, name)


@dataclass(frozen=True)
class Contender:
    """One implementation of all functions."""

    name: str
    #: Has the functions.
    module: Any
    #: A context in which the functions are this implementation.
    chosen: Callable[[], ContextManager[Any]]

    def __str__(self) -> str:
        return self.name


SKYPILOT = Contender("skypilot", SkyPilot(), contextlib.nullcontext)

CONTENDERS = [
    SKYPILOT,
    *(
        Contender(backend, Ours(), functools.partial(sky_rs.using, backend))
        for backend in ("python", "component")
    ),
    # As a program gets it that does not choose: in a block, a choice is looked for at each call.
    Contender("auto", Ours(), contextlib.nullcontext),
]


def observe(function: Callable[..., Any], arguments: Arguments) -> Tuple[Any, List[str]]:
    """Calls a function; returns its answer and which backends had a part in it.

    `using("component")` answers in Python what the component has no form for, and `auto` chooses:
    a table that did not say so would compare the fallback with itself.
    """
    modules: Set[str] = set()

    def note(frame: FrameType, _event: str, _argument: Any) -> None:
        modules.add(frame.f_globals.get("__name__", ""))

    sys.setprofile(note)
    try:
        answer = function(*arguments)
    finally:
        sys.setprofile(None)
    took = [
        name
        for package, name in _BACKENDS.items()
        if any(module.startswith(f"{package}.") for module in modules)
    ]
    return answer, took
