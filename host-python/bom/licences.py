"""Others' licences: that each crate has one to keep to, and the texts that go with the wheel."""

from __future__ import annotations

from typing import List

from crates import Crate
from license_expression import LicenseExpression, get_spdx_licensing
from toolchain import Library

#: Those that a crate in the component may be used under, the one we take first: Apache-2.0 is ours,
#: so its text is in the wheel already.
ACCEPTED = ("Apache-2.0", "MIT")

_SPDX = get_spdx_licensing()
_RULE = "-" * 80


def taken(crate: Crate) -> str:
    """The licence under which a crate is used.

    Raises:
        ValueError: It offers none of :data:`ACCEPTED`.
    """
    expression = _SPDX.parse(crate.licence, validate=True)
    for licence in ACCEPTED:
        if _allows(expression, licence):
            return licence
    raise ValueError(
        f"{crate.name} {crate.version} is licensed as {crate.licence!r}, of which none of "
        f"{', '.join(ACCEPTED)} is enough"
    )


def texts(crates: List[Crate], libraries: List[Library]) -> str:
    """What has to be told of crates and the toolchain's libraries, and texts but Apache-2.0's.

    Raises:
        ValueError: A crate has no licence that is accepted.
        OSError: A crate does not have the text of its licence.
    """
    parts = [
        "skypilot_utils.wasm contains code of the crates below and of libraries that Rust brings.",
        "Of the licences that each offers, the one named here is taken; the text of Apache-2.0 is",
        "in the file LICENSE beside this one.",
        "",
    ]
    parts += [f"{each.name} {each.version}: {taken(each)}" for each in crates]
    parts += [f"{each.name}, {each.description}: {each.licence}" for each in libraries]
    for each in crates:
        if taken(each) != "Apache-2.0":
            parts += _section(f"{each.name} {each.version}, {taken(each)}", _text(each))
    for each in libraries:
        parts += _section(f"{each.name}, {each.licence}", each.own_text())
    return "\n".join(parts) + "\n"


def _section(title: str, text: str) -> List[str]:
    return ["", _RULE, title, _RULE, "", text]


def _allows(expression: LicenseExpression, licence: str) -> bool:
    if isinstance(expression, _SPDX.AND):
        return all(_allows(each, licence) for each in expression.args)
    if isinstance(expression, _SPDX.OR):
        return any(_allows(each, licence) for each in expression.args)
    # Exceptions to a licence only allow more.
    return str(getattr(expression, "license_symbol", expression)) == licence


def _text(crate: Crate) -> str:
    names = sorted(path.name for path in crate.folder.iterdir())
    named = [
        name
        for name in names
        if name.lower().startswith(("licence", "license")) and "apache" not in name.lower()
    ]
    if not named:
        raise FileNotFoundError(
            f"{crate.name} {crate.version} comes without the text of its licence"
        )
    return "\n\n".join((crate.folder / name).read_text(encoding="utf-8").strip() for name in named)
