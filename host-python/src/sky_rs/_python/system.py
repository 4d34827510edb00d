"""What this process may use of the machine."""

from __future__ import annotations

from sky_rs import _errors, _host

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Optional

_GIB = 1024**3


def get_cpu_count() -> int:
    text = _host.override(_host.CPU_CORE_LIMIT)
    if text is not None:
        try:
            return int(float(text))
        except ValueError as error:
            _errors.raise_invalid_cpu_limit(text, error)
    # As in SkyPilot, an unknown number of CPUs is a TypeError from min().
    cpus: int = _host.logical_cpus()  # type: ignore[assignment]
    affinity = _host.affinity()
    if affinity is not None:
        cpus = min(cpus, affinity)
    limit = _cgroup_cpu_limit()
    return cpus if limit is None else min(cpus, int(limit))


def _cgroup_cpu_limit() -> Optional[float]:
    """Cores, or none if there is no limit or it cannot be read."""
    try:
        if _host.is_cgroup_v2():
            text = _host.cpu_max()
            quota_text, period_text = (text or "").split()
            if quota_text == "max":
                return None
            quota, period = float(quota_text), float(period_text)
            return quota / period if quota > 0 else None
        quota = float((_host.cfs_quota() or "").strip())
        if not quota > 0:
            return None  # whatever the period
        period = float((_host.cfs_period() or "").strip())
        return quota / period if period > 0 else None
    except ValueError:
        return None


def get_mem_size_gb() -> float:
    text = _host.override(_host.MEMORY_GB_LIMIT)
    if text is not None:
        try:
            return float(text)
        except ValueError as error:
            _errors.raise_invalid_memory_limit(text, "GB", error)
    text = _host.override(_host.MEMORY_BYTES_LIMIT)
    if text is not None:
        try:
            return float(text) / _GIB
        except ValueError as error:
            _errors.raise_invalid_memory_limit(text, "bytes", error)
    size: int = _host.physical_memory()  # type: ignore[assignment]
    limit = _cgroup_memory_limit()
    return (size if limit is None else min(size, limit)) / _GIB


def _cgroup_memory_limit() -> Optional[int]:
    """Bytes, or none if there is no limit or it cannot be read."""
    text = (_host.memory_limit() or "").strip()
    if text in ("", "max"):
        return None
    try:
        limit = int(text)
    except ValueError:
        return None
    return limit if limit > 0 else None
