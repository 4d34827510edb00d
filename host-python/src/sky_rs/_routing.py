"""Which backend runs a call. Nothing else decides that.

A call goes one of three ways: the caller's own choice (:func:`using`), else the process's
(``SKYPILOT_USE_RUST``), else the faster of the two routes for this function and size.
"""

from __future__ import annotations

import contextlib
import os
from _thread import RLock  # importing threading takes longer than importing sky_rs
from contextvars import ContextVar

from sky_rs import _events, _loading
from sky_rs._component import NotRepresented
from sky_rs._routes_table import RATIOS
from sky_rs.exceptions import ComponentError, ComponentUnavailableError, ConfigurationError

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any, Callable, ContextManager, Dict, Iterator, List, Optional, Set

    from sky_rs._telemetry.observer import Call


VARIABLE = "SKYPILOT_USE_RUST"

AUTO = "auto"
COMPONENT = "component"
PYTHON = "python"

_CHOICES = {
    "1": AUTO,
    AUTO: AUTO,
    COMPONENT: COMPONENT,
    "0": PYTHON,
    PYTHON: PYTHON,
}

#: How much faster than the fallback the component has to be to get a call.
MARGIN = 1.1

# On another machine a ratio may be another, but not more than so many times the table's.
_MOST_SCALE = 5.0

_forced: ContextVar[Optional[str]] = ContextVar("sky_rs_backend", default=None)
_default: Optional[str] = None

#: Every routed function by name.
ROUTES: Dict[str, Route] = {}

# How many using() blocks are open, in all threads. While there are none, nothing is to be decided
# at a call, and Route.run is the function itself: looking for a choice costs as much as the
# cheapest of them.
_blocks = 0
_lock = RLock()


def _parse(value: str, source: str) -> str:
    choice = _CHOICES.get(value)
    if choice is None:
        raise ConfigurationError(
            f"{source} must be one of {', '.join(map(repr, _CHOICES))}, not {value!r}"
        )
    return choice


def selected() -> str:
    """The backend chosen for this context: 'auto', 'component' or 'python'.

    Raises:
        ConfigurationError: ``SKYPILOT_USE_RUST`` has none of its values.
    """
    global _default  # noqa: PLW0603 - the variable is read once, at the first call
    forced = _forced.get()
    if forced is not None:
        return forced
    if _default is None:
        _default = _parse(os.environ.get(VARIABLE, AUTO), VARIABLE)
    return _default


def using(backend: str) -> ContextManager[None]:
    """Forces a backend for the calls made inside the ``with`` block.

    The choice holds for the current thread or asyncio task and what it awaits, and nests.

    Args:
        backend: 'component' (in the sandbox, a ComponentError where that fails), 'python' (the
            fallback), or 'auto' (the faster of the two). Arguments that the component has no
            form for, such as bytes or numpy scalars, are answered in Python on every choice.

    Raises:
        ConfigurationError: ``backend`` is none of these.
    """
    return _forcing(_parse(backend, "backend"))


@contextlib.contextmanager
def _forcing(choice: str) -> Iterator[None]:
    _count_block(1)
    token = _forced.set(choice)
    try:
        yield
    finally:
        _forced.reset(token)
        _count_block(-1)


def _count_block(change: int) -> None:
    global _blocks  # noqa: PLW0603 - one number for all threads
    with _lock:
        _blocks += change
        if _blocks in (0, change):  # from or to none
            settle()


def settle() -> None:
    """Makes every route the shortest way that is left, after something was chosen."""
    with _lock:
        for route in ROUTES.values():
            route.settle()


def _after_fork_in_child() -> None:
    global _lock  # noqa: PLW0603 - another thread of the parent's may have held it
    _lock = RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


def threshold(ratios: Dict[int, float], scale: float = 1.0) -> Optional[int]:
    """The size from which on the component is the faster route at every size measured.

    Args:
        ratios: By size, how many times as fast as the fallback the component is.
        scale: What to multiply them by.

    Returns:
        The size; none if the component is not faster by :data:`MARGIN` at the largest one.
    """
    least = None
    for size in sorted(ratios, reverse=True):
        if ratios[size] * scale < MARGIN:
            break
        least = size
    return least


