"""What the routing table is measured on: calls of growing size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Sequence

from benches.python.cases import DIGEST, DIGESTS, STATUS, WORDS
from benches.python.responses import response
from benches.python.settings import Setting, busy_ports, given, log, random_bytes, random_files

_KB = 1024
_MB = 1024 * _KB
_LOG = 20_000_000


@dataclass(frozen=True)
class Ladder:
    """Calls of one function that differ in size only."""

    function: str
    #: As its route counts them, ascending; 0 alone where size plays no part.
    sizes: Sequence[int]
    #: Makes a call of a size.
    setting: Callable[[int], Setting]
    #: As its route tells kinds apart.
    kind: str = ""

    def __str__(self) -> str:
        return f"{self.function} {self.kind}".rstrip()


def _hashing(algorithm: str) -> Ladder:
    sizes = (_KB, 64 * _KB, _MB, 16 * _MB, 64 * _MB)
    return Ladder("hash_file", sizes, lambda size: random_bytes(size, algorithm), algorithm)


def _side_by_side(algorithm: str) -> Ladder:
    sizes = (2 * _MB, 8 * _MB, 32 * _MB, 128 * _MB)
    return Ladder("hash_files", sizes, lambda size: random_files(16, size, algorithm), algorithm)


def _responses(protocol: str, *sizes: int) -> Ladder:
    return Ladder("cloud_response", sizes, lambda size: given(*response(protocol, size)), protocol)


LADDERS = [
    Ladder(
        "base36_encode", (8, 32, 64, 128, 512, 4096, 16_384), lambda n: given((DIGEST * 512)[:n])
    ),
    Ladder("base36_encode_many", (1, 4, 16, 64, 256, 2048), lambda n: given(DIGESTS[:n])),
    _responses("ec2", 200, 2000, 10_000, 100_000, 1_500_000),
    _responses("query", 200, 500),
    _responses("rest-json", 200, 10_000, 1_000_000),
    _responses("rest-xml", 200, 2000, 10_000, 100_000, 1_000_000),
    Ladder("find_free_port", (0, 200), lambda count: busy_ports(count, near=30_000)),
    Ladder("format_float", (0,), lambda _: given(3.14159)),
    Ladder("get_cpu_count", (0,), lambda _: given()),
    Ladder("get_mem_size_gb", (0,), lambda _: given()),
    *(_hashing(algorithm) for algorithm in ("md5", "sha1", "sha256", "sha512")),
    *(_side_by_side(algorithm) for algorithm in ("md5", "sha1", "sha256", "sha512")),
    Ladder(
        "read_last_n_lines",
        (1, 10, 100, 1000, 2000, 5000, 10_000, 100_000),
        lambda n: log(_LOG, n),
    ),
    Ladder("truncate_long_strings", (1, 64, 2048), lambda n: given([STATUS] * n)),
    Ladder("truncate_long_string", (72, 1000, 10_000), lambda n: given(WORDS[:n])),
]
