"""Windows, as far as it can be tried elsewhere: what it lacks, and how it spells paths."""

import ntpath
import os
import pathlib
import pkgutil
import stat
import subprocess
import sys
import types

import pytest

import sky_rs
from sky_rs import tree
from sky_rs._component import NotRepresented, sandbox

#: Takes away what Windows does not have, then imports everything and calls the functions.
WITHOUT = """
import builtins, hashlib, importlib, logging, os, select, signal, socket, sys, time
# What is not ours has been imported before, and keeps what it has.
import asyncio, concurrent.futures, ctypes, multiprocessing, subprocess, tempfile, threading
import click.shell_completion, rich.console, rich.progress, rich.table
import libcst.metadata, opentelemetry.metrics, opentelemetry.trace, prometheus_client
import wasmtime, wasmtime.component

for name in ("fcntl", "grp", "posix", "pty", "pwd", "resource", "termios", "tty"):
    sys.modules[name] = None
lacking = {
    os: '''
        O_CLOEXEC O_DIRECTORY O_NOCTTY O_NOFOLLOW O_NONBLOCK chown confstr fork forkpty getegid
        geteuid getgid getgroups getloadavg getpgid getpgrp getsid getuid initgroups killpg lchown
        mkfifo mknod nice openpty pread preadv posix_fadvise posix_spawn register_at_fork
        sched_getaffinity sched_setaffinity sched_yield sendfile set_blocking setegid seteuid
        setgid setpgid setsid setuid statvfs sync sysconf uname wait wait3 wait4 waitid
        WEXITSTATUS WIFEXITED WIFSIGNALED WNOHANG WTERMSIG
    ''',
    select: "epoll kqueue poll",
    signal: '''
        SIGALRM SIGBUS SIGCHLD SIGCONT SIGHUP SIGKILL SIGPIPE SIGQUIT SIGSTOP SIGTSTP SIGUSR1
        SIGUSR2 SIGXFSZ alarm pause pthread_kill pthread_sigmask setitimer siginterrupt sigwait
    ''',
    socket: "AF_UNIX",
    time: "tzset",
}
for module, names in lacking.items():
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)
os.name, sys.platform = "nt", "win32"

import sky_rs
for name in sys.argv[2:]:
    importlib.import_module(name)

def call():
    path = sys.argv[1]
    return [
        sky_rs.base36_encode("ff"),
        sky_rs.format_float(2.25),
        sky_rs.truncate_long_string("a long text", 3),
        sky_rs.read_last_n_lines(path, 1),
        sky_rs.hash_file(path, "md5").hexdigest(),
        sky_rs.hash_files([path] * 4, "md5")[3],
        sky_rs.find_free_port(40000) >= 40000,
        sky_rs.get_cpu_count() > 0,
    ]

with sky_rs.using("python"):
    theirs = call()
with sky_rs.using("component"):
    print(call() == theirs, theirs[0])
with sky_rs.skypilot.patch():
    print("patched")
"""


def modules():
    """Every module of the package that is to be imported."""
    package = pathlib.Path(sky_rs.__file__).parent
    found = [module.name for module in pkgutil.walk_packages([str(package)], "sky_rs.")]
    assert {"sky_rs.skypilot", "sky_rs._exec", "sky_rs._component.runtime"} < set(found)
    # Hooks have names that no import has: PyInstaller runs them.
    return [name for name in found if name != "sky_rs.__main__" and "hook-" not in name]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"one\r\ntwo\r\n")
    return path


def test_without_what_windows_lacks(file, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, str(file), *modules()],
        env={**os.environ, "LOCALAPPDATA": str(tmp_path), "PYTHONWARNINGS": "error"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.splitlines() == ["True 73", "patched"], done.stderr
    assert done.stderr == ""


class Windows:
    """An ``os`` with the paths of Windows, where a file is wherever one is looked for."""

    path = ntpath
    fsdecode = staticmethod(os.fsdecode)
    PathLike = os.PathLike

    def stat(self, path):
        directory = path.endswith(("\\", "directory", "share"))
        mode = stat.S_IFDIR if directory else stat.S_IFREG
        return os.stat_result((mode, hash(ntpath.normpath(path)), 7, 1, 0, 0, 10, 0, 0, 0))

    lstat = stat


@pytest.mark.parametrize(
    ("path", "directory", "name"),
    [
        ("C:\\directory\\file.txt", "C:\\directory", "file.txt"),
        ("C:\\file.txt", "C:\\", "file.txt"),
        ("c:/directory/file.txt", "c:\\directory", "file.txt"),
        ("C:/directory\\sub/../file.txt", "C:\\directory", "file.txt"),
        ("\\\\server\\share\\file.txt", "\\\\server\\share\\", "file.txt"),
        ("//server/share/directory/file.txt", "\\\\server\\share\\directory", "file.txt"),
        ("\\\\?\\C:\\directory\\file.txt", "\\\\?\\C:\\directory", "file.txt"),
        ("\\\\?\\UNC\\server\\share\\directory\\f", "\\\\?\\UNC\\server\\share\\directory", "f"),
        ("C:\\directory\\a b é.txt", "C:\\directory", "a b é.txt"),
        (pathlib.PureWindowsPath("C:/directory/file"), "C:\\directory", "file"),
        (b"C:\\directory\\file", "C:\\directory", "file"),
    ],
)
def test_locating_files(monkeypatch, path, directory, name):
    monkeypatch.setattr(sandbox, "os", Windows())
    located = sandbox.locate(path)
    # What a file's name is joined to again must be the file.
    if not str(path).startswith("C:/directory\\sub"):
        spelled = ntpath.normpath(os.fsdecode(path))
        assert ntpath.join(located.directory[0], located.name) == spelled
    assert (located.directory[0], located.name, located.size) == (directory, name, 10)


@pytest.mark.parametrize("path", ["C:\\directory", "C:\\", "\\\\server\\share", "\ud800", 3, None])
def test_what_is_no_file_there(monkeypatch, path):
    monkeypatch.setattr(sandbox, "os", Windows())
    with pytest.raises(NotRepresented):
        sandbox.locate(path)


@pytest.mark.parametrize(
    ("target", "portable"),
    [
        ("b.txt", "b.txt"),
        ("..\\other\\b.txt", "../other/b.txt"),
        ("\\\\?\\C:\\directory", "C:/directory"),
    ],
)
def test_links_are_told_as_elsewhere(monkeypatch, target, portable):
    monkeypatch.setattr(tree, "os", types.SimpleNamespace(name="nt"))
    assert tree._portable(target) == portable
