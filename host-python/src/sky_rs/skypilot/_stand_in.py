"""Makes the functions that stand in for SkyPilot's."""

from __future__ import annotations

import functools
from types import FunctionType

from sky_rs.skypilot._collaborators import Collaborators

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from logging import Logger
    from typing import Any, Callable, Dict, Optional, Tuple

    from sky_rs.skypilot._table import Function


#: Where they are looked up when they are unpickled.
HOME = "sky_rs.skypilot.stand_ins"

_DEBUG = 10


def stand_in(
    function: Function,
    original: FunctionType,
    answer: FunctionType,
    namespace: Dict[str, Any],
) -> Tuple[FunctionType, Collaborators]:
    """A function that answers as ``answer``, or as ``original`` if somebody meddles with that.

    Returns:
        The function, and its collaborators, which have nothing remembered yet.
    """
    collaborators = Collaborators(namespace, function.collaborators)
    if function.collaborators or function.hushed or function.logs:
        ours = _watching(function, original, answer, collaborators, namespace)
    else:
        # Nothing to look after; and to be called by another takes longer than what some do.
        ours = _copied(answer)
    functools.update_wrapper(ours, original)
    ours.__module__ = HOME
    return ours, collaborators


def _copied(function: FunctionType) -> FunctionType:
    copy = FunctionType(
        function.__code__,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy


def _watching(
    function: Function,
    original: FunctionType,
    answer: Callable[..., Any],
    collaborators: Collaborators,
    namespace: Dict[str, Any],
) -> FunctionType:
    hushed = function.hushed
    if function.logs:
        answer = _listening(answer, original, namespace)

    def ours(*args: Any, **kwargs: Any) -> Any:
        for get, name, genuine in collaborators.known:
            if get(name) is not genuine:
                if collaborators.replaced():
                    return original(*args, **kwargs)
                break
        try:
            return answer(*args, **kwargs)
        except hushed as error:
            if error.__cause__ is None:
                raise
            # SkyPilot raises this one inside its own context manager, which leaves a mark behind.
            with namespace["ux_utils"].print_exception_no_traceback():
                raise

    return ours  # type: ignore[return-value]


def _listening(
    answer: Callable[..., Any], original: FunctionType, namespace: Dict[str, Any]
) -> Callable[..., Any]:
    """Leaves the answer to SkyPilot while anybody listens to the debug messages it logs."""

    def answer_in_silence(*args: Any, **kwargs: Any) -> Any:
        if _heard(namespace["logger"]):
            return original(*args, **kwargs)
        return answer(*args, **kwargs)

    return answer_in_silence


def _heard(logger: Logger) -> bool:
    """Whether a debug message would get anywhere.

    Asking the logger is not enough: SkyPilot's let everything through, and its handlers select.
    """
    if not logger.isEnabledFor(_DEBUG):
        return False
    listener: Optional[Logger] = logger
    while listener is not None:
        if listener.filters or any(handler.level <= _DEBUG for handler in listener.handlers):
            return True
        listener = listener.parent if listener.propagate else None
    return False
