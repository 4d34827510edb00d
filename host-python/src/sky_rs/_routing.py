"""Which backend runs a call. Nothing else decides that.

A call goes one of three ways: the caller's own choice (:func:`using`), else the process's
(``SKYPILOT_USE_RUST``), else the faster of the two routes for this function and size.
"""

from __future__ import annotations

import contextlib
import os
from _thread import RLock  # importing threading takes longer than importing sky_rs
from contextvars import ContextVar

from sky_rs import _loading
from sky_rs._component import NotRepresented
from sky_rs.exceptions import ComponentError, ComponentUnavailableError, ConfigurationError

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    import logging
    from typing import Any, Callable, ContextManager, Dict, Iterator, Optional, Set


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

_forced: ContextVar[Optional[str]] = ContextVar("sky_rs_backend", default=None)
_default: Optional[str] = None

#: Every routed function by name.
ROUTES: Dict[str, Route] = {}

# How many using() blocks are open, in all threads. While there are none, nothing is to be decided
# at a call, and Route.run is the function itself: looking for a choice costs as much as the
# cheapest of them.
_blocks = 0
_lock = RLock()


def _logger() -> logging.Logger:
    import logging  # noqa: PLC0415 - slow to import, and seldom needed

    return logging.getLogger("sky_rs")


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
            for route in ROUTES.values():
                route.settle()


def _after_fork_in_child() -> None:
    global _lock  # noqa: PLW0603 - another thread of the parent's may have held it
    _lock = RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


class Route:
    """One function on two backends.

    Args:
        name: The function's name.
        module: Where it is: the module of that name below ``sky_rs._python`` and the one below
            ``sky_rs._component``, each imported with the first call that goes there.
        size: A cheap measure of the work in a call, from its arguments; it may be asked about any
            arguments at all.
        unit: What ``size`` counts, in words.
        component_from: The size from which the component is the faster route; none if it never is.
    """

    def __init__(
        self,
        name: str,
        module: str,
        *,
        size: Optional[Callable[..., int]] = None,
        unit: str = "",
        component_from: Optional[int] = None,
    ) -> None:
        self.name = name
        self.unit = unit
        self.component_from = component_from
        self.python: Callable[..., Any] = self._load_python
        self.component: Callable[..., Any] = self._load_component
        #: Answers a call. Look it up at each.
        self.run: Callable[..., Any] = self._first
        self._module = module
        self._size = size
        self._reported: Set[type] = set()
        ROUTES[name] = self

    def settle(self) -> None:
        """Makes ``run`` the shortest way that the choices made so far leave open."""
        if self.run == self._first:
            return  # the variable is read with the first call
        needs_no_choice = _default == PYTHON or (_default == AUTO and self.component_from is None)
        self.run = self.python if needs_no_choice and not _blocks else self.decide

    def decide(self, *arguments: Any) -> Any:
        """Answers a call on the backend that is chosen for it."""
        backend = _forced.get() or selected()
        if backend == PYTHON or (backend == AUTO and not self._pays(arguments)):
            return self.python(*arguments)
        try:
            return self.component(*arguments)
        except NotRepresented:
            pass
        except ComponentError as error:
            if backend == COMPONENT:
                raise
            self._report(error)
        return self.python(*arguments)

    def _pays(self, arguments: Any) -> bool:
        least = self.component_from
        return least is not None and (self._size is None or self._size(*arguments) >= least)

    def _first(self, *arguments: Any) -> Any:
        """Stands in for ``run`` until the first call."""
        selected()
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
            _logger().warning("%s() is answered in Python: %s", self.name, error)
