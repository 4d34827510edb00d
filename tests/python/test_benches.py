"""What the benches say about figures: results, tables, the report and the comparison."""

import dataclasses
import json
import random

import pytest

from benches.python import comparison, markdown, ratios, results, table

MACHINE = results.Machine(
    date="2026-01-02",
    processor="A processor",
    cpus=2,
    system="Linux",
    python="CPython 3.11.7",
    packages={"skypilot": "0.14.1"},
    load=1.0,
)


def row(name, noise=0.0, seed=0, **times):
    """A row with ten laps around each contender's time, in microseconds."""
    function, _, size = name.partition(" ")
    laps = random.Random(f"{name}{seed}")
    return results.Row(
        function,
        size,
        {
            contender: results.Timing(
                [time * laps.lognormvariate(0, noise) for _ in range(10)],
                ["component" if contender == "component" else "fallback"],
            )
            for contender, time in times.items()
        },
    )


def run(seed=0, slower=1.0, *, machine=1.0, rows=40, noise=0.02):
    """A run of many rows; `slower` is the factor of sky_rs, `machine` that of all."""
    ours = 2.0 * slower * machine
    return results.Results(
        MACHINE,
        [
            row(
                f"hash_file {number}",
                noise,
                seed,
                skypilot=4.0 * machine,
                python=ours,
                component=ours,
                auto=ours,
            )
            for number in range(rows)
        ],
    )


ALL = results.Results(
    MACHINE,
    [
        row("base36_encode 8 hex", skypilot=2.0, python=1.0, component=4.0, auto=1.0),
        row("format_float 3", skypilot=1.0, python=1.25, component=4.0, auto=1.25),
        results.Row(
            "hash_file",
            "md5",
            {
                "skypilot": results.Timing([1.0, 2.0] * 5),
                "python": results.Timing([2.0, 1.0] * 5),
                "component": results.Timing([1.5] * 10, ["fallback", "component"]),
                "auto": results.Timing([2.0, 1.0] * 5),
            },
        ),
    ],
    boundary=[
        results.Figure("a call", 1.5, "us", most=2),
        results.Figure("a new instance", 123.4, "us", most=100),
        results.Figure("theirs over ours", 4, "x", least=8),
    ],
    scaling=[
        results.Hashing("md5", "skypilot", 0, 4, 4 * 2**20, [0.5, 1.0]),
        results.Hashing("md5", "component", 2, 4, 4 * 2**20, [0.25]),
    ],
    starts=[
        results.Start("SkyPilot", {"python": 9, "import sky": 900, "first call": 1, "exit": 2}),
        results.Start("sky_rs", {"python": 9, "import sky_rs": 5, "first call": 1, "exit": 3}),
    ],
)


def test_results_are_read_as_they_were_written(tmp_path):
    path = tmp_path / "new" / "results.json"
    results.save(ALL, path)
    assert results.load(path) == ALL


@pytest.mark.parametrize("content", ["[]", "{}", '{"format": 0}', "no JSON"])
def test_other_files_are_no_results(tmp_path, content):
    path = tmp_path / "results.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"format|JSON|Expecting"):
        results.load(path)


def test_records_pass_between_processes():
    passed = [results.Figure(**record) for record in json.loads(results.dumps(ALL.boundary))]
    assert passed == ALL.boundary


def test_results_come_from_the_benchmarks_report():
    benchmarks = [
        {
            "group": "hash_file md5 1 KB",
            "extra_info": {"contender": contender, "took": [], "lap": lap},
            "stats": {"median": (lap + 1) * 1e-6},
        }
        for lap in range(2)
        for contender in ("skypilot", "auto")
    ]
    made = results.of_benchmarks(
        {
            "datetime": "2026-01-02T03:04:05+00:00",
            "machine_info": {
                "cpu": {"count": 2},
                "processor": "x86_64",
                "system": "Linux",
                "python_implementation": "CPython",
                "python_version": "3.11.7",
                "packages": {},
                "load": None,
            },
            "commit_info": {"id": "0123456789abcdef", "dirty": True},
            "benchmarks": benchmarks,
        }
    )
    [only] = made.rows
    assert (only.function, only.size) == ("hash_file", "md5 1 KB")
    assert only.timings["auto"].laps == [1.0, 2.0]
    assert (made.machine.processor, made.machine.commit) == ("x86_64", "0123456789ab+")
    assert (made.machine.date, made.machine.load) == ("2026-01-02", None)


def test_verdicts():
    verdicts = [[ratio.verdict for ratio in ratios.of(row).values()] for row in ALL.rows]
    assert verdicts == [
        ["faster", "faster", "slower"],
        ["slower", "slower", "slower"],
        ["tie", "tie", "tie"],
    ]
    assert ratios.broken(ALL.rows) == ["format_float 3: 0.80, 250 ns slower"]


def test_a_best_lap_that_the_others_contradict_is_a_tie():
    skypilot = results.Timing([0.99] + [1.02] * 9)
    assert ratios.Ratio(skypilot, results.Timing([1.0] * 10)).verdict == "tie"


