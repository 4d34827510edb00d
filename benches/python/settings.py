"""Where a call is made: each setting prepares files, ports or variables and gives the arguments."""

from __future__ import annotations

import contextlib
import os
import pathlib
import random
import socket
from typing import Any, Callable, ContextManager, Iterator, Tuple

Arguments = Tuple[Any, ...]
Setting = Callable[[], ContextManager[Arguments]]

FILES = pathlib.Path(__file__).resolve().parents[1] / ".work" / "files"

_KIB = 1024
_LOG_LINE = 84  # bytes, its newline included


def given(*arguments: Any) -> Setting:
    """Just arguments."""
    return lambda: contextlib.nullcontext(arguments)


def variable(name: str, value: str) -> Setting:
    """No arguments, but an environment variable."""

    @contextlib.contextmanager
    def setting() -> Iterator[Arguments]:
        os.environ[name] = value
        try:
            yield ()
        finally:
            del os.environ[name]

    return setting


def free_port(near: int) -> Setting:
    """A port that is free."""

    @contextlib.contextmanager
    def setting() -> Iterator[Arguments]:
        start = near
        while not _is_free(start):
            start += 1
        yield (start,)

    return setting


def busy_ports(count: int, near: int) -> Setting:
    """A port from which on `count` ports are taken, on all addresses and on loopback in turn."""

    @contextlib.contextmanager
    def setting() -> Iterator[Arguments]:
        _allow_descriptors(count)
        start = near
        while True:
            with contextlib.ExitStack() as held:
                if _take(range(start, start + count), held):
                    yield (start,)
                    return
            start += count

    return setting


def _allow_descriptors(count: int) -> None:
    """Makes sure that so many sockets can be open at once."""
    try:
        import resource
    except ImportError:
        return  # Windows sets no such limit
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 256
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _is_free(port: int) -> bool:
    with contextlib.ExitStack() as held:
        return _take(range(port, port + 1), held)


def _take(ports: range, held: contextlib.ExitStack) -> bool:
    for port in ports:
        taken = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
        try:
            taken.bind(("127.0.0.1" if port % 2 else "", port))
        except OSError:
            return False
    return True


def directory(entries: int) -> Setting:
    """A directory with so many files."""

    @contextlib.contextmanager
    def setting() -> Iterator[Arguments]:
        path = FILES / f"directory-{entries}"
        path.mkdir(parents=True, exist_ok=True)
        for number in range(entries):
            (path / f"file-{number:04}").touch()
        yield (str(path),)

    return setting


def log(size: int, n: int) -> Setting:
    """The last n lines of a file of about `size` bytes in lines of 84 bytes."""

    def content() -> Iterator[bytes]:
        for number in range(max(1, size // _LOG_LINE)):
            text = f"I 11-23 06:51:00.{number:09d} provisioner.py:417] node is up"
            yield text.ljust(_LOG_LINE - 1, ".").encode() + b"\n"

    return _file(f"log-{size}", content, n)


def one_line(size: int, n: int) -> Setting:
    """The last n lines of a file without a newline."""
    return _file(f"one-line-{size}", lambda: iter([b"x" * size]), n)


def random_bytes(size: int, *arguments: Any) -> Setting:
    """A file to hash."""
    return _file(f"random-{size}", lambda: _random(size), *arguments)


def random_files(count: int, size: int, *arguments: Any) -> Setting:
    """Files to hash, of `size` bytes together."""

    @contextlib.contextmanager
    def setting() -> Iterator[Arguments]:
        with contextlib.ExitStack() as made:
            each = size // count
            files = (_file(f"random-{each}-{n}", lambda: _random(each)) for n in range(count))
            paths = [made.enter_context(file())[0] for file in files]
            yield (paths, *arguments)

    return setting


def random_tree(count: int, size: int, *arguments: Any) -> Setting:
    """A folder of folders of a hundred files of `size` bytes each."""

    @contextlib.contextmanager
    def setting() -> Iterator[Arguments]:
        root = FILES / f"tree-{count}-{size}"
        content = b"".join(_random(size))
        for number in range(count):
            path = root / str(number // 100) / str(number)
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        yield (str(root), *arguments)

    return setting


def _random(size: int) -> Iterator[bytes]:
    block = random.Random(0).randbytes(min(size, 1024 * _KIB))
    written = 0
    while written < size:
        yield block[: size - written]
        written += len(block)


def _file(name: str, content: Callable[[], Iterator[bytes]], *arguments: Any) -> Setting:
    """A file that is made by the first who needs it, and kept for the next run."""

    @contextlib.contextmanager
    def setting() -> Iterator[Arguments]:
        path = FILES / name
        if not path.exists():
            FILES.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_suffix(f".{os.getpid()}")
            with unfinished.open("wb") as file:
                file.writelines(content())
            unfinished.replace(path)
        yield (str(path), *arguments)

    return setting
