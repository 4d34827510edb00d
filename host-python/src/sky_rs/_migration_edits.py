"""Applies to a module what a survey of it has found."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence, Set, Tuple, Union

import libcst as cst

from sky_rs._migration_survey import Change, ImportNode, Survey

Statement = Union[cst.SimpleStatementLine, cst.SimpleStatementSuite]


class Edits(cst.CSTTransformer):
    """Rewrites uses and imports; everything else stays as it is, to the letter."""

    def __init__(self, survey: Survey) -> None:
        super().__init__()
        self._survey = survey
        # In a block, one import of a module is enough.
        self._there: Dict[cst.CSTNode, Set[str]] = {}

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        home = self._survey.rewritten.get(original_node)
        return updated_node if home is None else updated_node.with_changes(value=_name(home))

    def visit_Import(self, node: cst.Import) -> None:
        names = {alias.evaluated_name for alias in node.names if alias.asname is None}
        if "sky_rs" in {name.partition(".")[0] for name in names}:
            self._there.setdefault(self._survey.block(node), set()).update(names)

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> Any:
        changed = self._changed(original_node, updated_node)
        if len(changed) == 1 and len(original_node.body) == 1:
            kept, added = changed[0]
            if not kept + added:
                return cst.RemoveFromParent()
            first, *rest = kept + added
            return cst.FlattenSentinel(
                [
                    updated_node.with_changes(body=[first]),
                    *(cst.SimpleStatementLine([statement]) for statement in rest),
                ]
            )
        return self._joined(changed, updated_node)

    def leave_SimpleStatementSuite(
        self, original_node: cst.SimpleStatementSuite, updated_node: cst.SimpleStatementSuite
    ) -> cst.BaseSuite:
        joined: cst.BaseSuite = self._joined(
            self._changed(original_node, updated_node), updated_node
        )
        return joined

    def _changed(
        self, original: Statement, updated: Statement
    ) -> List[Tuple[List[cst.BaseSmallStatement], List[cst.BaseSmallStatement]]]:
        """What is kept of each statement of a line, and what comes after it."""
        changed: List[Tuple[List[cst.BaseSmallStatement], List[cst.BaseSmallStatement]]] = []
        for before, now in zip(original.body, updated.body):
            change = self._survey.imports.get(before)  # type: ignore[call-overload]
            if change is None:
                changed.append(([now], []))
            else:
                changed.append(self._apply(change, before, now))  # type: ignore[arg-type]
        return changed

    def _joined(self, changed: Sequence[Any], updated: Any) -> Any:
        """A line of several statements."""
        body = [statement for kept, added in changed for statement in (*kept, *added)]
        if len(body) == len(updated.body):
            return updated.with_changes(body=body)
        separated = [
            *(statement.with_changes(semicolon=_SEMICOLON) for statement in body[:-1]),
            *(
                statement.with_changes(semicolon=updated.body[-1].semicolon)
                for statement in body[-1:]
            ),
        ]
        return updated.with_changes(body=separated or [cst.Pass()])

    def _apply(
        self, change: Change, before: ImportNode, now: ImportNode
    ) -> Tuple[List[cst.BaseSmallStatement], List[cst.BaseSmallStatement]]:
        kept: List[cst.BaseSmallStatement] = []
        added: List[cst.BaseSmallStatement] = []
        aliases = list(now.names)  # type: ignore[arg-type]
        homes = sorted(set(change.moved.values()))
        if len(homes) == 1 and len(change.moved) == len(aliases):
            return [now.with_changes(module=_name(homes[0]))], []
        left = [
            alias
            for number, alias in enumerate(aliases)
            if number not in change.moved and _bound(alias) not in change.dropped
        ]
        if left:
            kept.append(now if len(left) == len(aliases) else _importing(now, left))
        for home in homes:
            moved = [
                _plain(aliases[number]) for number in change.moved if change.moved[number] == home
            ]
            added.append(cst.ImportFrom(_name(home), moved))
        there = self._there.setdefault(self._survey.block(before), set())
        for home in sorted(change.added):
            # Again, rather than to take a comment away with the line.
            if home not in there or (not kept and not added and self._survey.commented(before)):
                there.add(home)
                added.append(cst.Import([cst.ImportAlias(_name(home))]))
        return kept, added


_SEMICOLON = cst.Semicolon(whitespace_after=cst.SimpleWhitespace(" "))


def _importing(statement: Any, aliases: Sequence[cst.ImportAlias]) -> Any:
    """The statement with some of its names; what follows the last one stays as it was."""
    *front, last = aliases
    comma = statement.names[-1].comma
    return statement.with_changes(names=[*front, last.with_changes(comma=comma)])


def _plain(alias: cst.ImportAlias) -> cst.ImportAlias:
    """What an alias imports, without the line ends that it may have had in parentheses."""
    name = alias.evaluated_alias
    asname = None if name is None else cst.AsName(cst.Name(name))
    return cst.ImportAlias(cst.Name(alias.evaluated_name), asname)


def _bound(alias: cst.ImportAlias) -> str:
    """The name that an import is known by in the survey."""
    return alias.evaluated_alias or alias.evaluated_name


def _name(dotted: str) -> Any:
    return cst.parse_expression(dotted)
