"""Reading files: last lines."""

from __future__ import annotations

from sky_rs._routing import Route

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any


__all__ = ["read_last_n_lines"]


def _lines(_path: Any, n: Any, *_: Any) -> int:
    return n if type(n) is int else 0


_read_last_n_lines = Route("read_last_n_lines", "tail", size=_lines, unit="lines")


def read_last_n_lines(
    file_path: str,
    n: int,
    chunk_size: int = 8192,
    encoding: str = "utf-8",
    errors: str = "replace",
) -> list[str]:
    r"""Reads the last lines of a file, backwards from its end.

    Args:
        file_path: The file.
        n: How many lines.
        chunk_size: A number above 0. SkyPilot reads so many bytes at a time; sky_rs chooses.
        encoding: How each line is decoded.
        errors: What happens to bytes that ``encoding`` does not know.

    Returns:
        The lines. Each but the last ends in ``\n``, the last never does; ``\r`` before a line end
        is dropped.

    Raises:
        AssertionError: ``n`` is negative, ``chunk_size`` is not positive, or there is no such file.
        RuntimeError: The file cannot be read; its cause is the OSError.
    """
    return _read_last_n_lines.run(  # type: ignore[no-any-return]
        file_path, n, chunk_size, encoding, errors
    )
