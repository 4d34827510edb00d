"""The component's size, and what `make budget` says of it."""

import json
import subprocess
import zipfile

import pytest
from conftest import ROOT

from benches.python import budget
from sky_rs._component import artifact

BUDGET = ROOT / "benches" / "budget.json"


def test_the_component_keeps_to_its_budget():
    size, most = len(artifact.read()), json.loads(BUDGET.read_text())["component_bytes"]
    assert size <= most, (
        f"the component has {size:,} bytes, {size - most:,} more than benches/budget.json allows: "
        "`make size` shows where they are; what is worth it raises the budget in its own commit"
    )


def test_the_component_of_a_wheel_is_its_own(tmp_path):
    wheel = tmp_path / "sky_rs-0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr(budget.NAME, b"\0asm and more")
    assert budget.component(wheel) == b"\0asm and more"
    assert budget.component(budget.THIS) == budget.THIS.read_bytes()


@pytest.mark.parametrize("member", ["sky_rs/other.wasm", budget.NAME])
def test_what_has_no_component_is_refused(tmp_path, member):
    wheel, other = tmp_path / "other.whl", tmp_path / "other.wasm"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr(member, b"anything")
    other.write_bytes(b"anything")
    for path in (wheel, other):
        with pytest.raises(ValueError, match=f"{path.name} is no component"):
            budget.component(path)


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("ERROR: No matching distribution found for sky-rs", True),
        ("WARNING: Retrying\nERROR: No matching distribution found for sky-rs", False),
        ("ERROR: no space left", False),
    ],
)
def test_no_release_is_told_from_no_answer(tmp_path, monkeypatch, said, known):
    failed = subprocess.CompletedProcess([], 1, "", said)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    if known:
        assert budget.last_release(tmp_path) is None
    else:
        with pytest.raises(SystemExit, match="no last release"):
            budget.last_release(tmp_path)


def test_a_component_is_as_large_as_itself():
    contender = budget.Contender(budget.component(budget.THIS))
    alone, both = (budget.compare([contender] * count, laps=1) for count in (1, 2))
    assert [len(row) for row in alone] == [2] * 6
    assert [row[3] for row in both[:3]] == ["1.000"] * 3
    assert both[0][:2] == alone[0] == ["size, bytes", f"{len(contender.content):,}"]
    report = budget.render(["this component", "that"], both)
    assert "|  | this component | that | ratio |" in report
