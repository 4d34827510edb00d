"""Decisions about processes."""

from __future__ import annotations

from sky_rs import _table

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional, Tuple


def parallel_threads(cpus: Optional[int], cloud: Any) -> int:
    threads = 4 if cpus is None or cpus < 5 else cpus - 1
    return threads * 4 if cloud and cloud.lower() == "kubernetes" else threads


def file_mount_workers(descriptors: int, entries: int, threads: int) -> int:
    return min(max((descriptors - 100) // max(5, entries * 5), 1), threads)


def next_batch(previous: int, left: int, cpus: int) -> int:
    most = max(1, int(cpus / 2))
    return min(min(previous * 2, most) if previous else 1, left)


def retry(
    retries: int, max_retries: Any, ended: Tuple[int, str], codes: Any, marks: Any
) -> Optional[str]:
    returncode, stderr = ended
    if not retries < max_retries:
        return None
    if codes is not None and returncode in codes:
        return "returncode"
    if marks is not None and any(mark in stderr for mark in marks):
        return "stderr"
    return None


def backoff(chance: float) -> float:
    return chance * 2


def descendants(root: int, started: int, table: str) -> List[int]:
    starts: Dict[int, int] = {}
    children: Dict[int, List[int]] = {}
    for text in table.split(_table.SEPARATOR):
        entry = _table.entry(text)
        if entry is not None and entry[0] not in starts:
            pid, parent, starts[pid] = entry
            children.setdefault(parent, []).append(pid)
    found: List[int] = []
    if starts.get(root) != started:
        return found
    seen = {root}
    waiting = [root]
    while waiting:
        for child in children.get(waiting.pop(), ()):
            # An older process only seems to be below: it had a parent whose number is in use again.
            if starts[child] >= started and child not in seen:
                seen.add(child)
                found.append(child)
                waiting.append(child)
    return found
