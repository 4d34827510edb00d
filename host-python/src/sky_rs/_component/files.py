"""Reading files: last lines and digests."""

from __future__ import annotations

import hashlib
import io
from typing import Any, List

from sky_rs import _errors
from sky_rs._component import NotRepresented, runtime, sandbox
from sky_rs._component.digest import FileDigest
from sky_rs._component.outcome import ERRNO, error_tag

_UTF8 = frozenset(("utf-8", "utf8", "UTF-8", "UTF8", "utf_8"))

# The names under which hashlib knows what the component computes.
_ALGORITHMS = {
    spelling: name
    for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
    for spelling in (name, name.upper())
}


def read_last_n_lines(
    file_path: Any, n: Any, chunk_size: Any, encoding: Any, errors: Any
) -> List[str]:
    plain = type(n) is int and type(chunk_size) is int and n > 0 and chunk_size > 0
    if not plain or encoding not in _UTF8 or type(errors) is not str:
        raise NotRepresented("other than positive numbers, UTF-8 and an error handler's name")
    file = sandbox.locate(file_path)
    loaded = runtime.load_for_files()
    with loaded.pool.lend(file.directory) as instance:
        text = instance.call(
            "io",
            "read-last-n-lines",
            file.name,
            file.size,
            min(n, file.size),
            errors == "replace",
        )
    tag = error_tag(text)
    if tag == "invalid-utf8":
        raise NotRepresented(f"replacing bytes by {errors!r}")
    if tag == "file":
        raise _errors.tail_failed(n, file_path, _file_error(text.payload, file_path))
    return [] if text is None else _split(text)


def _split(text: str) -> List[str]:
    """The lines, each but the last with its newline."""
    # With newline="\n" nothing else ends a line, unlike in str.splitlines.
    lines = io.StringIO(text, newline="\n").readlines()
    if not lines or lines[-1].endswith("\n"):
        lines.append("")
    return lines


def hash_file(path: Any, hash_alg: Any) -> FileDigest:
    algorithm = _ALGORITHMS.get(hash_alg) if type(hash_alg) is str else None
    if algorithm is None:
        raise NotRepresented("an algorithm that the component does not compute")
    file = sandbox.locate(path)
    # Asked for its name and sizes, and for the policy of this machine: it may forbid MD5.
    like = hashlib.new(hash_alg)
    loaded = runtime.load_for_files()
    with loaded.pool.lend(file.directory) as instance:
        hasher = instance.call("io", "[static]file-hasher.open", file.name, algorithm)
        if error_tag(hasher) == "file":
            raise _file_error(hasher.payload, path)
        digest = FileDigest(like, _hash(instance, hasher, path))
        # Only here: after an error the instance goes, and the resource with it.
        instance.drop(hasher)
        return digest


def _hash(instance: Any, hasher: Any, path: Any) -> str:
    step = 1
    while step:
        step = instance.call("io", "[method]file-hasher.step", hasher, sandbox.HASH_STEP)
        if error_tag(step) == "file":
            raise _file_error(step.payload, path)
    return str(instance.call("io", "[method]file-hasher.hex-digest", hasher))


def _file_error(kind: str, path: Any) -> OSError:
    number = ERRNO.get(kind)
    if number is None:
        # Something changed between the host's look and the component's; the fallback looks again.
        raise NotRepresented(f"a file that the component cannot open: {kind}")
    return _errors.os_error(number, path)
