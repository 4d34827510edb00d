"""Patches SkyPilot's modules as they are imported."""

from __future__ import annotations

import sys

from sky_rs.skypilot import _modules
from sky_rs.skypilot._table import TABLE

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any, Optional, Sequence


class Finder:
    """Finds the modules of the table by the finders after it, and has them patched.

    Any other module costs one look into the table.
    """

    def find_spec(
        self,
        name: str,
        path: Optional[Sequence[str]] = None,
        target: Optional[ModuleType] = None,
    ) -> Optional[ModuleSpec]:
        if name not in TABLE or self not in sys.meta_path:
            return None
        for finder in sys.meta_path[sys.meta_path.index(self) + 1 :]:
            find_spec = getattr(finder, "find_spec", None)
            spec: Optional[ModuleSpec] = find_spec and find_spec(name, path, target)
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _Loader(spec.loader)  # type: ignore[assignment]
                return spec
        return None


class _Loader:
    """A module's loader until the module is about to be executed; then it leaves no trace."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        _modules.patch(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)
