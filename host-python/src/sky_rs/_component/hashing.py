"""Digests of files: one, many, or many parts of one."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, List, Optional, Sequence

from sky_rs import _events, _limits
from sky_rs._component import NotRepresented, runtime, sandbox
from sky_rs._component.digest import FileDigest
from sky_rs._component.outcome import error_tag, file_error
from sky_rs._job import Job
from sky_rs._message import Message

if TYPE_CHECKING:
    from sky_rs._component.instance import Instance

# The names under which hashlib knows what the component computes.
_ALGORITHMS = {
    spelling: name
    for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
    for spelling in (name, name.upper())
}

#: Messages in one batch: as many as there are lanes.
_LANES = 16

#: Directories that one instance may read at a time.
_DIRECTORIES = 32

_TO_THE_END = (1 << 64) - 1


def hash_file(path: Any, hash_alg: Any) -> FileDigest:
    # Asked for its name and sizes, and for the policy of this machine: it may forbid MD5.
    _algorithm(hash_alg)
    located = sandbox.locate(path)
    like = hashlib.new(hash_alg)
    count = _events.counted(like.name)
    (digest,) = _digests([Message(path, located.size)], [located], hash_alg, 1, count)
    return FileDigest(like, digest)


def hash_files(
    messages: Sequence[Message],
    hash_alg: Any,
    threads: int,
    progress: Optional[Callable[[int], Any]],
) -> List[str]:
    _algorithm(hash_alg)
    files: Dict[Any, sandbox.Located] = {}
    for message in messages:
        if message.path not in files:
            files[message.path] = sandbox.locate(message.path)
    located = [files[message.path] for message in messages]
    digests = [""] * len(messages)
    for numbers in _groups(located):
        group = [messages[number] for number in numbers]
        places = [located[number] for number in numbers]
        for number, digest in zip(numbers, _digests(group, places, hash_alg, threads, progress)):
            digests[number] = digest
    return digests


def hash_small_files(
    paths: Sequence[Any],
    hash_alg: Any,
    _regular: bool,
    _progress: Optional[Callable[[int], Any]],
) -> List[Optional[str]]:
    """None of them by itself: in a batch they take less time."""
    _algorithm(hash_alg)
    return [None] * len(paths)


def _algorithm(hash_alg: Any) -> str:
    algorithm = _ALGORITHMS.get(hash_alg) if type(hash_alg) is str else None
    if algorithm is None:
        raise NotRepresented("an algorithm that the component does not compute")
    return algorithm


def _groups(located: Sequence[sandbox.Located]) -> Iterator[List[int]]:
    """The numbers of the files in groups that have few directories each."""
    by_directory: Dict[sandbox.Directory, List[int]] = {}
    for number, file in enumerate(located):
        by_directory.setdefault(file.directory, []).append(number)
    directories = list(by_directory.values())
    for start in range(0, len(directories), _DIRECTORIES):
        few = directories[start : start + _DIRECTORIES]
        yield [number for numbers in few for number in numbers]


def _digests(
    messages: Sequence[Message],
    located: Sequence[sandbox.Located],
    hash_alg: str,
    threads: int,
    progress: Optional[Callable[[int], Any]],
) -> List[str]:
    pool = runtime.load_for_files().pool
    directories = tuple(dict.fromkeys(file.directory for file in located))

    def work(job: Job) -> None:
        with pool.lend(directories) as instance:
            _Batch(instance, _ALGORITHMS[hash_alg], job, located).run()

    return Job(messages, progress).run(work, threads)


class _Batch:
    """A batch in the component, which takes its messages from a job."""

    def __init__(
        self, instance: Instance, algorithm: str, job: Job, located: Sequence[sandbox.Located]
    ) -> None:
        self._instance = instance
        self._job = job
        self._located = located
        self._places = {place: number for number, place in enumerate(instance.directories)}
        self._batch = instance.call("hashing#[constructor]batch", algorithm)
        self._going = 0

    def run(self) -> None:
        while self._fill() and self._step():
            pass
        # Only here: after an error the instance goes, and the resource with it.
        self._instance.drop(self._batch)

    def _fill(self) -> bool:
        """Adds messages while there are lanes for them; tells whether any is under way."""
        while self._going < _LANES:
            number = self._job.take()
            if number is None:
                break
            self._add(number)
        return self._going > 0

    def _add(self, number: int) -> None:
        message, file = self._job.messages[number], self._located[number]
        length = _TO_THE_END if message.length is None else message.length
        place = self._places[file.directory]
        error = self._instance.call(
            "hashing#[method]batch.add",
            *(self._batch, number, place, file.name, message.offset, length),
        )
        if error_tag(error) is None:
            self._going += 1
        else:
            self._job.fail(number, file_error(error, message.path))

    def _step(self) -> bool:
        """Hashes for some milliseconds; tells whether to go on."""
        _limits.check_cancelled()
        size = self._instance.call("hashing#[method]batch.step", self._batch, sandbox.STEP)
        if size < sandbox.STEP:  # because a message has ended
            self._take()
        return self._job.report(size)

    def _take(self) -> None:
        while True:
            ended = self._instance.call("hashing#[method]batch.take", self._batch)
            if ended is None:
                return
            self._going -= 1
            number, digest = ended.message, ended.digest
            if error_tag(digest) is None:
                self._job.end(number, digest)
            else:
                path = self._job.messages[number].path
                self._job.fail(number, file_error(digest, path))
