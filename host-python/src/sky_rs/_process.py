"""Processes of this machine, as Linux tells about them: looked at, signalled, waited for.

SkyPilot has psutil for this. What is here has psutil's answers for the little that is needed, and
takes a fraction of its time.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import operator
import os
import select
import signal
import time

from sky_rs import _sky, _table
from sky_rs._routing import Route

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Iterator, List, NoReturn, Optional, Tuple

PROC = "/proc"

# Longer than any entry of the table.
_ENTRY = 4096

#: Seconds between two looks where the kernel does not tell when a process ends.
_GLANCE = 0.04

# What a process has for its start if it may not be looked at.
_UNKNOWN = -1

_descendants = Route("descendants", "process", unit="characters")


class NoSuchProcess(ProcessLookupError):  # noqa: N818 - psutil's name for it
    """The process is not there any more, or its number is another's now."""


class StillRunning(TimeoutError):  # noqa: N818 - a finding, of which nobody hears
    """The process has not ended in the time it was given."""


class Process:
    """One process: its number, and when it started, which tells it from others of that number.

    Args:
        pid: The number; none for this process.
        started: The clock tick of its start, if that is known already.

    Raises:
        NoSuchProcess: There is none of that number.
        ValueError: The number is negative.
        TypeError: It is no number.
    """

    def __init__(self, pid: Optional[int] = None, started: Optional[int] = None) -> None:
        self.pid: int = os.getpid() if pid is None else pid
        if self.pid < 0:
            raise ValueError(f"pid must be a positive integer (got {pid})")
        operator.index(self.pid)
        self.started = self._look()[2] if started is None else started

    def __repr__(self) -> str:
        return f"Process(pid={self.pid})"

    def _look(self) -> Tuple[str, int, int]:
        """Its state, its parent's number, and its start."""
        try:
            text = read(f"{PROC}/{self.pid}/stat")
        except PermissionError:
            return "", 0, _UNKNOWN
        except OSError:
            raise NoSuchProcess(errno.ESRCH, f"no process {self.pid}") from None
        entry = _table.entry(text)
        if entry is None:
            raise NoSuchProcess(errno.ESRCH, f"no process {self.pid}")
        return text.rpartition(") ")[2][0], entry[1], entry[2]

    def is_running(self) -> bool:
        """Whether it is there still; one that has ended is until its parent has asked for it."""
        try:
            return self._look()[2] == self.started
        except NoSuchProcess:
            return False

    def terminate(self) -> None:
        """Asks it to end."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it."""
        self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        with self._handle() as descriptor:
            # Looked at with the handle in hand: it stays that of this process, whatever becomes of
            # the number.
            if not self.is_running():
                raise NoSuchProcess(errno.ESRCH, f"no process {self.pid}")
            try:
                if descriptor is None:
                    os.kill(self.pid, number)
                else:
                    signal.pidfd_send_signal(descriptor, number)
            except PermissionError as error:
                _raise_access_denied(self.pid, error)
            except ProcessLookupError:
                raise NoSuchProcess(errno.ESRCH, f"no process {self.pid}") from None

    def wait(self, timeout: float) -> None:
        """Waits until it has ended. A child of this process is then gone, as psutil leaves it.

        Raises:
            StillRunning: It has not ended within ``timeout`` seconds.
        """
        deadline = time.monotonic() + timeout
        with contextlib.suppress(NoSuchProcess), self._handle() as descriptor:
            while not self._is_over():
                left = deadline - time.monotonic()
                if left <= 0:
                    raise StillRunning(f"process {self.pid} did not end within {timeout} s")
                if descriptor is None:
                    time.sleep(min(left, _GLANCE))
                else:
                    poll = select.poll()
                    poll.register(descriptor, select.POLLIN)
                    poll.poll(left * 1000)

    def _is_over(self) -> bool:
        """Whether it has ended; asks for it if it is a child of this process."""
        state, parent, started = self._look()
        if started != self.started:
            return True
        if parent == os.getpid():
            with contextlib.suppress(ChildProcessError):  # another thread asked for it
                return os.waitpid(self.pid, os.WNOHANG)[0] == self.pid
        return state in ("Z", "X")

    @contextlib.contextmanager
    def _handle(self) -> Iterator[Optional[int]]:
        """A descriptor that stands for the process; none where there is no such thing."""
        try:
            descriptor = os.pidfd_open(self.pid)
        except ProcessLookupError:
            raise NoSuchProcess(errno.ESRCH, f"no process {self.pid}") from None
        except (AttributeError, OSError):
            yield None
            return
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def children(self) -> List[Process]:
        """All processes below it that can be looked at, parents first.

        Which those are is decided from a table of all processes, and by that table it is checked.
        """
        table = _take_table()
        pids = _descendants.run(self.pid, self.started, _table.SEPARATOR.join(table))
        chosen = set(pids)
        starts = {}
        for entry in map(_table.entry, table):
            if entry is not None and entry[0] in chosen:
                starts[entry[0]] = entry[2]
        return [Process(pid, starts[pid]) for pid in pids]


def _take_table() -> List[str]:
    entries = []
    refused: Optional[str] = None
    for pid in filter(str.isdigit, os.listdir(PROC)):
        try:
            entries.append(read(f"{PROC}/{pid}/stat"))
        except (FileNotFoundError, ProcessLookupError):  # noqa: PERF203 - the others are read still
            continue  # it has ended meanwhile
        except PermissionError:
            refused = refused or pid
    if refused is not None:
        _sky.logger().warning(
            "Some processes may not be looked at and are left out (pid=%s uid=%s exe=%s).",
            refused,
            *_described(refused),
        )
    return entries


def _described(pid: str) -> Tuple[str, str]:
    """Whose process it is and what it runs, as far as that can be told."""
    user, program = "?", "?"
    with contextlib.suppress(OSError):
        user = str(os.stat(f"{PROC}/{pid}").st_uid)
    with contextlib.suppress(OSError):
        program = os.readlink(f"{PROC}/{pid}/exe")
    return user, program


def read(path: str) -> str:
    """The bytes of a file of /proc, as characters."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return os.read(descriptor, _ENTRY).decode("latin-1")
    finally:
        os.close(descriptor)


def _raise_access_denied(pid: int, error: PermissionError) -> NoReturn:
    """Raises what SkyPilot raises, psutil's error, or the bare one if there is no psutil."""
    try:
        psutil = importlib.import_module("psutil")
    except ImportError:
        raise error from None
    raise psutil.AccessDenied(pid) from error
