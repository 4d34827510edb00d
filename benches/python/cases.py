"""What is measured: a table of calls."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import Any, Callable, List

from benches.python.settings import (
    Setting,
    busy_ports,
    directory,
    free_port,
    given,
    log,
    one_line,
    random_bytes,
    random_files,
    random_tree,
    variable,
)

DIGEST = "9e107d9d372bb6826bd81d3542a419d6"
STATUS = "Failed to provision all possible launchable resources. Relax the request"
WORDS = "alpha beta gamma delta " * 450
DIGESTS = [hashlib.md5(b"%d" % number).hexdigest() for number in range(10_000)]
_COLUMN = ["my-cluster", "my-job", STATUS, "RUNNING"] * 2500

_KB = 1024
_MB = 1024 * _KB
_LOG = 20_000_000


@dataclass(frozen=True)
class Case:
    """One call of a function, made in its setting."""

    function: str
    size: str
    setting: Setting
    #: What of an answer is compared.
    essence: Callable[[Any], Any] = lambda answer: answer

    def __str__(self) -> str:
        return f"{self.function} {self.size}".rstrip()


def _tails() -> List[Case]:
    logs = [
        Case("read_last_n_lines", f"n={n} of 20 MB", log(_LOG, n))
        for n in (1, 10, 100, 1000, 10_000, 100_000)
    ]
    return [
        Case("read_last_n_lines", "n=10 of 260 B", log(260, 10)),
        *logs,
        Case("read_last_n_lines", "n=10 of 20 MB, no newline", one_line(_LOG, 10)),
    ]


def _digests() -> List[Case]:
    sizes = {"0 B": 0, "1 KB": _KB, "64 KB": 64 * _KB, "1 MB": _MB, "64 MB": 64 * _MB}
    return [
        Case(
            "hash_file",
            f"{algorithm} {name}",
            random_bytes(size, algorithm),
            essence=lambda digest: (digest.name, digest.hexdigest()),
        )
        for algorithm in ("md5", "sha1", "sha256", "sha512")
        for name, size in sizes.items()
    ]


def _many_files() -> List[Case]:
    sizes = {"64 of 8 MiB": (64, 512 * _MB), "512 of 64 KB": (512, 32 * _MB)}
    return [
        Case("hash_files", f"{algorithm} {name}", random_files(count, size, algorithm))
        for algorithm in ("md5", "sha256")
        for name, (count, size) in sizes.items()
    ]


CASES = [
    *(
        Case("base36_encode", f"{digits} hex", given((DIGEST * 128)[:digits]))
        for digits in (8, 32, 64, 4096)
    ),
    Case("base36_encode_many", "10,000 of 32 hex", given(DIGESTS)),
    Case("format_float", "3", given(3)),
    Case("format_float", "3.0", given(3.0)),
    Case("format_float", "3.14159", given(3.14159)),
    Case("format_float", "3.14159, precision 3", given(3.14159, 3)),
    Case("truncate_long_string", "no-op", given("my-cluster")),
    Case("truncate_long_string", "end 72->35", given(STATUS)),
    Case("truncate_long_string", "middle 72->35", given(STATUS, 35, True)),
    Case("truncate_long_string", "end 10 KB->35", given(WORDS)),
    Case("truncate_long_strings", "10,000, every fourth too long", given(_COLUMN)),
    Case("truncate_long_strings", "middle, the same", given(_COLUMN, 35, True)),
    Case("find_free_port", "first is free", free_port(near=30_000)),
    Case("find_free_port", "after 200 busy", busy_ports(200, near=30_000)),
    Case("find_free_port", "after 2,000 busy", busy_ports(2000, near=30_000)),
    Case("get_cpu_count", "", given()),
    Case("get_cpu_count", "override", variable("SKYPILOT_POD_CPU_CORE_LIMIT", "4")),
    Case("get_mem_size_gb", "", given()),
    Case("get_parallel_threads", "", given()),
    Case("get_parallel_threads", "kubernetes", given("kubernetes")),
    Case("is_process_alive", "this one", given(os.getpid())),
    Case("is_process_alive", "another", given(os.getppid())),
    Case("is_process_alive", "none", given(2**22 + 1)),
    Case("estimate_fd_for_directory", "300 entries", directory(300)),
    *_tails(),
    *_digests(),
    *_many_files(),
    Case("s3_etag", "512 MiB", random_bytes(512 * _MB)),
    # SkyPilot's digest of a tree is another one.
    Case("hash_tree", "5,000 of 2 KiB", random_tree(5000, 2 * _KB, "sha256"), essence=len),
]
