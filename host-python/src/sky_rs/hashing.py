"""Digests of files."""

from __future__ import annotations

import os
import stat

from sky_rs import _events, _hashlib_speed, _host, _loading
from sky_rs._message import Message
from sky_rs._routing import Route

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from concurrent.futures import Executor
    from hashlib import _Hash
    from typing import Any, Callable, Iterable, List, Optional, Sequence, Union

    from sky_rs._component.digest import FileDigest


__all__ = ["hash_file", "hash_files", "s3_etag"]

_MEBIBYTE = 1024 * 1024

#: Threads at most, unless the caller says otherwise: each takes some 5 MB in the component.
_MOST_THREADS = 4

#: Bytes that are worth a thread of their own.
_WORTH_A_THREAD = 4 * _MEBIBYTE

#: Messages that fill the component's lanes. Fewer take as long there.
_LANES = 16

#: What S3 takes for one object.
_MOST_PARTS = 10_000


def _size(path: Any, _hash_alg: Any) -> int:
    try:
        return os.stat(path).st_size
    except (OSError, TypeError, ValueError):
        return 0


def _algorithm(_what: Any, hash_alg: Any, *_: Any) -> str:
    return hash_alg if type(hash_alg) is str else ""


def _side_by_side(messages: Sequence[Message], _hash_alg: Any, threads: int, *_: Any) -> int:
    """Bytes of all messages, if they keep half of the lanes busy in each thread.

    One of them that is much larger than the others, or one for each processor, leave lanes empty.
    """
    sizes = [message.size or 0 for message in messages]
    total, largest = sum(sizes), max(sizes, default=0)
    return total if total >= largest * min(threads, _host.usable_cpus()) * _LANES / 2 else 0


_hash_file = Route("hash_file", "hashing", size=_size, unit="bytes", kind=_algorithm)
_hash_files = Route(
    "hash_files",
    "hashing",
    size=_side_by_side,
    unit="bytes",
    kind=_algorithm,
    scale=_hashlib_speed.scale,
    part=True,
)
_hash_small_files = Route("hash_small_files", "hashing", part=True)


def hash_file(path: str, hash_alg: str) -> Union[_Hash, FileDigest]:
    """Hashes a file's content.

    Args:
        path: The file.
        hash_alg: An algorithm that ``hashlib.new`` knows.

    Returns:
        An object with ``name``, ``digest_size``, ``block_size``, ``digest()``, ``hexdigest()`` and
        ``copy()``: hashlib's own, or one that refuses ``update()``.

    Raises:
        OSError: The file cannot be read.
        ValueError: ``hash_alg`` is unknown here.
    """
    return _hash_file.run(path, hash_alg)  # type: ignore[no-any-return]


@_events.observed("hash_files")
def hash_files(
    paths: Iterable[Any],
    hash_alg: str,
    *,
    max_workers: Optional[int] = None,
    executor: Optional[Executor] = None,
    progress: Optional[Callable[[int], Any]] = None,
) -> List[str]:
    """Hashes the content of many files at once.

    The files are hashed side by side, in the lanes of the component's vectors and in several
    threads, with memory for a few pieces of each.

    Args:
        paths: The files.
        hash_alg: An algorithm that ``hashlib.new`` knows.
        max_workers: Threads at most, or with ``executor`` the number of tasks; None is one for
            each CPU, at most 4, and none for less than some MiB.
        executor: Hashes in its workers, which must see the files under the same paths: a process
            pool, or a cluster's ``client.get_executor()``.
        progress: Called now and then, in the calling thread, with the number of bytes hashed since
            its last call, such as a progress bar's ``update``. What is hashed again in Python,
            after the component has failed, counts again. With ``executor`` it is called at the end
            of each task.

    Returns:
        The digests in lower-case hexadecimal digits, in the order of the paths.

    Raises:
        OSError: A file cannot be read; nothing is returned then, and reading the others stops,
            though an executor's workers finish the tasks that they have begun. It is the error of
            any such file; without ``executor``, of the first if all of them are missing.
        ValueError: ``hash_alg`` is unknown here, or ``max_workers`` is not positive.
    """
    check(hash_alg, max_workers)
    listed = [os.fspath(path) for path in paths]
    if executor is not None:
        call = _events.current.get()
        if call is not None:
            call.sent(len(listed))
        spread = _loading.module("_spread")
        return spread.hash_files(  # type: ignore[no-any-return]
            listed, hash_alg, max_workers, executor, progress
        )
    return hash_all(listed, hash_alg, max_workers, _events.counted(hash_alg, progress))


