"""SkyPilot's performance-critical utilities, in Rust and in a sandbox, with SkyPilot's answers."""

from __future__ import annotations

from sky_rs import exceptions
from sky_rs._version import __version__
from sky_rs.backend import get_backend_info, is_rust_available, limits, routes, using
from sky_rs.files import follow, read_last_n_lines
from sky_rs.hashing import hash_file, hash_files, s3_etag
from sky_rs.network import find_free_port, is_port_available
from sky_rs.strings import (
    base36_encode,
    base36_encode_many,
    format_float,
    truncate_long_string,
    truncate_long_strings,
)
from sky_rs.system import get_cpu_count, get_mem_size_gb
from sky_rs.tree import hash_tree

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "__version__",
    "base36_encode",
    "base36_encode_many",
    "exceptions",
    "find_free_port",
    "follow",
    "format_float",
    "get_backend_info",
    "get_cpu_count",
    "get_mem_size_gb",
    "hash_file",
    "hash_files",
    "hash_tree",
    "is_port_available",
    "is_rust_available",
    "limits",
    "read_last_n_lines",
    "routes",
    "s3_etag",
    "truncate_long_string",
    "truncate_long_strings",
    "using",
]

#: Modules that are imported when somebody asks for them: `import sky_rs` has to be quick.
_ON_DEMAND = frozenset(
    ("aio", "encoding", "names", "perf_utils", "subprocess_utils", "telemetry", "workers")
)


def __getattr__(name: str) -> Any:
    if name in _ON_DEMAND:
        import importlib  # noqa: PLC0415 - with the first of them

        return importlib.import_module(f"sky_rs.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
