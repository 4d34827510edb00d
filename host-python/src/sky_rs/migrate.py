"""``sky-rs migrate``: finds calls of SkyPilot's functions in Python code, and makes them sky_rs's.

What it understands and what it leaves alone, :mod:`sky_rs._migration` says.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Iterable, Iterator, List, Sequence, Set, TextIO

USAGE = """\
usage: sky-rs migrate [--write] PATH ...

Reports where Python files, and the .py and .pyi files in directories, use functions
of SkyPilot that sky_rs has as well. With --write, makes them use those of sky_rs;
what is left alone is reported with the reason.

Hidden directories, virtual environments and symbolic links in directories are left
out. Files that cannot be read or parsed are reported and left alone.

The exit status is 0 if no use of SkyPilot's functions is left, 1 if there is one,
2 if this could not be tried.
"""

_CLEAN = 0
_LEFT = 1
_NOT_TRIED = 2


def main(arguments: Sequence[str]) -> int:
    """Searches files, and rewrites them if told to; reports on the standard output.

    Args:
        arguments: What follows ``migrate`` on the command line.

    Returns:
        The exit status.
    """
    options = {argument for argument in arguments if argument.startswith("-")}
    paths = [argument for argument in arguments if not argument.startswith("-")]
    if options & {"-h", "--help"}:
        sys.stdout.write(USAGE)
        return _CLEAN
    if options - {"--write"} or not paths:
        sys.stderr.write(USAGE)
        return _NOT_TRIED
    try:
        import libcst  # noqa: F401, PLC0415 - asked before anything else needs it
    except ImportError as error:
        sys.stderr.write(f"sky-rs migrate needs libcst ({error}): pip install 'sky-rs[migrate]'\n")
        return _NOT_TRIED
    missing = [path for path in paths if not os.path.exists(path)]
    for path in missing:
        _complain(path, "No such file or directory")
    found = _Count()
    for path in files(path for path in paths if path not in missing):
        _migrate(path, "--write" in options, found)
    sys.stdout.write(f"{found.rewritten} rewritten, {found.left} left\n")
    if missing:
        return _NOT_TRIED
    return _LEFT if found.left else _CLEAN


class _Count:
    """How many uses were rewritten, and how many are left."""

    def __init__(self) -> None:
        self.rewritten = 0
        self.left = 0


def files(paths: Iterable[str]) -> Iterator[str]:
    """The Python files among and below some paths, each once, in order."""
    seen: Set[str] = set()
    for path in paths:
        for found in _below(path) if os.path.isdir(path) else [path]:
            real = os.path.realpath(found)
            if real not in seen:
                seen.add(real)
                yield found


def _below(root: str) -> Iterator[str]:
    for directory, names, found in os.walk(root, onerror=_complain_of):
        names[:] = sorted(name for name in names if not _left_out(os.path.join(directory, name)))
        for name in sorted(found):
            path = os.path.join(directory, name)
            if name.endswith((".py", ".pyi")) and not os.path.islink(path):
                yield path


def _left_out(directory: str) -> bool:
    hidden = os.path.basename(directory).startswith(".")
    return hidden or os.path.exists(os.path.join(directory, "pyvenv.cfg"))


def _migrate(path: str, write: bool, found: _Count) -> None:
    from sky_rs import _migration  # noqa: PLC0415 - imports libcst

    try:
        with open(path, "rb") as file:
            source = file.read()
        migration = _migration.migrate(source, package=_is_package(path))
        if write and migration.code != source:
            with open(path, "wb") as file:
                file.write(migration.code)
    except (OSError, _migration.UnreadableError) as error:
        _complain(path, getattr(error, "strerror", None) or error)
        return
    lines: List[str] = []
    for use in migration.uses:
        if use.reason is None:
            what = f"{use.function} {'is' if write else 'can be'} sky_rs's"
        else:
            what = f"{use.function} is left alone: {use.reason}"
        lines.append(f"{path}:{use.line}:{use.column}: {what}\n")
    _say(sys.stdout, "".join(lines))
    rewritten = sum(use.reason is None for use in migration.uses)
    found.rewritten += rewritten if write else 0
    found.left += len(migration.uses) - (rewritten if write else 0)


def _is_package(path: str) -> bool:
    """Whether the file's names are those of a package, which others import from it."""
    return os.path.splitext(os.path.basename(path))[0] == "__init__"


def _complain_of(error: OSError) -> None:
    _complain(error.filename, error.strerror)


def _complain(path: str, reason: object) -> None:
    _say(sys.stderr, f"{path}: {reason}\n")


def _say(stream: TextIO, text: str) -> None:
    """Writes text, of which a file's name need not fit into the stream's encoding."""
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
