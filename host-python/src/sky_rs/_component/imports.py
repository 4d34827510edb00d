"""The host's side of the component's imports.

Nothing may be raised into wasmtime: it keeps one pending exception for all threads. A failure is
returned as the WIT error, or ends the call if there is none or if it is no failure but Ctrl-C; what
really happened waits for the thread in :data:`failures`.
"""

from __future__ import annotations

import contextlib
import threading
from typing import Any, Callable, Dict, Optional

from sky_rs import _host, _loading

# As logging numbers them. It has no level below DEBUG.
_LEVELS = {"error": 40, "warn": 30, "info": 20, "debug": 10, "trace": 10}


class _Failures(threading.local):
    """The exception behind each thread's last `host-failed`, or call ended by a host import."""

    pending: Optional[BaseException] = None

    #: Whether the component has said that it cannot get the memory that it needs.
    out_of_memory = False

    def take(self) -> Optional[BaseException]:
        pending, self.pending = self.pending, None
        return pending

    def take_out_of_memory(self) -> bool:
        out, self.out_of_memory = self.out_of_memory, False
        return out


failures = _Failures()


def log(level: str, target: str, message: str) -> None:
    """`host-log.log`: into Python's logging, as `sky_rs.guest`."""
    # What Rust says when it panics for want of memory.
    failures.out_of_memory = level == "error" and "memory allocation of" in message
    # A filter or handler of the user's may raise; the call must not suffer.
    with contextlib.suppress(Exception):
        _loading.logger("sky_rs.guest").log(_LEVELS[level], "%s: %s", target, message)


def give_up() -> None:
    """`host-log.give-up`: ends the call."""
    raise RuntimeError("the component gave up; sky_rs.guest has its reason")


def first_free_port(start: int, end: int) -> Any:
    """`host-network.first-free-port`.

    The cases are told apart by type, as wasmtime-py does it: an int is the port, None is
    `none-free`, a str is `failed`.
    """
    try:
        return _host.first_free_port(start, end)
    except Exception as error:
        failures.pending = error
        return str(error)


def take_snapshot(subject: str) -> Dict[str, Any]:
    """`host-system.take-snapshot`: only the facts that the subject needs.

    Facts that cannot be taken stay none; the component then declines the call and the fallback
    meets the same failure.
    """
    snapshot = dict(_EMPTY)
    with contextlib.suppress(Exception):
        snapshot.update(_cpu_facts() if subject == "cpu" else _memory_facts())
    return snapshot


_EMPTY: Dict[str, Any] = {
    "cpu-core-limit": None,
    "memory-gb-limit": None,
    "memory-bytes-limit": None,
    "logical-cpus": None,
    "affinity": None,
    "physical-memory": None,
    "cgroup-v2": False,
    "cpu-max": None,
    "cfs-quota": None,
    "cfs-period": None,
    "memory-limit": None,
}


def _cpu_facts() -> Dict[str, Any]:
    limit = _host.override(_host.CPU_CORE_LIMIT)
    if limit is not None:
        return {"cpu-core-limit": limit}
    facts: Dict[str, Any] = {
        "logical-cpus": _host.logical_cpus(),
        "affinity": _host.affinity(),
    }
    if _host.is_cgroup_v2():
        facts.update({"cgroup-v2": True, "cpu-max": _host.cpu_max()})
    else:
        facts.update({"cfs-quota": _host.cfs_quota(), "cfs-period": _host.cfs_period()})
    return facts


def _memory_facts() -> Dict[str, Any]:
    gb_limit = _host.override(_host.MEMORY_GB_LIMIT)
    if gb_limit is not None:
        return {"memory-gb-limit": gb_limit}
    bytes_limit = _host.override(_host.MEMORY_BYTES_LIMIT)
    if bytes_limit is not None:
        return {"memory-bytes-limit": bytes_limit}
    return {"physical-memory": _host.physical_memory(), "memory-limit": _host.memory_limit()}


IMPORTS: Dict[str, Dict[str, Callable[..., Any]]] = {
    "host-log": {"log": log, "give-up": give_up},
    "host-network": {"first-free-port": first_free_port},
    "host-system": {"take-snapshot": take_snapshot},
}
