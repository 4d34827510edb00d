"""The machine that a case of get_cpu_count or get_mem_size_gb describes."""

import builtins
import contextlib
import errno
import os
import pathlib
from unittest import mock

CGROUP_ROOT = "/sys/fs/cgroup/"

ERRNO_OF = {
    "FileNotFoundError": errno.ENOENT,
    "IsADirectoryError": errno.EISDIR,
    "OSError": errno.EIO,
    "PermissionError": errno.EACCES,
}


@contextlib.contextmanager
def machine(spec, directory):
    """Makes the process see the environment, the affinity and the cgroup files of `spec`.

    How many CPUs and how much memory there are, the caller patches where its functions ask.
    """
    served = {}
    for number, (path, entry) in enumerate(sorted(spec["files"].items())):
        if "error" in entry:
            served[path] = entry["error"]
            continue
        data = entry["text"].encode() if "text" in entry else bytes.fromhex(entry["hex"])
        served[path] = pathlib.Path(directory, str(number))
        served[path].write_bytes(data)
    real_open, real_os_open, real_isfile = builtins.open, os.open, os.path.isfile

    def is_cgroup(path):
        return isinstance(path, str) and path.startswith(CGROUP_ROOT)

    def resolve(path):
        if not is_cgroup(path):
            return path
        entry = served.get(path, "FileNotFoundError")
        if isinstance(entry, str):
            number = ERRNO_OF[entry]
            raise OSError(number, os.strerror(number), path)
        return entry

    def fake_open(path, *args, **kwargs):
        return real_open(resolve(path), *args, **kwargs)

    def fake_os_open(path, *args, **kwargs):
        return real_os_open(resolve(path), *args, **kwargs)

    def fake_isfile(path):
        return path in served if is_cgroup(path) else real_isfile(path)

    with contextlib.ExitStack() as patches:
        patches.enter_context(mock.patch.dict(os.environ, spec["env"], clear=True))
        patches.enter_context(affinity(spec["affinity"]))
        patches.enter_context(mock.patch.object(builtins, "open", fake_open))
        patches.enter_context(mock.patch.object(os, "open", fake_os_open))
        patches.enter_context(mock.patch.object(os.path, "isfile", fake_isfile))
        yield


@contextlib.contextmanager
def affinity(count):
    counted = lambda pid: set(range(count or 0))  # noqa: E731
    with mock.patch.object(os, "sched_getaffinity", counted, create=True):
        if count is None:
            del os.sched_getaffinity
        yield
