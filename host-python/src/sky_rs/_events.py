"""Where telemetry is told what happens. While it is off, nobody is, and that costs next to nothing.

What a :class:`~sky_rs._routing.Route` answers is observed by its ``run``; the rest is told here.
"""

from __future__ import annotations

import functools
import os

# Not from threading: importing that takes longer than importing sky_rs.
from _thread import RLock
from contextvars import ContextVar

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any, Callable, Optional, TypeVar

    from sky_rs._telemetry.observer import Call, Observer

    Function = TypeVar("Function", bound=Callable[..., Any])


#: Turns telemetry on at the first call.
VARIABLE = "SKY_RS_TELEMETRY"

#: Who observes, while telemetry is on. Look it up here.
observer: Optional[Observer] = None

#: The call that this is part of, if it is observed.
current: ContextVar[Optional[Call]] = ContextVar("sky_rs_call", default=None)

#: Held by whoever tells the observer something. A fork waits for it.
lock = RLock()

_asked = False


def ask() -> None:
    """Turns telemetry on if the environment says so. It is asked until that succeeds once.

    Raises:
        ConfigurationError: ``SKY_RS_TELEMETRY`` has none of its values.
        ImportError: The package that it needs is not installed.
    """
    if _asked:
        return
    if os.environ.get(VARIABLE):
        from sky_rs import _loading  # noqa: PLC0415 - seldom needed

        _loading.module("telemetry").enable_by_variable(os.environ[VARIABLE])
    settled()


def settled() -> None:
    """Whether telemetry is on has been decided; the environment does not matter any more."""
    global _asked  # noqa: PLW0603 - the variable is read once, at the first call
    _asked = True


def observed(name: str) -> Callable[[Function], Function]:
    """Makes the calls of a function that is no Route's observable under a name."""

    def decorate(function: Function) -> Function:
        @functools.wraps(function)
        def run(*arguments: Any, **keywords: Any) -> Any:
            if not _asked:
                ask()
            if observer is None:
                return function(*arguments, **keywords)
            with observer.call(name):
                return function(*arguments, **keywords)

        return run  # type: ignore[return-value]

    return decorate


def counted(
    hash_alg: Any, progress: Optional[Callable[[int], Any]] = None
) -> Optional[Callable[[int], Any]]:
    """A ``progress`` that counts the bytes for the current call, too, if that is observed."""
    call = current.get()
    return progress if call is None else call.counted(hash_alg, progress)


def after_fork_in_child() -> None:
    """Puts a forked child in order."""
    global lock  # noqa: PLW0603 - another thread of the parent's may have held it in vain
    lock = RLock()
    if observer is not None:
        observer.after_fork()
