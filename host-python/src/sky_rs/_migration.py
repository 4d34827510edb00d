"""Makes Python code use sky_rs instead of SkyPilot's modules.

Understood are the ways to import a function, or the module it is in, under any name::

    from sky.utils.common_utils import hash_file          from sky_rs import hash_file
    from sky.utils import common_utils                    import sky_rs
    import sky.utils.common_utils as cu                   import sky_rs

With the latter two, ``common_utils.hash_file`` becomes ``sky_rs.hash_file``, and the import of
SkyPilot's module stays if anything else in the file uses it.

Left alone is what may mean something else than it seems: names with several meanings, and in a
file that replaces a function, looks it up by its name, or names it in a string as ``mock.patch``
does, that function.
"""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass
from typing import Optional, Sequence

import libcst as cst
from libcst import metadata

from sky_rs import _migration_edits as edits
from sky_rs._migration_survey import Found, Survey
from sky_rs._migration_table import HOMES


class UnreadableError(Exception):
    """A file is not Python that can be read and written again unchanged."""


@dataclass(frozen=True)
class Use:
    """Where code uses one of the functions, and why that has to stay, if it has to."""

    line: int
    column: int
    function: str
    reason: Optional[str]


@dataclass(frozen=True)
class Migration:
    """The new code, and what it was made of."""

    code: bytes
    uses: Sequence[Use]


def migrate(source: bytes, *, package: bool = False) -> Migration:
    """Rewrites the uses of SkyPilot's functions in a file.

    Args:
        source: The file's content, in the encoding that it declares.
        package: Its names may be imported from it by others, so no import goes away.

    Raises:
        UnreadableError: It cannot be parsed.
    """
    if not any(module.rpartition(".")[2].encode() in source for module in HOMES):
        return Migration(source, ())
    try:
        return _migrate(_parse(source), package)
    except RecursionError:
        raise UnreadableError("cannot be parsed: it is nested too deeply") from None


def _migrate(module: cst.Module, package: bool) -> Migration:
    wrapper = metadata.MetadataWrapper(module)
    survey = Survey(wrapper, package=package)
    wrapper.visit(survey)
    survey.conclude()
    changed = wrapper.module.visit(edits.Edits(survey)) if survey.rewritten else module
    uses = [Use(*survey.place(found.node), _told(found), found.reason) for found in survey.found]
    return Migration(
        _parse(changed.bytes).bytes, sorted(uses, key=lambda use: (use.line, use.column))
    )


def _told(found: Found) -> str:
    return found.function if found.home else f"{found.module}.{found.function}"


def _parse(source: bytes) -> cst.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of code that is not ours
            ast.parse(source)  # libcst overflows the stack where Python says no
        module = cst.parse_module(source)
    except (cst.ParserSyntaxError, SyntaxError, ValueError, MemoryError) as error:
        message = " ".join(str(error).splitlines()[:2])
        raise UnreadableError(f"cannot be parsed: {message}") from error
    if module.bytes != source:
        raise UnreadableError("cannot be reproduced exactly")
    return module