@_events.observed("s3_etag")
def s3_etag(
    path: Any,
    part_size: int = 8 * _MEBIBYTE,
    *,
    max_workers: Optional[int] = None,
    progress: Optional[Callable[[int], Any]] = None,
) -> str:
    """The ETag that S3 gives a file when it is uploaded, without the quotes.

    A file smaller than a part is uploaded as it is, and its ETag is its MD5. Any other is uploaded
    in parts, as the AWS tools do it, and its ETag is made of the MD5 of each. (That holds for
    objects without encryption or with SSE-S3, whoever uploads them with this part size.)

    Args:
        path: The file.
        part_size: Bytes of each part but the last; the tools' own default is 8 MiB.
        max_workers: As for :func:`hash_files`.
        progress: As for :func:`hash_files`.

    Returns:
        32 hexadecimal digits, and a hyphen and the number of parts if it is uploaded in parts.

    Raises:
        OSError: The file cannot be read, or changed meanwhile.
        ValueError: ``part_size`` or ``max_workers`` is not positive, or the file has more than
            10,000 parts of that size, which is more than S3 takes.
    """
    if part_size < 1:
        raise ValueError(f"part_size must be a number of bytes of at least 1, not {part_size!r}")
    check("md5", max_workers)
    path = os.fspath(path)
    before = os.stat(path)
    size = before.st_size
    if size < part_size:
        messages = [_message(path)]
    else:
        if size > part_size * _MOST_PARTS:
            raise ValueError(
                f"{path!r} has {size} bytes: more than {_MOST_PARTS} parts of {part_size}"
            )
        messages = [
            Message(path, min(part_size, size - start), start, min(part_size, size - start))
            for start in range(0, size, part_size)
        ]
    progress = _events.counted("md5", progress)
    hashed = hash_messages(messages, "md5", max_workers, progress)
    after = os.stat(path)
    if (after.st_size, after.st_mtime_ns) != (size, before.st_mtime_ns):
        raise OSError(f"{path!r} has changed while it was read")
    if size < part_size:
        return hashed[0]
    import hashlib  # noqa: PLC0415 - slow to import, and needed only here

    whole = hashlib.md5(bytes.fromhex("".join(hashed)))  # noqa: S324 - it is what S3 takes
    return f"{whole.hexdigest()}-{len(hashed)}"


def hash_all(
    paths: List[Any],
    hash_alg: str,
    max_workers: Optional[int],
    progress: Optional[Callable[[int], Any]],
    *,
    regular: bool = False,
) -> List[str]:
    """The digests of files, in their order; ``regular`` if that is what they are known to be."""
    digests: List[Any] = _hash_small_files.run(paths, hash_alg, regular, progress)
    rest = [number for number, digest in enumerate(digests) if digest is None]
    messages = [_message(paths[number]) for number in rest]
    for number, digest in zip(rest, hash_messages(messages, hash_alg, max_workers, progress)):
        digests[number] = digest
    return digests


def _message(path: Any) -> Message:
    status = os.stat(path)
    return Message(path, status.st_size if stat.S_ISREG(status.st_mode) else None)


def check(hash_alg: str, max_workers: Optional[int]) -> None:
    """Raises for what no file can be hashed with."""
    with _loading.lock:
        import hashlib  # noqa: PLC0415 - slow to import, and needed only here

    if max_workers is not None and max_workers < 1:
        raise ValueError(f"max_workers must be at least 1, not {max_workers!r}")
    hashlib.new(hash_alg).hexdigest()  # raises what it raises for the files


def hash_messages(
    messages: Sequence[Message],
    hash_alg: str,
    max_workers: Optional[int],
    progress: Optional[Callable[[int], Any]],
) -> List[str]:
    """The digests of messages, in their order."""
    if max_workers is None:
        size = sum(message.size or 0 for message in messages)
        max_workers = min(_MOST_THREADS, _host.usable_cpus(), 1 + size // _WORTH_A_THREAD)
    return _hash_files.run(messages, hash_alg, max_workers, progress)  # type: ignore[no-any-return]
