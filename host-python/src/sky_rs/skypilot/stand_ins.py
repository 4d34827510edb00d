"""The functions that stand in for SkyPilot's, by name: pickle finds them here.

What is found is what SkyPilot's module has under that name: where it is not patched, its own.
"""

from __future__ import annotations

import importlib

from sky_rs.skypilot._table import TABLE

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any


def __getattr__(name: str) -> Any:
    for module, functions in TABLE.items():
        if any(function.name == name for function in functions):
            return getattr(importlib.import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
