"""The table of the portability matrix; `make matrix` itself takes minutes, and hosts."""

import conftest  # noqa: F401 (puts the repository on the path)

from tests.matrix.columns import Cell, Column
from tests.matrix.table import render, rows


def column(host, runtime, **cells):
    return Column(host, runtime, "ab", cells, [])


def test_hosts_that_differ_in_nothing_share_a_column():
    right = {"f": Cell(3, 3, 2), "g": Cell(5, 5)}
    lines = rows(
        [
            column("CPython 3.9.18", "wasmtime-py 48.0.0", **right),
            column("CPython 3.10.13", "wasmtime-py 48.0.0", **right),
            column("CPython 3.11.7", "wasmtime-py 48.0.0", **{**right, "g": Cell(4, 5)}),
            column("CPython 3.12.1", "wasmtime-py 49.0.0", **right),
            column("Node v20", "jco 1", f=Cell(2, 2)),
            column("Chromium 156", "jco 1", f=Cell(2, 2)),
        ]
    )
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert cells[0][2:] == ["wasmtime-py 48.0.0"] * 2 + ["wasmtime-py 49.0.0", "jco 1", "jco 1"]
    pythons = ["CPython 3.9–3.10", "CPython 3.11.7", "CPython 3.12.1"]
    assert cells[2][2:] == [*pythons, "Node v20", "Chromium 156"]
    assert cells[3] == ["f", "2", "3", "3", "3", "2", "2"]
    assert cells[4] == ["g", "–", "5", "**4 of 5**", "5", "–", "–"]
    assert len({len(line) for line in lines}) == 1


def test_every_host_is_named():
    hosts = [column(f"CPython 3.{minor}.1", "fallback", f=Cell(1, 1)) for minor in (8, 9)]
    page = render(hosts, "abcd")
    assert "`abcd`" in page
    assert "- CPython 3.8.1, fallback\n- CPython 3.9.1, fallback\n" in page
