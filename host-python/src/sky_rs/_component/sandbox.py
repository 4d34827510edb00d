"""What an instance of the component is granted."""

from __future__ import annotations

import os
import stat
from typing import Any, Tuple

from sky_rs._component import NotRepresented

#: Seconds between two ticks of the clock.
TICK = 0.1

#: Seconds without a call after which idle instances are freed and the clock stops.
IDLE = 10.0

#: Bytes of a file that one call reads: some milliseconds' worth. In between, Ctrl-C and
#: cancellation are heard.
STEP = 4 * 1024 * 1024


#: A directory that an instance may read: path, device, inode. A directory put in its place is
#: another one.
Directory = Tuple[str, int, int]

#: All directories an instance may read; most read none.
Directories = Tuple[Directory, ...]


class Located:
    """A regular file: its directory, its name there, its bytes, and its device and inode."""

    # Not a NamedTuple: making such a class takes longer than importing this package.
    __slots__ = ("directory", "identity", "name", "size")

    def __init__(self, directory: Directory, name: str, status: os.stat_result) -> None:
        self.directory = directory
        self.name = name
        self.size = status.st_size
        self.identity = (status.st_dev, status.st_ino)


def locate(path: Any) -> Located:
    """Finds the file behind a path, all symbolic links resolved.

    Raises:
        NotRepresented: It is anything but a regular file with a UTF-8 name. The fallback then says
            what SkyPilot says of missing files, directories, devices and FIFOs.
    """
    text = _text(path)
    try:
        # The path as it was given: "file/" and "missing/../file" are errors that realpath cures.
        status = os.stat(text)
        real = os.path.realpath(text)
        directory, name = os.path.split(real)
        parent = os.stat(directory)
        # The links of /proc lead also to what has no name any more, or never had one.
        found = os.path.samestat(status, os.lstat(real))
    except (OSError, ValueError):
        raise NotRepresented("no file that can be examined") from None
    if not found or not stat.S_ISREG(status.st_mode):
        raise NotRepresented("no regular file with a name")
    return Located((directory, parent.st_dev, parent.st_ino), name, status)


def _text(path: Any) -> str:
    """The path as text that UTF-8 can carry."""
    if isinstance(path, (str, bytes, os.PathLike)):
        text = os.fsdecode(path)
        if representable(text):
            return text
    raise NotRepresented("a path that is no UTF-8 text")


def representable(text: str) -> bool:
    """Whether a WIT ``string`` can carry the text: lone surrogates have no UTF-8 form."""
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def wasi_config(directories: Directories) -> Any:
    """The WASI rights of an instance: directories to read, which the component counts from 0."""
    import wasmtime  # noqa: PLC0415 - loaded with the component, not with the package

    config = wasmtime.WasiConfig()
    try:
        for number, (path, *_) in enumerate(directories):
            config.preopen_dir(path, f"/{number}", fs_mutable=False)
    except wasmtime.WasmtimeError as error:
        # A directory that may be searched but not read, for instance.
        config.close()  # closes those before it now, not when the error is forgotten
        raise NotRepresented(f"a directory cannot be opened: {error}") from None
    return config
