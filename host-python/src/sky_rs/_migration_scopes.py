"""Where the name ``sky_rs`` is seen in a module, and by which of its functions."""

from __future__ import annotations

from typing import Iterable, Mapping, Optional, Sequence, Set, Tuple

import libcst as cst
from libcst import metadata

Scopes = Mapping[cst.CSTNode, Optional[metadata.Scope]]

#: What an expression starts from: each access to a name, and the import that it may stem from.
Roots = Sequence[Tuple[metadata.Access, metadata.ImportAssignment]]


def binding(scopes: Scopes, changed: Iterable[metadata.ImportAssignment]) -> Set[metadata.Scope]:
    """The functions that import ``sky_rs`` themselves, once these imports are changed.

    All through such a function the name is a variable of its own, before the import as well.
    """
    importing = [scopes.get(assignment.node) for assignment in changed]
    importing += [
        scope
        for scope in set(scopes.values())
        if scope is not None
        and any(_root(assignment) == "sky_rs" for assignment in scope.assignments)
    ]
    return {scope for scope in importing if isinstance(scope, metadata.FunctionScope)}


def is_hidden(scope: Optional[metadata.Scope], roots: Roots, bound: Set[metadata.Scope]) -> bool:
    """Whether the imports that are seen from a scope are hidden by something in between.

    That is one of the functions that import ``sky_rs``, or anything with the same name of its own:
    of ``import sky`` in a class and ``import sky.utils.common_utils`` outside, the class's counts.
    """
    imported = {assignment.scope for _, assignment in roots}
    names = {_root(assignment) for _, assignment in roots}
    while scope is not None and scope not in imported and scope is not scope.parent:
        if scope in bound or names & {*map(_root, scope.assignments)}:
            return True
        scope = scope.parent
    return False


def _root(assignment: metadata.BaseAssignment) -> str:
    return assignment.name.partition(".")[0]


def is_global(scopes: Scopes, roots: Roots) -> bool:
    """Whether one of the imports is in a function that makes its name one of the module."""
    return any(scopes.get(assignment.node) is not assignment.scope for _, assignment in roots)


def is_package(assignment: metadata.BaseAssignment) -> bool:
    """Whether a name that is ``sky_rs`` is that of the package."""
    if not isinstance(assignment, metadata.ImportAssignment):
        return False
    node = assignment.node
    if not isinstance(node, cst.Import):
        return False
    named = (alias for alias in node.names if alias.evaluated_alias == "sky_rs")
    return all(alias.evaluated_name == "sky_rs" for alias in named)