def test_each_function_counts_once_in_the_second_mean():
    rows = [
        row("hash_file md5", skypilot=8.0, python=1.0, component=1.0, auto=1.0),
        row("hash_file sha1", skypilot=8.0, python=1.0, component=1.0, auto=1.0),
        row("format_float 3", skypilot=1.0, python=1.0, component=1.0, auto=1.0),
        row("hash_tree many", skypilot=99.0, python=1.0, component=1.0, auto=1.0),
    ]
    of_rows, of_functions = ratios.means(rows).values()
    assert of_rows == pytest.approx([4.0] * 3)
    assert of_functions == pytest.approx([8**0.5] * 3)
    assert ratios.means(rows[3:]) == {}


def test_the_table_has_every_row_and_what_is_lost():
    text = table.render(ALL)
    for each in ALL.rows:
        assert f"\n{each.name} " in text
    assert "1 of 3 rows\n  format_float 3: 0.80" in text
    assert text.count("MISSED") == 2
    assert "sky_rs: 18 = python 9.0 + import sky_rs 5.0 + first call 1.0 + exit 3.0" in text


def test_the_report_has_every_row_and_marks_the_lost():
    lines = markdown.render(ALL, ["calls"]).splitlines()

    def line(start):
        [found] = [line for line in lines if line.startswith(start)]
        return found

    assert "▼" not in line("| `base36_encode` | 8 hex").rpartition("|")[0].rpartition("|")[0]
    assert "**0.80 ▼** (0.80–0.80)" in line("| `format_float` | 3 ")
    assert "1.00 ~ (0.50–2.00)" in line("| `hash_file` | md5 ")
    assert r"1.50 \*" in line("| `hash_file` | md5 ")
    assert line("| a new instance") == "| a new instance | 123 µs | at most 100 µs ▼ **missed** |"
    assert line("| theirs over ours").endswith("at least 8 x ▼ **missed** |")
    assert line("| a call") == "| a call | 1.50 µs | at most 2 µs |"
    assert line("| md5 | component") == "| md5 | component | 2 | 16 |"
    assert line("| import sky_rs") == "| import sky_rs |  | 5.0 |"
    assert line("| exit") == "| exit | 2.0 | 3.0 |"
    assert line("| load") == "| load | 1.0, the benches themselves being 1 |"
    assert "Of 3 calls, `auto` is faster than SkyPilot in 1, ties in 1 and is slower in 1." in lines
    # Charts that are not there are not shown.
    assert [part for part in lines if part.startswith("![")] == [
        "![The ratios of every call, by auto and by the component](calls.svg)"
    ]


def test_a_run_of_chosen_benches_has_no_other_tables():
    chosen = dataclasses.replace(ALL, boundary=[], scaling=[], starts=[])
    assert "## The boundary" not in markdown.render(chosen, [])
    assert "boundary" not in table.render(chosen)


@pytest.mark.parametrize(("slower", "verdict"), [(1.2, "slower"), (1 / 1.2, "faster")])
def test_a_fifth_is_a_change(slower, verdict):
    changes = comparison.compare(run(), run(seed=1, slower=slower))
    assert len(changes) == 3 * 40
    assert {change.verdict for change in changes} == {verdict}
    assert all(change.low < change.estimate < change.high for change in changes)


@pytest.mark.parametrize("slower", [0.99, 1.0, 1.01])
@pytest.mark.parametrize("noise", [0.002, 0.02, 0.2])
def test_a_hundredth_is_noise(slower, noise):
    changes = comparison.compare(run(noise=noise), run(seed=1, slower=slower, noise=noise))
    assert {change.verdict for change in changes} == {"within noise"}


def test_a_slower_machine_is_no_change():
    assert "120 of 120 times are within noise" in comparison.render(run(), run(1, machine=2))


def test_too_few_laps_tell_nothing():
    few = results.Timing([1.0] * 5)
    many = results.Timing([1.0, 1.1] * 5)
    rows = [
        results.Row("f", "", dict.fromkeys(("skypilot", "auto", "python", "component"), timing))
        for timing in (few, many)
    ]
    old, new = (results.Results(MACHINE, [each]) for each in rows)
    assert {change.high for change in comparison.compare(old, old)} == {float("inf")}
    assert {change.verdict for change in comparison.compare(old, new)} == {"within noise"}


@pytest.mark.parametrize(
    ("old", "new", "rank"),
    # From tables of the rank test, at 0.001 in two tails.
    [(6, 6, -1), (7, 7, 0), (8, 8, 2), (10, 10, 8)],
)
def test_the_interval_is_that_of_the_rank_test(old, new, rank):
    assert comparison._rank(old, new) == rank


def test_changes_are_listed_from_the_fastest_with_what_differs():
    old, new = run(rows=2), run(seed=1, slower=1.5, rows=3)
    new.rows[0].timings["auto"].laps[:] = [1.0] * 10
    new = dataclasses.replace(new, machine=dataclasses.replace(MACHINE, python="CPython 3.13.0"))
    lines = comparison.render(old, new).splitlines()
    assert lines[0] == "another python: CPython 3.11.7 before, CPython 3.13.0 now"
    assert lines[1] == "not in the baseline: hash_file 2"
    assert lines[3].split()[:4] == ["hash_file", "0", "auto", "faster"]
    assert [line.split()[3] for line in lines[4:-1]] == ["slower"] * 5
    assert lines[-1].startswith("0 of 6 times are within noise")


def test_baselines_have_names_or_files():
    assert comparison.place("before") == comparison.BASELINES / "before.json"
    assert str(comparison.place("before.json")) == "before.json"
