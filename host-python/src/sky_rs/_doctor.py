"""What there is to know about sky_rs on this machine, and the eight functions at work on it."""

from __future__ import annotations

import errno
import os
import platform
import stat
import sys
import time
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Optional

import sky_rs
from sky_rs import _limits, _loading
from sky_rs.exceptions import ComponentError


@dataclass
class Check:
    """One call: its input in words, and the call itself, whose result can be compared."""

    function: str
    subject: str
    call: Callable[[], Any]


@dataclass
class Row:
    """What the two backends answered, and the median microseconds they took.

    If the component failed, its answer is the error, and it has no time.
    """

    check: Check
    component: Any
    fallback: Any
    component_us: Optional[float]
    fallback_us: float

    @property
    def equal(self) -> bool:
        return bool(self.component == self.fallback)


def facts() -> Dict[str, Dict[str, Any]]:
    """What holds in this process, by subject. Loads the component unless Python is chosen.

    Raises:
        ConfigurationError: A variable has a value that is not one of its choices.
    """
    info = sky_rs.get_backend_info()
    imports = info.pop("imports")
    limits = _limits.current()
    sandbox: Dict[str, Any] = {
        "self_test": None,
        "calls": info.pop("calls"),
        "imports": imports,
        "preopens": "none; in a file call, the directories of its files, read-only",
        "memory_limit": limits.memory,
        "deadline": limits.deadline,
        "cache_directory": None,
        "cache_reason": None,
        "forked": _loading.forked,
    }
    if info["backend"] == "component":
        runtime = _loading.module("_component.runtime").load()
        # It is not loaded otherwise.
        sandbox["self_test"] = "passed"
        sandbox["cache_directory"] = runtime.cache_directory
        sandbox["cache_reason"] = runtime.cache_reason
    return {
        "backend": info,
        "sandbox": sandbox,
        "python": {
            "version": platform.python_version(),
            "implementation": platform.python_implementation(),
            "executable": sys.executable,
            "platform": platform.platform(),
        },
    }


def checks(path: str) -> List[Check]:
    """The calls: on a file, on a word from its content, on this machine.

    Raises:
        OSError: The path is not that of a regular file that can be read.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):  # others may end with the first call, or never
        raise OSError(errno.EINVAL, "not a regular file", path)
    digest = str(sky_rs.hash_file(path, "md5").hexdigest())
    lines = sky_rs.read_last_n_lines(path, 1000)
    longest = max(lines, key=len, default="").rstrip("\n")
    return [
        Check(
            "read_last_n_lines",
            f"{path}, n=3",
            lambda: sky_rs.read_last_n_lines(path, 3),
        ),
        Check(
            "hash_file",
            f"{path}, sha256",
            lambda: sky_rs.hash_file(path, "sha256").hexdigest(),
        ),
        Check("find_free_port", "30000", lambda: sky_rs.find_free_port(30000)),
        Check("base36_encode", digest, lambda: sky_rs.base36_encode(digest)),
        Check("format_float", "3.14159, precision=3", lambda: sky_rs.format_float(3.14159, 3)),
        Check("truncate_long_string", longest, lambda: sky_rs.truncate_long_string(longest, 30)),
        Check("get_cpu_count", "this machine", sky_rs.get_cpu_count),
        Check("get_mem_size_gb", "this machine", sky_rs.get_mem_size_gb),
    ]


def run(check: Check) -> Row:
    """Answers one check on both backends."""
    component_us: Optional[float] = None
    try:
        with sky_rs.using("component"):
            component, component_us = _timed(check.call)
    except ComponentError as error:
        component = f"{type(error).__name__}: {error}"
    with sky_rs.using("python"):
        fallback, fallback_us = _timed(check.call)
    return Row(check, component, fallback, component_us, fallback_us)


def _timed(call: Callable[[], Any], repeats: int = 25) -> Any:
    answer = call()  # the first call may load the component
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return answer, sorted(times)[repeats // 2] * 1e6
