"""``sky-rs doctor``: what works on this machine, and how."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional

import click

import sky_rs
from sky_rs import _doctor
from sky_rs._cli import _table

#: Characters of an input, and of an answer, that are shown.
_INPUT, _ANSWER = 36, 60


@click.command("doctor")
@click.argument("path", metavar="[FILE]", required=False, type=click.Path(dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(path: Optional[str], as_json: bool) -> int:
    """Show which backend answers, what its sandbox is, and the eight functions at work.

    Each is called in the component and in Python, some of them on FILE. The exit status is 1 if any
    two answers differ, or if the component cannot be loaded.
    """
    # Whoever asks has chosen a backend for other work; without one there is nothing to compare.
    with sky_rs.using("auto"):
        facts = _doctor.facts()
    chosen, backend = sky_rs.get_backend_info(), facts["backend"]
    backend["backend"], backend["selected"] = chosen["backend"], chosen["selected"]
    backend["fallback_reason"] = backend["fallback_reason"] or chosen["fallback_reason"]
    rows: List[_doctor.Row] = []
    if facts["sandbox"]["self_test"] == "passed":
        rows = [_doctor.run(check) for check in _doctor.checks(path or _doctor.__file__)]
    if as_json:
        click.echo(json.dumps({**facts, "answers": list(map(_as_dict, rows))}, indent=2))
    else:
        _print(facts, rows)
    return 0 if rows and all(row.equal for row in rows) else 1


def _as_dict(row: _doctor.Row) -> Dict[str, Any]:
    return {
        "function": row.check.function,
        "input": row.check.subject,
        "component": row.component,
        "python": row.fallback,
        "equal": row.equal,
        "component_us": None if row.component_us is None else round(row.component_us, 2),
        "python_us": round(row.fallback_us, 2),
    }


def _print(facts: Dict[str, Dict[str, Any]], rows: List[_doctor.Row]) -> None:
    for subject, known in facts.items():
        click.echo(subject)
        for name, value in known.items():
            click.echo(f"  {name.replace('_', ' ')}: {_in_words(name, value)}")
    if not rows:
        return
    cells = [
        (
            row.check.function,
            _cut(row.check.subject, _INPUT),
            _answer(row),
            "yes" if row.equal else "NO",
            "-" if row.component_us is None else f"{row.component_us:.1f} us",
            f"{row.fallback_us:.1f} us",
        )
        for row in rows
    ]
    click.echo()
    header = ("function", "input", "answer", "equal", "component", "python")
    _table.show(header, cells, numbers=2)
    equal = sum(row.equal for row in rows)
    click.echo(f"\n{equal} of {len(rows)} answers equal")


def _in_words(name: str, value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "".join(f"\n    {item}" for item in value) or "-"
    return str(value) + {"memory_limit": " bytes", "deadline": " s"}.get(name, "")


def _answer(row: _doctor.Row) -> str:
    if row.equal:
        return _cut(repr(row.component), _ANSWER)
    return f"{row.component!r} but in Python {row.fallback!r}"


def _cut(text: str, length: int) -> str:
    return str(sky_rs.truncate_long_string(text, length, truncate_middle=True))
