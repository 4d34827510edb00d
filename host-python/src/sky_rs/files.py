"""Reading files: last lines."""

from __future__ import annotations

from sky_rs import _loading, _routing
from sky_rs._routing import Route

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any, Callable, Iterator, Optional


__all__ = ["follow", "read_last_n_lines"]


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


def follow(  # noqa: PLR0913 - keywords, and most calls need none
    file_path: str,
    n: int = 10,
    *,
    encoding: str = "utf-8",
    errors: str = "replace",
    poll_interval: float = 0.1,
    stop: Optional[Callable[[], bool]] = None,
) -> Iterator[str]:
    r"""The last lines of a file and then those that are appended, as ``tail -F`` shows them.

    A line comes when it is complete, so an unfinished one waits for its end, at the start too. Each
    ends in ``\n``, ``\r`` before which is dropped.

    When another file takes the name (rotation), the rest of the old one comes first, then all of
    the new one; while there is none, it is waited for. When the file is truncated, it is read from
    its start. What it held unfinished comes then as it is, without ``\n``. What is truncated away
    between two looks is not seen, and neither is what is written to the old file once the new one
    is read.

    Args:
        file_path: A regular file.
        n: How many complete lines of what is there to begin with.
        encoding: How each line is decoded.
        errors: What happens to bytes that ``encoding`` does not know.
        poll_interval: Seconds between two looks, up to 60.
        stop: Asked whenever there is nothing new. Once it returns true, what was written until then
            comes, an unfinished line included, and no more.

    Returns:
        A generator; the file is open from now on, and closed with it. Without ``stop`` it does not
        end by itself.

    Raises:
        AssertionError: ``n`` is negative, or there is no such file now.
        ValueError: ``poll_interval`` is out of its range.
        RuntimeError: The file cannot be read; its cause is the OSError.
    """
    following = _loading.module("_following")
    in_component = _routing.selected() == _routing.COMPONENT
    follower = following.start(
        file_path, n, encoding, errors, poll_interval, in_component=in_component
    )
    return following.follow(follower, poll_interval, stop)  # type: ignore[no-any-return]
