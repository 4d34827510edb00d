"""What sky_rs itself can raise, besides what SkyPilot's functions raise.

SkyRsError
├── ConfigurationError (ValueError)          a setting has a value that is not one of its choices
├── UnsupportedOperationError (TypeError)    a result does not offer this operation
└── ComponentError (RuntimeError)            the component could not answer
    ├── ComponentUnavailableError            it cannot be loaded here
    ├── ComponentTrapError                   it stopped in the middle of a call
    │   └── ComponentMemoryError             for want of memory
    └── ComponentDeadlineError               a call took longer than its deadline

``ComponentError`` reaches a caller only where the component is forced; otherwise the call is
answered in Python.

``CommandError`` is what ``subprocess_utils.handle_returncode`` raises: SkyPilot's class if it is
installed, else an equal one. Asking for it imports SkyPilot.
"""

from __future__ import annotations

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "ComponentDeadlineError",
    "ComponentError",
    "ComponentMemoryError",
    "ComponentTrapError",
    "ComponentUnavailableError",
    "ConfigurationError",
    "SkyRsError",
    "UnsupportedOperationError",
]


class SkyRsError(Exception):
    """Base of everything sky_rs raises on its own account."""


class ConfigurationError(SkyRsError, ValueError):
    """A setting has a value that is not one of its choices."""


class UnsupportedOperationError(SkyRsError, TypeError):
    """A result does not offer this operation."""


class ComponentError(SkyRsError, RuntimeError):
    """The component could not answer."""


class ComponentUnavailableError(ComponentError):
    """The component cannot be loaded in this process."""


class ComponentTrapError(ComponentError):
    """The component stopped in the middle of a call; its instance is gone."""


class ComponentMemoryError(ComponentTrapError):
    """A call needed more memory than its limit; its instance is gone."""


class ComponentDeadlineError(ComponentError):
    """A call took longer than its deadline; its instance is gone."""


def __getattr__(name: str) -> Any:
    if name == "CommandError":
        from sky_rs import _sky  # noqa: PLC0415 - whoever does not ask need not import it

        return _sky.command_error()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
