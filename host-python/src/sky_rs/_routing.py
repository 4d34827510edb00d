"""Which backend runs a call. Nothing else decides that.

A call goes one of three ways: the caller's own choice (:func:`using`), else the process's
(``SKYPILOT_USE_RUST``), else the faster of the two routes for this function and size.
"""

from __future__ import annotations

import contextlib
import os
from contextvars import ContextVar

from sky_rs import _component
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
    token = _forced.set(choice)
    try:
        yield
    finally:
        _forced.reset(token)


class Route:
    """One function on two backends.

    Args:
        python: The fallback.
        component: Name of the module below ``sky_rs._component`` with the function of that name;
            it is imported with the first call that goes there.
        size: A cheap measure of the work in a call, from its arguments; it may be asked about any
            arguments at all.
        unit: What ``size`` counts, in words.
        component_from: The size from which the component is the faster route; none if it never is.
    """

    def __init__(
        self,
        python: Callable[..., Any],
        component: str,
        *,
        size: Optional[Callable[..., int]] = None,
        unit: str = "",
        component_from: Optional[int] = None,
    ) -> None:
        self.name = python.__name__
        self.unit = unit
        self.component_from = component_from
        self.python = python
        self.component = self._load
        self._module = component
        self._size = size
        self._reported: Set[type] = set()
        ROUTES[self.name] = self

    def __call__(self, *arguments: Any) -> Any:
        backend = _forced.get() or selected()
        if backend == PYTHON or (backend == AUTO and not self._pays(arguments)):
            return self.python(*arguments)
        try:
            return self.component(*arguments)
        except _component.NotRepresented:
            pass
        except ComponentError as error:
            if backend == COMPONENT:
                raise
            self._report(error)
        return self.python(*arguments)

    def _pays(self, arguments: Any) -> bool:
        least = self.component_from
        return least is not None and (self._size is None or self._size(*arguments) >= least)

    def _load(self, *arguments: Any) -> Any:
        """Stands in for the component's function until the first call imports it."""
        self.component = getattr(_component.module(self._module), self.name)
        return self.component(*arguments)

    def _report(self, error: ComponentError) -> None:
        """Logs the first failure of each kind; in a loop, every call may fail alike."""
        # Why the component cannot be loaded was logged when that was found.
        kind = type(error)
        if kind is not ComponentUnavailableError and kind not in self._reported:
            self._reported.add(kind)
            _logger().warning("%s() is answered in Python: %s", self.name, error)
