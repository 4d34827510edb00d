"""What a function of SkyPilot uses when it is called, and whether that is still the genuine thing.

SkyPilot's tests, and who else replaces things inside a program, expect a function to look up what
it uses at each call. A function of ours uses other things, so it must know: it remembers where
SkyPilot's finds what, and compares. A comparison is one look into a dictionary.
"""

from __future__ import annotations

import builtins
import sys

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional, Tuple

    #: How to look a name up, the name, and what was there; None if nothing was.
    Known = Tuple[Callable[[str], object], str, object]


class Collaborators:
    """The things that some dotted names stand for in a module.

    Args:
        namespace: The module's names.
        paths: Such as ``open`` or ``os.path.isfile``.
    """

    __slots__ = ("_lazy", "_namespace", "_paths", "known")

    def __init__(self, namespace: Dict[str, Any], paths: Tuple[str, ...]) -> None:
        self._namespace = namespace
        self._paths = paths
        # Modules that SkyPilot imports when it first uses them, and what it will use of each.
        self._lazy: Dict[str, List[str]] = {}
        #: To be compared at each call. Anything else than what was there: ask :meth:`replaced`.
        self.known: Tuple[Known, ...] = ()

    def remember(self) -> None:
        """Takes what is there now for genuine."""
        known: Dict[Tuple[int, str], Known] = {}
        for path in self._paths:
            names = path.split(".")
            space: Optional[Any] = self._namespace
            if names[0] not in space:  # type: ignore[operator]
                # A builtin, unless the module gets one of its own.
                known.setdefault((id(space), names[0]), (self._namespace.get, names[0], None))
                space = vars(builtins)
            for place, name in enumerate(names):
                value = space.get(name)  # type: ignore[union-attr]
                known.setdefault((id(space), name), (space.get, name, value))  # type: ignore[union-attr]
                if _is_lazy(value):
                    self._note(value, names[place + 1 :], known)
                    break
                space = getattr(value, "__dict__", None)
                if space is None:
                    break
        self.known = tuple(known.values())

    def _note(self, lazy: Any, names: List[str], known: Dict[Tuple[int, str], Known]) -> None:
        """Remembers a name in one of SkyPilot's lazily imported modules."""
        if not names:
            return
        # Usually on the module itself; but the stand-in for it takes attributes as well.
        space = vars(lazy)
        known.setdefault((id(space), names[0]), (space.get, names[0], None))
        module = vars(lazy)["_module_name"]
        loaded = sys.modules.get(module)
        if loaded is None:
            known.setdefault((id(sys.modules), module), (sys.modules.get, module, None))
            self._lazy.setdefault(module, []).append(names[0])
        else:
            space = vars(loaded)
            known.setdefault((id(space), names[0]), (space.get, names[0], space.get(names[0])))

    def replaced(self) -> bool:
        """Whether any of them is not the genuine one."""
        for module, names in list(self._lazy.items()):
            loaded = sys.modules.get(module)
            if loaded is None:
                continue
            space = vars(loaded)
            if not all(_belongs(space.get(name), module) for name in names):
                return True
            del self._lazy[module]
            self.known = (
                *(known for known in self.known if known[:2] != (sys.modules.get, module)),
                *((space.get, name, space[name]) for name in names),
            )
        return any(get(name) is not value for get, name, value in self.known)


def _is_lazy(value: object) -> bool:
    """Whether it is a ``LazyImport`` of ``sky.adaptors.common``."""
    return type(value).__name__ == "LazyImport" and "_module_name" in vars(value)


def _belongs(value: object, module: str) -> bool:
    """Whether something found in a module was defined in its package."""
    return str(getattr(value, "__module__", None)).partition(".")[0] == module.partition(".")[0]
