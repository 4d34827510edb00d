"""CONTRIBUTING.md's walk-through, followed in a copy of the tree, from WIT to wheel."""

import json
import os
import shutil
import subprocess
import sys

import pytest
import walkthrough
from conftest import ROOT, tracked
from walkthrough import GUIDE, Command, Edit, StaleError

#: What cargo has built for the component: only the guest itself is compiled once more.
BUILT = [
    f"target/{profile}/{part}"
    for profile in ("wasm32-wasip2/release", "release")
    for part in (".fingerprint", "build", "deps")
]

# Climbs the new function's ladder once, for the table of its routes.
CLIMB = """
import sky_rs
from benches.python import routes

routes._LAPS = 1
routes.LADDERS[:] = [each for each in routes.LADDERS if each.function not in sky_rs.routes()]
measured = routes._nested(routes.measure())
with open(routes.TABLE, "a", encoding="utf-8") as table:
    table.write(f"RATIOS.update({measured})\\n")
"""

ANSWERS = """
import json, sky_rs

answers = {}
for backend in ("component", "python"):
    with sky_rs.using(backend):
        answers[backend] = [sky_rs.is_valid_user_hash(each) for each in ("0a-", "a\\n", "-a", "é")]
answers["routes"] = sky_rs.routes()["is_valid_user_hash"]
print(json.dumps(answers))
"""


class Checkout:
    """A copy of the tree in which the walk-through is followed.

    Nothing is downloaded but crates that ``make test-rust`` needs as well.
    """

    def __init__(self, root):
        self.root = root
        self.site = root / "site"
        self.edited = []
        for name in tracked():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name)

    def follow(self, step):
        if isinstance(step, Edit):
            step.apply(self.root)
            self.edited.append(step.path)
            return
        try:
            self.do(step)
        except subprocess.CalledProcessError as failed:
            said = failed.stdout.decode(errors="replace")
            raise StaleError(step.number, f"`{step.text}` failed:\n{said}") from failed

    def do(self, step):
        """Does what a command does: by itself, or without what it would download or repeat."""
        command = step.text
        if command == "make wheel":
            self.make_wheel()
        elif command == "make routes":
            self.python("-c", CLIMB)
        elif command == "make test lint":
            self.make_wheel()
            self.test_and_lint()
        elif command == "make build":
            self.run(*command.split(), CARGO_NET_OFFLINE="true")  # all it needs has been built
        elif command.startswith("cargo test "):
            said = self.run(*command.split())  # needs more crates than the component
            if "running 0 tests" in said:
                raise StaleError(step.number, f"`{command}` finds no test")
        else:
            raise StaleError(step.number, f"no test knows how to run `{command}`")

    def make_wheel(self):
        for name in ("README.md", "LICENSE"):
            shutil.copy(self.root / name, self.root / "host-python")
        self.python("host-python/bom", "host-python/src/sky_rs/skypilot_utils.wasm")
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
        alone = ["--no-deps", "--no-index"]
        self.run(*pip, "wheel", *alone, "--no-build-isolation", "-w", "dist", "./host-python")
        shutil.rmtree(self.site, ignore_errors=True)
        (wheel,) = self.root.glob("dist/*.whl")
        self.run(*pip, "install", *alone, "--target", str(self.site), str(wheel))

    def test_and_lint(self):
        new = [path for path in self.edited if path.startswith("tests/python/")]
        concerned = [
            "tests/python/test_api.py",
            "tests/python/test_routes.py::test_every_function_has_been_measured",
            "tests/python/test_startup.py::test_the_table_of_signatures_is_the_components",
        ]
        self.python("-m", "pytest", *new, *concerned)
        python = sorted({path for path in self.edited if path.endswith(".py")})
        self.python("-m", "ruff", "format", "--check", *python)
        self.python("-m", "ruff", "check", *python)
        self.run("cargo", "fmt", "--all", "--check")

    def python(self, *arguments):
        """Runs Python with the wheel that was made."""
        return self.run(sys.executable, *arguments, PYTHONPATH=str(self.site))

    def run(self, *command, **environment):
        done = subprocess.run(
            command,
            cwd=self.root,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=240,
            check=True,
        )
        return done.stdout.decode()


@pytest.fixture
def checkout(tmp_path):
    yield Checkout(tmp_path)
    shutil.rmtree(tmp_path)  # some hundred megabytes, which pytest would keep for three runs


@pytest.mark.needs("toolchain")
def test_whoever_follows_it_has_a_wheel_with_the_function(checkout):
    for part in BUILT:
        shutil.copytree(ROOT / part, checkout.root / part)
    for step in walkthrough.steps(GUIDE.read_text(encoding="utf-8")):
        checkout.follow(step)
    answers = json.loads(checkout.python("-c", ANSWERS))
    assert answers["component"] == answers["python"] == [True, True, False, False]
    assert {row["size"] for row in answers["routes"]} == {8, 32}


def test_every_block_finds_its_place(tmp_path):
    """Quicker than the above, and wherever the tests run."""
    steps = walkthrough.steps(GUIDE.read_text(encoding="utf-8"))
    edits = [step for step in steps if isinstance(step, Edit)]
    assert len(edits) >= 15
    for path in {edit.path for edit in edits}:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / path).exists():
            shutil.copy(ROOT / path, tmp_path / path)
    for edit in edits:
        edit.apply(tmp_path)


GUIDE_TEXT = """\
## Adding a function

`a.txt`, after `two`:

```text
  new
```

```console
$ make build
```

## Style
"""


def followed(text, directory):
    (step, command) = walkthrough.steps(text)
    assert command == Command(10, "make build")
    step.apply(directory)
    return (directory / "a.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("how", "lines"),
    [
        ("after `two`", "one\n two\n  new\nthree\n"),
        ("before `two`", "one\n  new\n two\nthree\n"),
        ("instead of `two`", "one\n  new\nthree\n"),
        ("after ``two``", "one\n two\n  new\nthree\n"),
    ],
)
def test_a_block_goes_where_it_says(tmp_path, how, lines):
    (tmp_path / "a.txt").write_text("one\n two\nthree\n", encoding="utf-8")
    assert followed(GUIDE_TEXT.replace("after `two`", how), tmp_path) == lines


@pytest.mark.parametrize(
    ("now", "before", "message"),
    [
        ("after `four`", "after `two`", "CONTRIBUTING.md:6: a.txt has 0 lines 'four', not one"),
        ("after `one`", "after `two`", "CONTRIBUTING.md:6: a.txt has 2 lines 'one', not one"),
        ("`b.txt`", "`a.txt`", "CONTRIBUTING.md:6: there is no file b.txt"),
        ("a new file", "after `two`", "CONTRIBUTING.md:6: a.txt is there already"),
        ("near `two`", "after `two`", "CONTRIBUTING.md:6: the line above the block does not say"),
        ("## Adding it", "## Adding a function", "CONTRIBUTING.md:1: there is no heading"),
    ],
)
def test_what_is_stale_is_named(tmp_path, now, before, message):
    (tmp_path / "a.txt").write_text("one\ntwo\none\n", encoding="utf-8")
    with pytest.raises(StaleError, match=message):
        followed(GUIDE_TEXT.replace(before, now), tmp_path)


@pytest.mark.needs("toolchain")
@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("cargo test -p nothing", "CONTRIBUTING.md:10: `cargo test -p nothing` failed:\n.*nothing"),
        ("make haste", "CONTRIBUTING.md:10: no test knows how to run `make haste`"),
    ],
)
def test_a_command_that_fails_is_named(checkout, command, message):
    with pytest.raises(StaleError, match=message):
        checkout.follow(Command(10, command))