class Route:
    """One function on two backends.

    Which is the faster one for a call, the table of measured ratios tells (``make routes``), and
    from it follows ``component_from``: by kind of call, the size from which it is the component.
    A kind that is not there is always answered in Python.

    Args:
        name: The function's name.
        module: Where it is: the module of that name below ``sky_rs._python`` and the one below
            ``sky_rs._component``, each imported with the first call that goes there.
        size: A cheap measure of the work in a call, from its arguments; it may be asked about any
            arguments at all. None if nothing tells: then the component has to be faster at every
            size measured.
        unit: What ``size`` counts, in words.
        kind: What else the work depends on, from the same arguments; a key of the table.
        scale: What the ratios of a kind are to be multiplied by on this machine. It is asked once,
            at the first call whose size could matter.
        part: Whether each of its calls is part of one that is observed as a whole.
    """

    def __init__(  # noqa: PLR0913 - keywords, and most functions need none
        self,
        name: str,
        module: str,
        *,
        size: Optional[Callable[..., int]] = None,
        unit: str = "",
        kind: Optional[Callable[..., str]] = None,
        scale: Optional[Callable[[str], float]] = None,
        part: bool = False,
    ) -> None:
        self.name = name
        self.size = size
        self.unit = unit
        self.kind = kind
        self.part = part
        self.ratios: Dict[str, Dict[int, float]] = RATIOS.get(name, {})
        self.component_from: Dict[str, int] = {}
        for each in self.ratios:
            self._set_threshold(each, 1.0 if scale is None else _MOST_SCALE)
        self.python: Callable[..., Any] = self._load_python
        self.component: Callable[..., Any] = self._load_component
        #: Answers a call. Look it up at each.
        self.run: Callable[..., Any] = self._first
        self._module = module
        self._scale = scale
        self._scaled: Set[str] = set()
        self._reported: Set[type] = set()
        ROUTES[name] = self

    def settle(self) -> None:
        """Makes ``run`` the shortest way that the choices made so far leave open."""
        if self.run == self._first:
            return  # the variable is read with the first call
        if _events.observer is not None:
            self.run = _events.observer.watch(self)
        elif _blocks or _default == COMPONENT:
            self.run = self.decide
        elif _default == PYTHON or not self.component_from:
            self.run = self.python
        else:
            self.run = self._faster

    def decide(self, *arguments: Any) -> Any:
        """Answers a call on the backend that is chosen for it."""
        backend = _forced.get() or selected()
        if backend == AUTO:
            return self._faster(*arguments)
        if backend == COMPONENT:
            return self._in_component(arguments, forced=True)
        return self.python(*arguments)

    def _faster(self, *arguments: Any) -> Any:
        """Answers a call on the backend that is faster for it."""
        kind = "" if self.kind is None else self.kind(*arguments)
        least = self.component_from.get(kind)
        if least is None or (self.size is not None and self.size(*arguments) < least):
            return self.python(*arguments)
        if self._scale is None or kind in self._scaled:
            return self._in_component(arguments)
        self._ask_machine(kind, self._scale)
        return self._faster(*arguments)

    def answer(self, call: Call, arguments: Any) -> Any:
        """Answers a call as :meth:`decide` does, and notes in it how."""
        chosen = selected()
        if chosen == PYTHON or (chosen == AUTO and not self._pays(arguments)):
            return self.python(*arguments)
        call.backend = COMPONENT
        return self._in_component(arguments, forced=chosen == COMPONENT, told=call.fell_back)

    def _pays(self, arguments: Any) -> bool:
        """Whether the component is faster for a call; :meth:`_faster` saves itself this call."""
        kind = "" if self.kind is None else self.kind(*arguments)
        least = self.component_from.get(kind)
        if least is None or (self.size is not None and self.size(*arguments) < least):
            return False
        if self._scale is None or kind in self._scaled:
            return True
        self._ask_machine(kind, self._scale)
        return self._pays(arguments)

    def _in_component(
        self,
        arguments: Any,
        *,
        forced: bool = False,
        told: Optional[Callable[[Exception], None]] = None,
    ) -> Any:
        try:
            return self.component(*arguments)
        except NotRepresented as declined:
            reason: Exception = declined
        except ComponentError as error:
            if forced:
                raise
            self._report(error)
            reason = error
        if told is not None:
            told(reason)
        return self.python(*arguments)

    def _set_threshold(self, kind: str, scale: float) -> None:
        ratios = self.ratios[kind]
        least = threshold(ratios, scale)
        if least is None or (self.size is None and least > min(ratios)):
            self.component_from.pop(kind, None)
        else:
            self.component_from[kind] = least

    def _ask_machine(self, kind: str, scale: Callable[[str], float]) -> None:
        self._set_threshold(kind, scale(kind))
        with _lock:
            self._scaled.add(kind)
            self.settle()

    def table(self) -> List[Dict[str, Any]]:
        """The rows of :func:`sky_rs.routes`."""
        for kind in list(self.component_from):
            if self._scale is not None and kind not in self._scaled:
                self._ask_machine(kind, self._scale)
        return [
            {
                "kind": kind,
                "size": size,
                "unit": self.unit,
                "route": COMPONENT if size >= self.component_from.get(kind, size + 1) else PYTHON,
                "ratio": ratio,
            }
            for kind, ratios in self.ratios.items()
            for size, ratio in ratios.items()
        ]

    def _first(self, *arguments: Any) -> Any:
        """Stands in for ``run`` until the first call."""
        selected()
        _events.ask()
        with _lock:
            self.run = self.decide
            self.settle()
        return self.run(*arguments)

    def _load_python(self, *arguments: Any) -> Any:
        """Stands in for the fallback's function until the first call imports it."""
        self.python = getattr(_loading.module(f"_python.{self._module}"), self.name)
        with _lock:
            self.settle()
        return self.python(*arguments)

    def _load_component(self, *arguments: Any) -> Any:
        """Stands in for the component's function until the first call imports it."""
        self.component = getattr(_loading.module(f"_component.{self._module}"), self.name)
        return self.component(*arguments)

    def _report(self, error: ComponentError) -> None:
        """Logs the first failure of each kind; in a loop, every call may fail alike."""
        # Why the component cannot be loaded was logged when that was found.
        kind = type(error)
        if kind is not ComponentUnavailableError and kind not in self._reported:
            self._reported.add(kind)
            _loading.logger("sky_rs").warning("%s() is answered in Python: %s", self.name, error)
