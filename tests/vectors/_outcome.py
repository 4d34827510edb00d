"""What a call does, in the notation of the golden vectors; with the file it needs, if any.

Used with SkyPilot's functions by the generator and with ours by the tests.
"""

import contextlib
import os
import pathlib
import re
import shutil
import tempfile
import threading

import _codec

NOBODY = 65534
MEMORY_ADDRESS = re.compile(r" at 0x[0-9a-f]+>")


def outcome(function, case, path=None):
    """What the call does: {"returns": ...} or {"raises": ...}."""
    descriptors = []

    def open_path(kind):
        if kind == "fd":
            descriptors.append(os.open(path, os.O_RDONLY))
            return descriptors[-1]
        return _codec.path_forms(path)[kind]

    args = [_codec.decode(value, open_path) for value in case["args"]]
    kwargs = {name: _codec.decode(value, open_path) for name, value in case["kwargs"].items()}
    try:
        return {"returns": _codec.encode_result(function(*args, **kwargs))}
    except Exception as error:  # whatever the real code raises is the expectation
        return {"raises": {**describe(error, path), "cause": describe(error.__cause__, path)}}
    finally:
        for descriptor in descriptors:
            with contextlib.suppress(OSError):  # read_last_n_lines and hash_file close it
                os.close(descriptor)


def describe(error, path):
    if error is None:
        return None
    message = str(error)
    if path is not None:
        message = message.replace(path, "<path>")
    if _codec.has_lone_surrogate(message) or MEMORY_ADDRESS.search(message):
        raise ValueError(f"the message {message!r} has no notation")
    return {"type": type(error).__name__, "message": message}


def evaluate_with_file(function, case):
    directory = os.path.realpath(tempfile.mkdtemp())
    try:
        os.chmod(directory, 0o755)  # so that NOBODY reaches the file itself
        path = os.path.join(directory, "file")
        spec = case["file"]
        kind = spec["kind"]
        if kind == "existing":
            return outcome(function, case, spec["path"])
        if kind == "fifo_with_writer":
            with fifo(path, content(spec)):
                return outcome(function, case, path)
        create(kind, spec, path)
        with as_nobody() if kind == "unreadable" else contextlib.nullcontext():
            return outcome(function, case, path)
    finally:
        shutil.rmtree(directory)


def content(spec):
    return b"".join(bytes.fromhex(part["hex"]) * part["times"] for part in spec["parts"])


def create(kind, spec, path):
    if kind == "missing":
        return
    if kind == "directory":
        os.mkdir(path)
    elif kind == "dangling_symlink":
        os.symlink(path + ".target", path)
    elif kind == "symlink":
        pathlib.Path(path + ".target").write_bytes(content(spec))
        os.symlink(path + ".target", path)
    elif kind in ("regular", "unreadable"):
        pathlib.Path(path).write_bytes(content(spec))
        os.chmod(path, 0o644 if kind == "regular" else 0)
    else:
        raise ValueError(f"unknown kind of file: {kind}")


@contextlib.contextmanager
def fifo(path, data):
    """A FIFO at `path` that some other thread has opened for writing `data`."""
    os.mkfifo(path)

    def write():
        with contextlib.suppress(BrokenPipeError), open(path, "wb", buffering=0) as stream:
            stream.write(data)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        # The function may have failed before opening; this releases the blocked writer.
        release = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        writer.join(timeout=10)
        os.close(release)


@contextlib.contextmanager
def as_nobody():
    """Runs the block without root's rights, on every thread of the process."""
    user, group, groups = os.geteuid(), os.getegid(), os.getgroups()
    if user != 0:
        yield
        return
    os.setgroups([])
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)
        os.setegid(group)
        os.setgroups(groups)
