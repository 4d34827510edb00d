"""The last lines of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, List, Optional

from sky_rs import _errors, _limits, _lines
from sky_rs._component import NotRepresented, runtime, sandbox
from sky_rs._component.outcome import check_file, error_tag

if TYPE_CHECKING:
    from sky_rs._component.instance import Instance

#: The names of UTF-8 that are understood.
UTF8 = frozenset(("utf-8", "utf8", "UTF-8", "UTF8", "utf_8"))

#: Bytes to read in one step. The text handed over then, a piece of the whole, is still in the
#: processor's cache when it is decoded and split: twice as fast as one text at the end.
STEP = 256 * 1024


def read_last_n_lines(
    file_path: Any, n: Any, chunk_size: Any, encoding: Any, errors: Any
) -> List[str]:
    plain = type(n) is int and type(chunk_size) is int and n > 0 and chunk_size > 0
    if not plain or encoding not in UTF8 or type(errors) is not str:
        raise NotRepresented("other than positive numbers, UTF-8 and an error handler's name")
    file = sandbox.locate(file_path)
    if file.size == 0:
        raise NotRepresented("no content, or one of unknown size")
    try:
        with runtime.load_for_files().pool.lend((file.directory,)) as instance:
            # `n` may be any integer, but no file has more lines than bytes.
            tail = instance.call(
                "io#[static]last-lines.open", file.name, file.size, min(n, file.size)
            )
            check_file(tail, file_path)
            lines = found(instance, tail, n, file_path, lossy=errors == "replace")
            # Only here: after an error the instance goes, and the resource with it.
            instance.drop(tail)
    except OSError as error:
        raise _errors.tail_failed(n, file_path, error) from error
    if lines is None:
        raise NotRepresented(f"replacing bytes by {errors!r}")
    return lines


def found(instance: Instance, tail: Any, n: int, path: Any, *, lossy: bool) -> Optional[List[str]]:
    """The lines that a search finds, at most ``n``; None if they are not UTF-8 and that matters."""
    pieces: List[List[str]] = []
    more = True
    while more:
        _limits.check_cancelled()
        more = instance.call("io#[method]last-lines.step", tail, STEP)
        check_file(more, path)
        text = instance.call("io#[method]last-lines.take", tail, lossy)
        if error_tag(text) == "invalid-utf8":
            return None
        if text is not None:
            pieces.append(_lines.split(text, n))
    lines: List[str] = []
    for piece in reversed(pieces):
        if lines:
            lines[-1] += "\n"
        lines += piece
    return lines
