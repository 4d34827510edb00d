"""SkyPilot's errors, worded once for both backends."""

from __future__ import annotations

import os

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any, NoReturn


def invalid_hex(hex_str: str) -> ValueError:
    """What ``int(hex_str, 16)`` raises; CPython cuts the representation at 200 characters."""
    return ValueError(f"invalid literal for int() with base 16: {repr(hex_str)[:200]}")


def negative_hex(hex_str: Any) -> ValueError:
    """Ours: SkyPilot's function never returns for negative numbers."""
    return ValueError(
        "base36_encode() takes an integer of at least 0 in base 16, not "
        f"{repr(hex_str)[:200]}, which is negative"
    )


def no_free_port() -> OSError:
    return OSError("No free ports available.")


def tail_failed(n: Any, file_path: Any, cause: OSError) -> RuntimeError:
    error = RuntimeError(f"Failed to read last {n} lines from {file_path}: {cause}")
    error.__cause__ = cause
    return error


def os_error(number: int, path: Any) -> OSError:
    """The subclass of OSError that belongs to an errno, worded as ``open()`` words it."""
    return OSError(number, os.strerror(number), os.fspath(path))


def raise_invalid_cpu_limit(text: str, cause: ValueError) -> NoReturn:
    raise ValueError(f"Failed to parse the number of CPUs from {text}") from cause


def raise_invalid_memory_limit(text: str, unit: str, cause: ValueError) -> NoReturn:
    raise ValueError(f"Failed to parse the memory size from {text} ({unit})") from cause
