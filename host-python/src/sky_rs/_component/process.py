"""Decisions about processes, each checked before it is handed to whoever acts."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

from sky_rs import _table
from sky_rs._component import NotRepresented, runtime
from sky_rs.exceptions import ComponentError

_U32 = range(1 << 32)
_U64 = range(1 << 64)
_S64 = range(-(1 << 63), 1 << 63)

#: Characters of stderr from which on looking into it costs less here than handing it over.
_LONG = 1 << 20


def parallel_threads(cpus: Any, cloud: Any) -> int:
    known = 0 if cpus is None else cpus
    if type(known) is not int or known not in range(1 << 28):
        raise NotRepresented("a number of CPUs that is no u32")
    if cloud and type(cloud) is not str:
        raise NotRepresented("a cloud that is no str")
    threads = runtime.load().pool.call("process#parallel-threads", known, cloud or "")
    return int(_checked(threads, 4, 4 * max(4, known)))


def file_mount_workers(descriptors: Any, entries: Any, threads: Any) -> int:
    if descriptors not in _S64 or entries not in _U32 or threads not in _U32:
        raise NotRepresented("numbers beyond 32 bits, or descriptors beyond 64")
    workers = runtime.load().pool.call("process#file-mount-workers", descriptors, entries, threads)
    return int(_checked(workers, min(1, threads), threads))


def next_batch(previous: Any, left: Any, cpus: Any) -> int:
    if previous not in _U32 or left not in _U32 or cpus not in _S64:
        raise NotRepresented("numbers beyond 32 bits, or CPUs beyond 64")
    batch = runtime.load().pool.call("process#next-batch", previous, left, cpus)
    return int(_checked(batch, min(1, left), left))


def retry(
    retries: Any, max_retries: Any, ended: Tuple[Any, str], codes: Any, marks: Any
) -> Optional[str]:
    returncode, stderr = ended
    if type(max_retries) is not int or max_retries not in _S64 or retries not in _U32:
        raise NotRepresented("a number of retries that is no s64")
    if not all(type(code) is int and code in _S64 for code in (returncode, *_listed(codes))):
        raise NotRepresented("a return code that is no s64")
    texts = _listed(marks)
    if not all(type(text) is str and "\0" not in text for text in texts) or len(stderr) > _LONG:
        raise NotRepresented("a mark that is no str without U+0000, or much to look into")
    cause: Optional[str] = runtime.load().pool.call(
        "process#retry",
        retries,
        max_retries,
        returncode,
        " ".join(map(str, _listed(codes))),
        stderr if texts else "",
        "".join(text + "\0" for text in texts),
    )
    if cause is not None and retries >= max_retries:
        raise ComponentError(f"the component retries {retries + 1} times, of {max_retries}")
    return cause


def _listed(items: Any) -> Any:
    """What may be looked at without using it up."""
    if items is None:
        return ()
    if type(items) not in (list, tuple):
        raise NotRepresented("neither a list nor a tuple")
    return items


def backoff(chance: float) -> float:
    seconds = runtime.load().pool.call("process#backoff", chance)
    return float(_checked(seconds, 0, 2))


def descendants(root: int, started: int, table: str) -> List[int]:
    if root not in _U32 or started not in _U64:
        raise NotRepresented("a number beyond 32 bits, or a start beyond 64")
    named = runtime.load().pool.call("process#descendants", root, started, table)
    found = [int(pid) for pid in named.split()]
    if found:
        _check_descendants(root, started, table, found)
    return found


def _check_descendants(root: int, started: int, table: str, found: List[int]) -> None:
    """Looks each of them up in the table: somebody may be about to signal them.

    Raises:
        ComponentError: One is not below the root, or is named twice.
    """
    entries: Dict[int, Tuple[int, int]] = {}
    for entry in map(_table.entry, table.split(_table.SEPARATOR)):
        if entry is not None:
            entries.setdefault(entry[0], entry[1:])
    above = {root}
    for pid in found:
        parent, start = entries.get(pid, (pid, 0))
        if pid in above or parent not in above or start < started:
            raise ComponentError(f"the component takes {pid} for a descendant of {root}")
        above.add(pid)


def _checked(number: Any, least: Any, most: Any) -> Any:
    if not least <= number <= most:
        raise ComponentError(f"the component's {number} is not from {least} to {most}")
    return number
