"""The charts of a small run: each there, the same each time, its text readable."""

from __future__ import annotations

import pathlib
import xml.etree.ElementTree as ET

import pytest

from benches.python import charts, report
from benches.python.results import Figure, Hashing, Machine, Results, Row, Start, Timing

_SVG = "{http://www.w3.org/2000/svg}"


def _row(function: str, skypilot: float, component: float) -> Row:
    times = {"skypilot": skypilot, "python": 1.0, "auto": 1.0, "component": component}
    return Row(function, "of 1", {who: Timing([time] * 10) for who, time in times.items()})


@pytest.fixture
def small() -> Results:
    return Results(
        Machine("2026-01-02", "A processor", 2, "Linux", "CPython 3.11.7", {}),
        [_row("hash_file", 3.0, 2.0), _row("format_float", 0.5, 9.0)],
        boundary=[
            Figure("a call", 1.5, "us", most=2),
            Figure("the same by Func.__call__", 50.0, "us"),
            Figure("first call", 70.0, "ms"),
        ],
        scaling=[
            Hashing("md5", contender, workers, files, files * 2**20, [0.1 * files])
            for contender, workers in (("skypilot", 0), ("hashlib", 1), ("component", 1))
            for files in (1, 4)
        ],
        starts=[
            Start("SkyPilot", {"python": 9.0, "import sky": 900.0, "first call": 1.0, "exit": 1.0}),
            Start("sky_rs", {"python": 9.0, "import sky_rs": 5.0, "first call": 1.0, "exit": 1.0}),
        ],
    )


def _texts(svg: str) -> str:
    # These are our own drawings.
    return "\n".join(text.text or "" for text in ET.fromstring(svg).iter(f"{_SVG}text"))


def test_charts_show_what_was_measured(small: Results) -> None:
    texts = {name: _texts(svg) for name, svg in charts.draw(small).items()}
    assert list(texts) == ["functions", "calls", "boundary", "scaling", "cold_start"]
    assert "format_float" in texts["functions"]
    assert "hash_file of 1" in texts["calls"]
    assert "format_float of 1" in texts["calls"]
    assert "1.50 µs, at most 2" in texts["boundary"]
    assert "first call" not in texts["boundary"]
    assert "md5, 1 thread" in texts["scaling"]
    assert "import sky_rs 5.0" in texts["cold_start"]
    assert "SkyPilot" not in texts["cold_start"].splitlines()


def test_lost_rows_have_the_colour_of_loss(small: Results) -> None:
    lost = charts._VERDICTS["slower"]
    won = Results(small.machine, [_row("hash_file", 3.0, 2.0)])
    # One is the legend's.
    for name in ("functions", "calls"):
        assert charts.draw(small)[name].count(lost) > charts.draw(won)[name].count(lost)


def test_the_same_results_give_the_same_bytes(small: Results, tmp_path: pathlib.Path) -> None:
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        report.write(small, folder)
    first, second = ({p.name: p.read_bytes() for p in folder.iterdir()} for folder in folders)
    assert first == second
    assert sorted(first) == sorted(["README.md", *(f"{name}.svg" for name in charts.draw(small))])
    for name, content in first.items():
        assert b"\r" not in content
        assert len(content) < 100_000, name


def test_nothing_measured_is_nothing_drawn(small: Results) -> None:
    assert charts.draw(Results(small.machine, [])) == {}
