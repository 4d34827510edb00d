"""What a call into the component may use, and whether its result is still wanted."""

from __future__ import annotations

import contextlib
import os
from contextvars import ContextVar

from sky_rs.exceptions import ConfigurationError

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    import threading
    from typing import ContextManager, Iterator, Optional, Union


#: Environment variables that change the limits of a process.
MEMORY_VARIABLE = "SKY_RS_MEMORY_LIMIT"
DEADLINE_VARIABLE = "SKY_RS_DEADLINE"

_MEBIBYTE = 1024 * 1024
_DEFAULT_MEMORY = 256 * _MEBIBYTE
_DEFAULT_DEADLINE = 30.0

# The component does not start in less, and cannot address more.
_LEAST_MEMORY = 2 * _MEBIBYTE
_MOST_MEMORY = 4096 * _MEBIBYTE
_LONGEST_DEADLINE = 86_400.0


class Limits:
    """Bytes of linear memory, and seconds, that one call may take."""

    __slots__ = ("deadline", "memory")

    def __init__(self, memory: int, deadline: float) -> None:
        self.memory = memory
        self.deadline = deadline


_default: Optional[Limits] = None
_chosen: ContextVar[Optional[Limits]] = ContextVar("sky_rs_limits", default=None)
_cancelled: ContextVar[Optional[threading.Event]] = ContextVar("sky_rs_cancelled", default=None)


def current() -> Limits:
    """The limits of the calls made here.

    Raises:
        ConfigurationError: An environment variable holds no limit.
    """
    global _default  # noqa: PLW0603 - the variables are read once, at the first call
    chosen = _chosen.get()
    if chosen is not None:
        return chosen
    if _default is None:
        _default = Limits(
            _memory(os.environ.get(MEMORY_VARIABLE, _DEFAULT_MEMORY), MEMORY_VARIABLE),
            _deadline(os.environ.get(DEADLINE_VARIABLE, _DEFAULT_DEADLINE), DEADLINE_VARIABLE),
        )
    return _default


def limits(
    *, memory: Optional[int] = None, deadline: Optional[float] = None
) -> ContextManager[None]:
    """Changes the limits of the component's calls made inside the ``with`` block.

    The choice holds for the current thread or asyncio task and what it awaits, and nests. The
    variables ``SKY_RS_MEMORY_LIMIT`` and ``SKY_RS_DEADLINE`` choose for the whole process.

    Args:
        memory: Bytes of linear memory that an instance may grow to, from 2 MiB to 4 GiB; None
            leaves it as it is (256 MiB).
        deadline: Seconds for a single call into the component, at most a day; None leaves it as it
            is (30). Long work, such as hashing a large file, is many calls.

    Raises:
        ConfigurationError: A limit is out of its range.
    """
    outer = current()
    return _choosing(
        Limits(
            outer.memory if memory is None else _memory(memory, "memory"),
            outer.deadline if deadline is None else _deadline(deadline, "deadline"),
        )
    )


@contextlib.contextmanager
def _choosing(chosen: Limits) -> Iterator[None]:
    token = _chosen.set(chosen)
    try:
        yield
    finally:
        _chosen.reset(token)


def _memory(value: Union[int, str], source: str) -> int:
    with contextlib.suppress(ValueError, TypeError):
        if _LEAST_MEMORY <= int(value) <= _MOST_MEMORY:
            return int(value)
    raise ConfigurationError(
        f"{source} must be a number of bytes from {_LEAST_MEMORY} to {_MOST_MEMORY}, not {value!r}"
    )


def _deadline(value: Union[float, str], source: str) -> float:
    with contextlib.suppress(ValueError, TypeError):
        if 0 < float(value) <= _LONGEST_DEADLINE:
            return float(value)
    raise ConfigurationError(
        f"{source} must be a number of seconds above 0 and up to {_LONGEST_DEADLINE:g}, "
        f"not {value!r}"
    )


class Cancelled(BaseException):
    """The result of a call is no longer wanted. Never reaches a caller: nobody waits for it."""


def cancel_with(event: threading.Event) -> None:
    """Makes long calls in this context end soon after the event is set."""
    _cancelled.set(event)


def check_cancelled() -> None:
    """Called now and then by whatever takes long.

    Raises:
        Cancelled: Nobody waits any more.
    """
    event = _cancelled.get()
    if event is not None and event.is_set():
        raise Cancelled
