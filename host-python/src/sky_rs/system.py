"""What this process may use of the machine."""

from __future__ import annotations

from sky_rs._routing import Route

__all__ = ["get_cpu_count", "get_mem_size_gb"]

_get_cpu_count = Route("get_cpu_count", "system")
_get_mem_size_gb = Route("get_mem_size_gb", "system")


def get_cpu_count() -> int:
    """CPU cores: ``SKYPILOT_POD_CPU_CORE_LIMIT``, else the least of CPUs, affinity and cgroup.

    Returns:
        Whole cores; 0 for a cgroup limit below one core.

    Raises:
        ValueError: The variable holds no number.
        OverflowError: The variable or the cgroup limit is infinite.
    """
    return _get_cpu_count.run()  # type: ignore[no-any-return]


def get_mem_size_gb() -> float:
    """GiB of memory: an override, else the lesser of physical memory and cgroup limit.

    The overrides are ``SKYPILOT_POD_MEMORY_GB_LIMIT`` (GiB) and, if that is not set,
    ``SKYPILOT_POD_MEMORY_BYTES_LIMIT`` (bytes).

    Raises:
        ValueError: The variable holds no number.
    """
    return _get_mem_size_gb.run()  # type: ignore[no-any-return]
