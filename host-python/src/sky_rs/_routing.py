"""Which backend runs a call. Nothing else decides that.

A call goes one of three ways: the caller's own choice (:func:`using`), else the process's
(``SKYPILOT_USE_RUST``), else the faster of the two routes for this function and size.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
from contextvars import ContextVar
from types import ModuleType
from typing import Any, Callable, ContextManager, Dict, Iterator, Optional, Set

from sky_rs import _component
from sky_rs.exceptions import ComponentError, ComponentUnavailableError, ConfigurationError

_LOGGER = logging.getLogger("sky_rs")

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
        size: Callable[..., int] = lambda *_: 0,
        unit: str = "",
        component_from: Optional[int] = None,
    ) -> None:
        self.name = python.__name__
        self.unit = unit
        self.component_from = component_from
        self._python = python
        self._module = component
        self._size = size
        self._reported: Set[type] = set()
        ROUTES[self.name] = self

    def __call__(self, *arguments: Any) -> Any:
        backend = selected()
        if backend == PYTHON or (backend == AUTO and not self._pays(arguments)):
            return self._python(*arguments)
        try:
            return self._component(*arguments)
        except _component.NotRepresented:
            pass
        except ComponentError as error:
            if backend == COMPONENT:
                raise
            self._report(error)
        return self._python(*arguments)

    def _report(self, error: ComponentError) -> None:
        """Logs the first failure of each kind; in a loop, every call may fail alike."""
        # Why the component cannot be loaded was logged when that was found.
        kind = type(error)
        if kind is not ComponentUnavailableError and kind not in self._reported:
            self._reported.add(kind)
            _LOGGER.warning("%s() is answered in Python: %s", self.name, error)

    def _pays(self, arguments: Any) -> bool:
        return self.component_from is not None and self._size(*arguments) >= self.component_from

    @property
    def _component(self) -> Callable[..., Any]:
        module: ModuleType = importlib.import_module(f"sky_rs._component.{self._module}")
        function: Callable[..., Any] = getattr(module, self.name)
        return function
