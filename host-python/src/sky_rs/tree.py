"""One digest of a whole directory."""

from __future__ import annotations

import os
import stat

from sky_rs import _events, _limits, _loading, hashing

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any, Callable, Iterable, List, Optional, Tuple


__all__ = ["hash_tree"]


@_events.observed("hash_tree")
def hash_tree(
    root: Any,
    hash_alg: str,
    *,
    exclude: Iterable[str] = (),
    max_workers: Optional[int] = None,
    progress: Optional[Callable[[int], Any]] = None,
) -> str:
    r"""A digest of everything in a directory, equal wherever the directory is equal.

    It is that of the entries' lines, sorted by code points: path, NUL, kind, value, NUL, in UTF-8.
    The path is relative to ``root``, with ``/`` between names. Kind and value are

    - ``f`` and the content's digest in hexadecimal digits for a file,
    - ``d`` and nothing for a directory,
    - ``l`` and the target, with ``/``, for a symbolic link or a junction: links are not followed,
      so that they may form loops and lead anywhere,
    - ``s`` and nothing for everything else: FIFOs, sockets, devices.

    Times, owners and permissions do not count: they differ between machines.

    Args:
        root: The directory; a link to one is followed.
        hash_alg: An algorithm that ``hashlib.new`` knows, for the files as for the whole.
        exclude: Patterns of what is left out, as in :mod:`fnmatch`, upper and lower case being
            different everywhere. One with a ``/`` is matched with the relative path, any other
            with the name at any depth; what is below a directory left out is left out, too.
        max_workers: As for :func:`hash_files`.
        progress: As for :func:`hash_files`.

    Returns:
        The digest in lower-case hexadecimal digits.

    Raises:
        OSError: ``root`` is no directory, or something in it cannot be read.
        ValueError: ``hash_alg`` is unknown here, or ``max_workers`` is not positive.
    """
    with _loading.lock:
        import hashlib  # noqa: PLC0415 - slow to import, and needed only here

    hashing.check(hash_alg, max_workers)
    names, paths, lines = _walk(os.fsdecode(root), _matcher(exclude))
    progress = _events.counted(hash_alg, progress)
    digests = hashing.hash_all(paths, hash_alg, max_workers, progress, regular=True)
    lines += [f"{name}\0f{digest}\0" for name, digest in zip(names, digests)]
    lines.sort()
    return hashlib.new(hash_alg, os.fsencode("".join(lines))).hexdigest()


def _walk(
    root: str, excluded: Optional[Callable[[str, str], Any]]
) -> Tuple[List[str], List[str], List[str]]:
    """Looks at all entries below a directory, but not at what is below a link.

    Returns:
        The files' relative paths and their paths, and the lines of everything else.
    """
    names: List[str] = []
    paths: List[str] = []
    lines: List[str] = []
    waiting = [(root, "")]
    while waiting:
        _limits.check_cancelled()
        directory, prefix = waiting.pop()
        with os.scandir(directory) as entries:
            for entry in entries:
                name = prefix + entry.name
                if excluded is not None and excluded(name, entry.name):
                    continue
                if entry.is_file(follow_symlinks=False):
                    names.append(name)
                    paths.append(entry.path)
                elif _is_link(entry):
                    lines.append(f"{name}\0l{_portable(os.readlink(entry.path))}\0")
                elif entry.is_dir():
                    lines.append(f"{name}\0d\0")
                    waiting.append((entry.path, f"{name}/"))
                else:
                    lines.append(f"{name}\0s\0")
    return names, paths, lines


def _is_link(entry: Any) -> bool:
    if entry.is_symlink():
        return True
    if os.name != "nt":
        return False
    # A junction passes for a directory.
    tag = entry.stat(follow_symlinks=False).st_reparse_tag
    return bool(tag == stat.IO_REPARSE_TAG_MOUNT_POINT)  # type: ignore[attr-defined]


def _portable(target: str) -> str:
    if os.name != "nt":
        return target
    return target[4:].replace("\\", "/") if target[:4] == "\\\\?\\" else target.replace("\\", "/")


def _matcher(exclude: Iterable[str]) -> Optional[Callable[[str, str], Any]]:
    """Tells from a relative path and its last name whether it is left out; None if nothing is."""
    patterns = [exclude] if isinstance(exclude, str) else list(exclude)
    if not patterns:
        return None
    import fnmatch  # noqa: PLC0415 - needed only here
    import re  # noqa: PLC0415

    def any_of(chosen: List[str]) -> Callable[[str], Any]:
        # Without patterns an alternative that never matches.
        return re.compile("|".join(map(fnmatch.translate, chosen)) or r"(?!)").match

    in_path = any_of([pattern for pattern in patterns if "/" in pattern])
    in_name = any_of([pattern for pattern in patterns if "/" not in pattern])
    return lambda path, name: in_name(name) or in_path(path)
