"""Files named on a command line, hashed in batches and answered in order."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
import sys
from typing import (
    Any,
    BinaryIO,
    Callable,
    ContextManager,
    Iterator,
    List,
    Optional,
    Sequence,
    Tuple,
    Union,
)

import sky_rs

#: What stands for the standard input.
STDIN = "-"

#: A digest, or why there is none.
Answer = Union[str, OSError]

# A batch has so many files or bytes at most, though any number of bytes if it has a few files:
# enough for all lanes and threads, and little enough to see results come.
_MOST_FILES = 4096
_ENOUGH_FILES = 64
_ENOUGH_BYTES = 1024**3

# Bytes to read at a time.
_BLOCK = 256 * 1024


class File:
    """A file to be hashed, as it was found before.

    Args:
        path: The path, or ``-``.
        algorithm: An algorithm that hashlib knows.
    """

    __slots__ = ("algorithm", "error", "path", "size")

    def __init__(self, path: str, algorithm: str) -> None:
        self.path = path
        self.algorithm = algorithm
        #: Bytes; None if it is no regular file, so that nobody knows.
        self.size: Optional[int] = None
        #: Why it cannot be read.
        self.error: Optional[OSError] = None
        try:
            self.size = None if path == STDIN else regular_size(path)
        except OSError as error:
            self.error = error


def regular_size(path: str) -> Optional[int]:
    """The bytes of a regular file that can be read; None if it is a FIFO, a device or the like.

    Raises:
        OSError: It is a directory, or cannot be read.
    """
    status = os.stat(path)
    if stat.S_ISDIR(status.st_mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not stat.S_ISREG(status.st_mode):
        return None
    if not os.access(path, os.R_OK):
        # That goes by the real user; who counts is the effective one.
        os.close(os.open(path, os.O_RDONLY))
    return status.st_size


def total_size(files: Sequence[File]) -> int:
    """The bytes of the regular files."""
    return sum(file.size or 0 for file in files)


def digests(
    files: Sequence[File], progress: Callable[[int], Any]
) -> Iterator[List[Tuple[File, Answer]]]:
    """Hashes files, those that are regular side by side.

    Args:
        files: The files.
        progress: As for :func:`sky_rs.hash_files`.

    Yields:
        Files and their digests, some at a time, all in order.
    """
    for batch in _batches(files):
        yield list(zip(batch, _answers(batch, progress)))


def _batches(files: Sequence[File]) -> Iterator[List[File]]:
    batch: List[File] = []
    size = 0
    for file in files:
        full = len(batch) >= _MOST_FILES or (len(batch) >= _ENOUGH_FILES and size >= _ENOUGH_BYTES)
        if batch and (full or _is_stream(file) or file.algorithm != batch[0].algorithm):
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += file.size or 0
        if _is_stream(file):  # which may be silent for long: what is known is not held back
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _is_stream(file: File) -> bool:
    return file.size is None and file.error is None


def _answers(batch: Sequence[File], progress: Callable[[int], Any]) -> Iterator[Answer]:
    if _is_stream(batch[0]):
        return iter([_alone(batch[0])])
    regular = [file for file in batch if file.error is None]
    found: Iterator[Answer]
    try:
        paths = [file.path for file in regular]
        found = iter(sky_rs.hash_files(paths, batch[0].algorithm, progress=progress))
    except OSError:
        # One of them was replaced or removed just now, or its disk fails. This is so seldom that
        # hashing some of them again does not matter.
        found = map(_alone, regular)
    return (next(found) if file.error is None else file.error for file in batch)


def _alone(file: File) -> Answer:
    try:
        if file.path == STDIN:
            digest = hashlib.new(file.algorithm)
            for block in blocks(_stdin()):
                digest.update(block)
            return digest.hexdigest()
        return sky_rs.hash_file(file.path, file.algorithm).hexdigest()
    except OSError as error:
        return error


def reading(name: str) -> ContextManager[BinaryIO]:
    """Opens a file, or takes the standard input and leaves it open.

    Raises:
        OSError: It cannot be opened, or is closed.
    """
    if name != STDIN:
        return open(name, "rb")
    return contextlib.nullcontext(_stdin())


def _stdin() -> BinaryIO:
    """The standard input, as bytes.

    Raises:
        OSError: It is closed.
    """
    if sys.stdin is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return sys.stdin.buffer


def blocks(file: Any) -> Iterator[bytes]:
    """The content of a file or stream, some at a time and as it comes."""
    return iter(lambda: file.read1(_BLOCK), b"")
