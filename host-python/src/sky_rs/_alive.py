"""Whether a process is alive, where the kernel has no descriptors that stand for processes."""

from __future__ import annotations

import importlib
import os
import sys

from sky_rs import _process


def is_alive(pid: int) -> bool:
    """Whether there is a process of that number that has not ended."""
    if pid <= 0:
        return False
    if sys.platform == "win32":
        return _windows_is_alive(pid)
    if not _exists(pid):
        return False
    return _linux_is_alive(pid) if sys.platform == "linux" else _psutil_is_alive(pid)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True  # somebody else's
    except (OSError, OverflowError):
        return False
    return True


def _psutil_is_alive(pid: int) -> bool:
    """As psutil says, if it is there; one that has ended is otherwise taken for alive."""
    try:
        psutil = importlib.import_module("psutil")
    except ImportError:
        return True
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def _linux_is_alive(pid: int) -> bool:
    try:
        text = _process.read(f"{_process.PROC}/{pid}/status")
    except PermissionError:
        return True
    except OSError:
        return False
    lines = text.splitlines()
    # A thread's number is none of a process.
    return f"Tgid:\t{pid}" in lines and not any(
        line.startswith(("State:\tZ", "State:\tX")) for line in lines
    )


def _windows_is_alive(pid: int) -> bool:
    import ctypes  # noqa: PLC0415 - only here

    kernel32 = getattr(ctypes, "windll").kernel32  # noqa: B009 - unknown to type checkers elsewhere
    kernel32.OpenProcess.restype = ctypes.c_void_p
    synchronize, denied, timeout = 0x00100000, 5, 0x102
    if pid > 0xFFFFFFFF:
        return False
    handle = ctypes.c_void_p(kernel32.OpenProcess(synchronize, False, pid))
    if not handle:
        return bool(kernel32.GetLastError() == denied)
    try:
        return bool(kernel32.WaitForSingleObject(handle, 0) == timeout)
    finally:
        kernel32.CloseHandle(handle)
