"""Whether a process is alive.

Linux has descriptors that stand for a process, whatever becomes of its number, and tell at once
when it has ended. Getting one takes some 3 microseconds and asking it a tenth of that, and who asks
for a process usually asks again. So some are kept.
"""

from __future__ import annotations

import importlib
import os
import select
import sys

from sky_rs import _process

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Dict

#: Processes whose descriptors are kept at most.
CAPACITY = 16


class Watch:
    """A process that one thread at a time may ask whether it has ended.

    Args:
        descriptor: Stands for the process, and is closed with this object.
    """

    __slots__ = ("_descriptor", "poll")

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        #: Called with 0, gives nothing as long as the process has not ended.
        self.poll = poll.poll

    def __del__(self) -> None:
        os.close(self._descriptor)


#: Those that nobody is asking. Whoever asks takes one out, and puts it back.
watched: Dict[int, Watch] = {}

if hasattr(os, "register_at_fork"):
    # A child may close all descriptors and open others with the same numbers.
    os.register_at_fork(after_in_child=watched.clear)


def look(pid: int) -> bool:
    """Whether a process is alive that is not watched; if so, it is from now on."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    except (AttributeError, OSError, OverflowError):
        # No such call, no descriptor left, or no process of its own.
        return is_alive(pid)
    watch = Watch(descriptor)
    if watch.poll(0):
        return False
    if len(watched) >= CAPACITY:
        watched.clear()
    watched[pid] = watch
    return True


def is_alive(pid: int) -> bool:
    """Whether a process is alive, asked without a descriptor."""
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
