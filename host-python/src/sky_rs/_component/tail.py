"""The last lines of a file."""

from __future__ import annotations

from typing import Any, List, Optional

from sky_rs import _errors, _limits, _lines
from sky_rs._component import NotRepresented, runtime, sandbox
from sky_rs._component.outcome import check_file, error_tag

_UTF8 = frozenset(("utf-8", "utf8", "UTF-8", "UTF8", "utf_8"))


def read_last_n_lines(
    file_path: Any, n: Any, chunk_size: Any, encoding: Any, errors: Any
) -> List[str]:
    plain = type(n) is int and type(chunk_size) is int and n > 0 and chunk_size > 0
    if not plain or encoding not in _UTF8 or type(errors) is not str:
        raise NotRepresented("other than positive numbers, UTF-8 and an error handler's name")
    file = sandbox.locate(file_path)
    if file.size == 0:
        raise NotRepresented("no content, or one of unknown size")
    try:
        text = _tail(file, n, errors, file_path)
    except OSError as error:
        raise _errors.tail_failed(n, file_path, error) from error
    return [] if text is None else _lines.split(text, n)


def _tail(file: sandbox.Located, n: int, errors: str, file_path: Any) -> Optional[str]:
    with runtime.load_for_files().pool.lend((file.directory,)) as instance:
        # `n` may be any integer, but no file has more lines than bytes.
        tail = instance.call("io#[static]last-lines.open", file.name, file.size, min(n, file.size))
        check_file(tail, file_path)
        more = True
        while more:
            _limits.check_cancelled()
            more = instance.call("io#[method]last-lines.step", tail, sandbox.STEP)
            check_file(more, file_path)
        text = instance.call("io#[method]last-lines.finish", tail, errors == "replace")
        # Only here: after an error the instance goes, and the resource with it.
        instance.drop(tail)
    if error_tag(text) == "invalid-utf8":
        raise NotRepresented(f"replacing bytes by {errors!r}")
    return None if text is None else str(text)
