"""Digests of files: one, many, or many parts of one."""

from __future__ import annotations

import errno
import functools
import hashlib
import os
import stat

from sky_rs import _errors, _events, _limits, _loading
from sky_rs._python import fifo

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from hashlib import _Hash
    from io import FileIO
    from typing import Any, Callable, List, Optional, Sequence

    from sky_rs._job import Job
    from sky_rs._message import Message


_BUFFER = 256 * 1024

# A file up to this size is read in one go, without a buffer of its own.
_SMALL = 64 * 1024

# Small files after which it is time to look whether anybody still wants them: a millisecond's.
_OFTEN = 100


def hash_file(path: Any, hash_alg: Any) -> _Hash:
    if type(path) is not str:  # open() knows what else stands for a file
        file, status = fifo.open_raw(path)
        with file:
            return _hash_rest(file, status, path, hashlib.new(hash_alg))
    # In a small file, the objects around a descriptor take as long as reading and hashing.
    try:
        descriptor = os.open(path, fifo.FLAGS)
    except ValueError:
        fifo.open_raw(path)  # has SkyPilot's words on every Python
        raise
    try:
        status = os.fstat(descriptor)
        if status.st_size <= _SMALL and stat.S_ISREG(status.st_mode):
            # One byte more than there is: if it is not there, this is the end.
            content = os.read(descriptor, status.st_size + 1)
            digest = hashlib.new(hash_alg, content)
            if _events.observer is not None:
                _report(digest)(len(content))
            if len(content) == status.st_size:
                return digest
        elif stat.S_ISDIR(status.st_mode):
            raise _errors.os_error(errno.EISDIR, path)
        else:
            digest = hashlib.new(hash_alg)
            fifo.allow_waiting(descriptor, status)
        with open(descriptor, "rb", buffering=0, closefd=False) as file:
            return _hash_rest(file, status, path, digest)
    finally:
        os.close(descriptor)


def _hash_rest(file: FileIO, status: os.stat_result, path: Any, digest: _Hash) -> _Hash:
    """Adds what is left of a file of any kind."""
    report = _report(digest)
    if stat.S_ISFIFO(status.st_mode):
        first = fifo.first_byte(file, path)
        digest.update(first)
        report(len(first))
    _add_rest(file, digest, report=report)
    return digest


def _report(digest: _Hash) -> Callable[[int], bool]:
    """Counts bytes of a single file, for whoever observes the call."""
    count = _events.counted(digest.name)
    return lambda size: count is None or count(size) is None


def _add_rest(
    file: FileIO,
    digest: _Hash,
    length: Optional[int] = None,
    report: Callable[[int], bool] = lambda _size: True,
) -> None:
    """Adds what is left of a file, or so many bytes of it, until it is reported in vain."""
    buffer = memoryview(bytearray(_BUFFER if length is None else min(length, _BUFFER)))
    while length is None or length > 0:
        size = file.readinto(buffer if length is None else buffer[:length])
        if size == 0:
            return
        if size is None:  # a FIFO whose writer is silent
            fifo.wait(file)
            size = 0
        digest.update(buffer[:size])
        _limits.check_cancelled()
        if not report(size):
            return
        if length is not None:
            length -= size


def hash_files(
    messages: Sequence[Message],
    hash_alg: str,
    threads: int,
    progress: Optional[Callable[[int], Any]],
) -> List[str]:
    # Not above: it imports threading, and is needed only here.
    jobs = _loading.module("_job")

    def work(job: Job) -> None:
        while True:
            number = job.take()
            if number is None:
                return
            try:
                job.end(number, _hash_message(messages[number], hash_alg, job))
            except OSError as error:
                job.fail(number, error)

    digests: List[str] = jobs.Job(messages, progress).run(work, threads)
    return digests


def _hash_message(message: Message, hash_alg: str, job: Job) -> str:
    digest = hashlib.new(hash_alg)
    file, status = fifo.open_raw(message.path)
    with file:
        if stat.S_ISFIFO(status.st_mode):
            first = fifo.first_byte(file, message.path)
            digest.update(first)
            job.report(len(first))
        elif message.offset:
            file.seek(message.offset)
        _add_rest(file, digest, message.length, job.report)
    return digest.hexdigest()


def hash_small_files(
    paths: Sequence[Any],
    hash_alg: str,
    regular: bool,
    progress: Optional[Callable[[int], Any]],
) -> List[Optional[str]]:
    """The digests of the regular files up to 64 KiB among many; None for each of the others.

    Files that are ``regular`` for certain are not asked what they are.
    """
    new = getattr(hashlib, hash_alg, None) or functools.partial(hashlib.new, hash_alg)
    # Their own names: looking those up takes as long as a tenth of hashing a small file.
    open_, read, close, examine = os.open, os.read, os.close, os.stat
    digests: List[Optional[str]] = [None] * len(paths)
    for number, path in enumerate(paths):
        if not number % _OFTEN:
            _limits.check_cancelled()
        if not regular:
            # Before it is opened: who writes to a FIFO takes that for a reader.
            status = examine(path)
            if not stat.S_ISREG(status.st_mode) or status.st_size > _SMALL:
                continue
        descriptor = open_(path, fifo.FLAGS)
        try:
            content = read(descriptor, _SMALL + 1)
            # A file of /proc comes in pages: only a read of nothing is the end.
            whole = len(content) <= _SMALL and not read(descriptor, 1)
        except OSError:
            continue  # whoever hashes it as a large file meets it, too
        finally:
            close(descriptor)
        if whole:
            digests[number] = new(content).hexdigest()
            if progress is not None:
                progress(len(content))
    return digests
