"""Where a module uses SkyPilot's functions, and which of that can be rewritten."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, List, Optional, Set, Tuple, Union

import libcst as cst
from libcst import metadata

from sky_rs import _migration_scopes as scopes
from sky_rs._migration_table import FUNCTIONS, HOMES

#: Functions that look an attribute up, replace it or delete it by its name.
_BY_NAME = {"getattr", "setattr", "hasattr", "delattr", "object", "multiple"}

SEVERAL_MEANINGS = "what it is called here may mean something else as well"
HIDDEN = "the name sky_rs may not be bound yet here, in a function that imports it itself"
TAKEN = "the name sky_rs means something else here"
ASSIGNED = "this file replaces it"
NAMED = "this file names it in a string"
LOOKED_UP = "this file looks names up in its module"
STAR = "everything is imported, and nobody says what of it is used"
HANDED_ON = "the module itself is used, so it may be reached through that"
COMMENT = "there are comments between the names that are imported"

ImportNode = Union[cst.Import, cst.ImportFrom]


@dataclass(eq=False)
class Found:
    """A use of a function; with a reason, if it is left alone."""

    node: cst.CSTNode
    module: str
    function: str
    home: str = ""
    reason: Optional[str] = None


@dataclass
class Change:
    """What becomes of an import statement."""

    #: Names that it does not import any longer.
    dropped: Set[str] = field(default_factory=set)
    #: Names that are imported from sky_rs, each by its number in the statement.
    moved: Dict[int, str] = field(default_factory=dict)
    #: Modules that are imported besides.
    added: Set[str] = field(default_factory=set)


class Survey(cst.CSTVisitor):
    """Reads a module; :meth:`conclude` then says what can be done.

    Args:
        wrapper: The module.
        package: No import may go away.
    """

    METADATA_DEPENDENCIES = (
        metadata.ScopeProvider,
        metadata.QualifiedNameProvider,
        metadata.ExpressionContextProvider,
        metadata.ParentNodeProvider,
        metadata.PositionProvider,
    )

    def __init__(self, wrapper: metadata.MetadataWrapper, *, package: bool) -> None:
        super().__init__()
        self._package = package
        self._positions = wrapper.resolve(metadata.PositionProvider)
        self._scopes = wrapper.resolve(metadata.ScopeProvider)
        self._parents = wrapper.resolve(metadata.ParentNodeProvider)
        self.found: List[Found] = []
        #: Expressions to be rewritten, and where the function is in sky_rs.
        self.rewritten: Dict[cst.CSTNode, str] = {}
        self.imports: Dict[ImportNode, Change] = {}
        self._strings: Set[str] = set()
        self._attributes: Set[str] = set()
        self._barred: Dict[str, str] = {}
        self._looked_into: Set[cst.CSTNode] = set()
        self._unbound: Set[str] = set()
        self._from: List[Tuple[Found, cst.ImportFrom, int]] = []

    def place(self, node: cst.CSTNode) -> Tuple[int, int]:
        """Line and column, both counted from 1."""
        start = self._positions[node].start
        return start.line, start.column + 1

    # What is read:

    def visit_ImportFrom(self, node: cst.ImportFrom) -> Optional[bool]:
        module = _dotted(node.module) if node.module and not node.relative else None
        if module not in HOMES:
            return None
        if isinstance(node.names, cst.ImportStar):
            self.found.append(Found(node, module, "*", reason=STAR))
            return None
        for number, alias in enumerate(node.names):
            name = f"{module}.{alias.name.value}"
            if name in FUNCTIONS:
                found = Found(alias, *FUNCTIONS[name])
                self.found.append(found)
                self._from.append((found, node, number))
        return None

    def visit_Name(self, node: cst.Name) -> None:
        self._visit_module(node)

    def visit_Attribute(self, node: cst.Attribute) -> None:
        self._visit_module(node)
        self._attributes.add(node.attr.value)
        names = self._names(node)
        known = [name for name in names if name in FUNCTIONS]
        if not known:
            return
        found = Found(node, *FUNCTIONS[known[0]])
        self.found.append(found)
        context = self.get_metadata(metadata.ExpressionContextProvider, node, None)
        if context is not metadata.ExpressionContext.LOAD:
            self._barred.setdefault(known[0], ASSIGNED)
        elif len(names) > 1 or not self._roots(node):
            found.reason = SEVERAL_MEANINGS

    def _visit_module(self, node: Union[cst.Name, cst.Attribute]) -> None:
        """Notes where a module is used for more than a name in it."""
        parent = self._parents[node]
        part = isinstance(parent, cst.Attribute) and parent.value is node
        if not part and node not in self._looked_into and not isinstance(parent, cst.ImportAlias):
            for module in self._names(node) & set(HOMES):
                self.found.append(Found(node, module, "*", reason=HANDED_ON))

    def visit_Call(self, node: cst.Call) -> None:
        called = node.func.attr if isinstance(node.func, cst.Attribute) else node.func
        if not isinstance(called, cst.Name) or called.value not in _BY_NAME or not node.args:
            return
        target = node.args[0].value
        for module in self._names(target) & set(HOMES):
            self._looked_into.add(target)
            literal = node.args[1].value if len(node.args) > 1 else None
            if isinstance(literal, cst.SimpleString):
                self._bar(node, f"{module}.{literal.evaluated_value!s}", NAMED)
            else:
                self.found.append(Found(node, module, "*", reason=LOOKED_UP))
                for name, (owner, *_) in FUNCTIONS.items():
                    if owner == module:
                        self._barred.setdefault(name, LOOKED_UP)

    def visit_SimpleString(self, node: cst.SimpleString) -> None:
        value = node.evaluated_value
        if isinstance(value, str):
            self._strings.add(value)
            self._bar(node, value, NAMED)

    def _bar(self, node: cst.CSTNode, name: str, reason: str) -> None:
        """Notes that one of the functions is to be left alone in all of this module."""
        if name in FUNCTIONS:
            self._barred.setdefault(name, reason)
            self.found.append(Found(node, *FUNCTIONS[name], reason=reason))

    def _names(self, node: cst.CSTNode) -> Set[str]:
        found = self.get_metadata(metadata.QualifiedNameProvider, node, set())
        return {name.name for name in found}

    # What follows from it:

    def conclude(self) -> None:
        """Decides what is rewritten, once everything has been read."""
        taken = self._is_taken()
        self._unbound = self._find_unbound()
        for found in self.found:
            if found.reason is None:
                found.reason = self._barred.get(f"{found.module}.{found.function}")
            if found.reason is None and taken and isinstance(found.node, cst.Attribute):
                found.reason = TAKEN
        self._conclude_names()
        self._conclude_modules()

    def _conclude_names(self) -> None:
        """``from sky.utils.common_utils import ...``: the names stay, so nothing else changes."""
        for found, node, number in self._from:
            if found.reason is None and self._taken_apart(node) and _has_comments(node):
                found.reason = COMMENT
            if found.reason is None:
                self.imports.setdefault(node, Change()).moved[number] = found.home
                self.rewritten[found.node] = found.home

    def _taken_apart(self, node: cst.ImportFrom) -> bool:
        """Whether the names of a statement are not to go all to one place."""
        going = [each for each, owner, _ in self._from if owner is node and each.reason is None]
        number = len(node.names) if not isinstance(node.names, cst.ImportStar) else 0
        return len(going) < number or len({each.home for each in going}) > 1

    def _conclude_modules(self) -> None:
        """The other imports: uses are rewritten, and imports that nobody needs any longer go."""
        used: Dict[metadata.ImportAssignment, Set[str]] = {}
        accesses: Set[cst.CSTNode] = set()
        going = {
            found: self._roots(found.node)
            for found in self.found
            if found.reason is None and isinstance(found.node, cst.Attribute)
        }
        changed = [assignment for roots in going.values() for _, assignment in roots]
        binding = scopes.binding(self._scopes, changed)
        for found, roots in going.items():
            if scopes.is_global(self._scopes, roots):
                found.reason = SEVERAL_MEANINGS
            elif scopes.is_hidden(self._scopes[found.node], roots, binding):
                found.reason = HIDDEN
            if found.reason is not None:
                continue
            self.rewritten[found.node] = found.home
            for access, assignment in roots:
                accesses.add(access.node)
                used.setdefault(assignment, set()).add(found.home)
        for assignment, homes in used.items():
            change = self.imports.setdefault(assignment.node, Change())  # type: ignore[arg-type]
            change.added |= homes
            if self._needless(assignment, accesses):
                change.dropped.add(assignment.name)

    def _needless(self, assignment: metadata.ImportAssignment, accesses: Set[cst.CSTNode]) -> bool:
        name = assignment.name
        root = name.partition(".")[0]
        if self._package or root in self._strings or (root == name == "sky"):
            return False
        if isinstance(assignment.scope, metadata.ClassScope) and root in self._attributes:
            return False  # such as self.common_utils
        if _has_comments(assignment.node):
            return False  # which may be about any of its names
        # `import sky.utils.common_utils` binds sky, for whatever is below it.
        others = [
            access
            for each in assignment.scope.assignments
            if each.name == name or (root != name and each.name.partition(".")[0] == root)
            for access in each.references
        ]
        return all(access.node in accesses for access in others) and root not in self._unbound

    def _roots(
        self, node: cst.Attribute
    ) -> List[Tuple[metadata.Access, metadata.ImportAssignment]]:
        """The imports that an expression such as ``common_utils.hash_file`` starts from."""
        chain: Set[cst.CSTNode] = {node}
        base: cst.CSTNode = node
        while isinstance(base, cst.Attribute):
            base = base.value
            chain.add(base)
        scope = self._scopes.get(node)
        found = []
        for access in scope.accesses if scope is not None else ():
            if access.node in chain:
                for referent in access.referents:
                    if not isinstance(referent, metadata.ImportAssignment):
                        return []
                    found.append((access, referent))
        return found

    def _find_unbound(self) -> Set[str]:
        """Names that are used where they are not bound yet, such as in a loop before the import."""
        return {
            _dotted(access.node).partition(".")[0]
            for scope in self._all_scopes()
            for access in scope.accesses
            if not access.referents and isinstance(access.node, (cst.Name, cst.Attribute))
        }

    def _is_taken(self) -> bool:
        """Whether the name ``sky_rs`` is anything but the package."""
        return any(
            assignment.name == "sky_rs" and not scopes.is_package(assignment)
            for scope in self._all_scopes()
            for assignment in scope.assignments
        )

    def _all_scopes(self) -> Set[metadata.Scope]:
        return {scope for scope in self._scopes.values() if scope is not None}

    def commented(self, node: cst.CSTNode) -> bool:
        """Whether there is a comment before or behind a statement."""
        line = self._parents[node]
        return "#" in cst.Module([]).code_for_node(line)

    def block(self, node: cst.CSTNode) -> cst.CSTNode:
        """The block of statements in which a statement is."""
        while not isinstance(node, (cst.Module, cst.BaseSuite)):
            node = self._parents[node]
        return node


def _dotted(node: Union[cst.Name, cst.Attribute]) -> str:
    if isinstance(node, cst.Name):
        return node.value
    return f"{_dotted(node.value)}.{node.attr.value}"  # type: ignore[arg-type]


def _has_comments(node: cst.CSTNode) -> bool:
    return "#" in cst.Module([]).code_for_node(node)
