"""What only the host can know: ports, CPUs, memory, cgroups, overrides.

Both backends take their facts from here; neither asks the platform itself.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Optional

CPU_CORE_LIMIT = "SKYPILOT_POD_CPU_CORE_LIMIT"
MEMORY_GB_LIMIT = "SKYPILOT_POD_MEMORY_GB_LIMIT"
MEMORY_BYTES_LIMIT = "SKYPILOT_POD_MEMORY_BYTES_LIMIT"

_CGROUP = "/sys/fs/cgroup"
_MEMINFO = "/proc/meminfo"

# What the kernel gives at most in one read of the files here.
_PAGE = 4096

_proc_device: Optional[int] = None


def override(name: str) -> Optional[str]:
    """The text of an override variable; none if it is not set (empty counts as set)."""
    return os.environ.get(name)


def first_free_port(start: int, end: int) -> Optional[int]:
    """The first port of ``range(start, end)`` that a TCP socket can bind on all IPv4 addresses.

    Returns:
        The port, or none if every one is taken or forbidden.

    Raises:
        OSError: No socket could be made.
        OverflowError: ``start`` is negative.
    """
    import socket  # noqa: PLC0415 - slow to import, and needed only here

    if start >= end:
        return None
    # A socket whose bind failed is as good as new, so one serves for the whole search; and the
    # class that `socket.socket` puts around it would be a tenth of a call.
    probe = socket.SocketType(socket.AF_INET, socket.SOCK_STREAM)
    try:
        for port in range(start, end):
            try:
                probe.bind(("0.0.0.0", port))  # noqa: S104 - what the function is for
            except OSError:
                continue
            return port
    finally:
        probe.close()
    return None


def logical_cpus() -> Optional[int]:
    """CPUs that are online; none if unknown.

    Not ``os.cpu_count()`` where there is a choice: from Python 3.13 on ``-X cpu_count`` and
    ``PYTHON_CPU_COUNT`` change it, and SkyPilot does not ask for them.
    """
    try:
        return os.sysconf("SC_NPROCESSORS_ONLN")
    except (AttributeError, ValueError, OSError):
        return os.cpu_count()


def affinity() -> Optional[int]:
    """CPUs this process may run on; none where the platform has no affinity."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    return len(os.sched_getaffinity(0))


def usable_cpus() -> int:
    """CPUs for as many threads; where the system does not tell, or may not be asked, 1 or more."""
    try:
        count = affinity()
    except OSError:
        count = None
    return count or logical_cpus() or 1


def physical_memory() -> Optional[int]:
    """Bytes of memory in the machine; none if unknown."""
    if sys.platform == "linux" and _is_covered(_MEMINFO):
        text = _text(_MEMINFO) or ""
        name, _, size = text.partition("\n")[0].partition(":")
        if name == "MemTotal":
            return int(size.split()[0]) * 1024
    if sys.platform == "win32":
        return _windows_memory()
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def _is_covered(path: str) -> bool:
    """Whether another file system lies over a file of /proc.

    Containers with lxcfs have one over /proc/meminfo, which is what SkyPilot (psutil) reads. The
    kernel's own takes three times as long to read as this look, and says what ``sysconf`` says.
    """
    global _proc_device  # noqa: PLW0603
    try:
        if _proc_device is None:
            _proc_device = os.stat("/proc").st_dev
        # Where /proc has been mounted anew, they differ too, and reading is always right.
        return os.stat(path).st_dev != _proc_device
    except OSError:
        return False


def _windows_memory() -> Optional[int]:
    import ctypes  # noqa: PLC0415 - only here, and `import sky_rs` has to be quick

    class MemoryStatus(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            ("total", ctypes.c_ulonglong),
            ("rest", ctypes.c_ulonglong * 6),
        )

    status = MemoryStatus(length=ctypes.sizeof(MemoryStatus))
    kernel32 = getattr(ctypes, "windll").kernel32  # noqa: B009 - unknown to type checkers elsewhere
    found = kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
    return int(status.total) if found else None


def is_cgroup_v2() -> bool:
    """Whether the cgroup file system is version 2."""
    return os.path.isfile(f"{_CGROUP}/cgroup.controllers")


def cpu_max() -> Optional[str]:
    """cgroup v2: quota and period."""
    return _text(f"{_CGROUP}/cpu.max")


def cfs_quota() -> Optional[str]:
    """cgroup v1: microseconds of CPU time per period."""
    return _text(f"{_CGROUP}/cpu/cpu.cfs_quota_us")


def cfs_period() -> Optional[str]:
    """cgroup v1: microseconds of a period."""
    return _text(f"{_CGROUP}/cpu/cpu.cfs_period_us")


def memory_limit() -> Optional[str]:
    """The cgroup's memory limit in bytes, whichever version it is."""
    name = "memory.max" if is_cgroup_v2() else "memory/memory.limit_in_bytes"
    return _text(f"{_CGROUP}/{name}")


def _text(path: str) -> Optional[str]:
    """A small file's text; none if it cannot be read or is not UTF-8."""
    # Not open(): making a file object takes as long as what it is for.
    try:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            content = more = os.read(descriptor, _PAGE)
            while len(more) == _PAGE:
                more = os.read(descriptor, _PAGE)
                content += more
        finally:
            os.close(descriptor)
        return content.decode("utf-8")
    except (OSError, ValueError):
        return None
