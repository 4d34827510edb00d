"""One version: every place that has it has the same, and `make bump` changes them all."""

import email
import re
import shutil
import subprocess
import sys
import zipfile

import pytest
import wasmtime
from conftest import ROOT, tracked
from wasmtime import component

import sky_rs
from sky_rs._component import artifact

#: Where the version stands, and what stands around it there.
PLACES = {
    "host-python/src/sky_rs/_version.py": r'__version__ = "(.+)"',
    "Cargo.toml": r'\[workspace\.package\]\nversion = "(.+)"',
    "Cargo.lock": r'name = "skypilot-utils"\nversion = "(.+)"',
    "tests/fuzz/Cargo.lock": r'name = "skypilot-utils"\nversion = "(.+)"',
    "wit/world.wit": r"\npackage skypilot:utils@(.+);",
    "README.md": r"dist/sky_rs-(.+)-py3-none-any\.whl",
}

#: Where it stands as it was once.
RECORDS = ("CHANGELOG.md", "benches/report/", "tests/python/test_version.py")

#: The name of something of ours, with a version.
NAMED = re.compile(r"(?:sky[_-]rs|skypilot:utils)[\w/-]*[-@ ]([0-9]+\.[0-9]+\.[0-9]+)")

NEXT = "907.8.9"

RELEASE = ".github/release.py"

ADDED = """
interface added {
    @unstable(feature = unreleased)
    nothing: func();
}
"""


def read(root, name):
    return (root / name).read_text(encoding="utf-8")


def versions(root):
    """The version as each place has it, where it is the only one."""
    found = {name: re.findall(around, read(root, name)) for name, around in PLACES.items()}
    return {name: each[0] if len(each) == 1 else each for name, each in found.items()}


def everywhere(version):
    return dict.fromkeys(PLACES, version)


def elsewhere(root):
    """Names with versions outside of the places, by file."""
    found = {
        name: sorted(
            set(NAMED.findall((root / name).read_text(encoding="utf-8", errors="replace")))
        )
        for name in tracked()
        if not name.startswith(RECORDS)
    }
    return {name: each for name, each in found.items() if each and name not in PLACES}


@pytest.fixture
def tree(tmp_path):
    """A copy of the tree, in which there is something to release."""
    for name in tracked():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, tmp_path / name)
    log = read(ROOT, "CHANGELOG.md")
    entry = "- `added`: it does\n  nothing.\n  - Well.\n- Another.\n"
    log = log.replace("## [Unreleased]\n", f"## [Unreleased]\n\n### Added\n\n{entry}", 1)
    (tmp_path / "CHANGELOG.md").write_text(log, encoding="utf-8")
    (tmp_path / "wit" / "added.wit").write_text(ADDED, encoding="utf-8")
    return tmp_path


def release(tree, *arguments):
    """Runs the script, which succeeds, and returns what it printed."""
    done = run(tree, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(tree, *arguments):
    """Runs the script, which does not succeed, and returns why."""
    done = run(tree, *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("release.py: ")
    return done.stderr


def run(tree, *arguments):
    command = [sys.executable, str(tree / RELEASE), *arguments]
    return subprocess.run(
        command, cwd=tree, capture_output=True, encoding="utf-8", timeout=60, check=False
    )


def test_all_places_have_the_same():
    assert versions(ROOT) == everywhere(sky_rs.__version__)
    assert elsewhere(ROOT) == {}
    series = sky_rs.__version__.rpartition(".")[0]
    assert f"\n| {series}.x | yes |\n" in read(ROOT, "SECURITY.md")


def test_what_was_built_has_it():
    wheel = f"sky_rs-{sky_rs.__version__}-py3-none-any.whl"
    with zipfile.ZipFile(ROOT / "dist" / wheel) as built:
        (name,) = [each for each in built.namelist() if each.endswith(".dist-info/METADATA")]
        assert email.message_from_bytes(built.read(name))["Version"] == sky_rs.__version__
    engine = wasmtime.Engine()
    exports = component.Component(engine, artifact.read()).type.exports(engine)
    assert {name.rpartition("@")[2] for name in exports} == {sky_rs.__version__}
    info = sky_rs.get_backend_info()
    ours = [name for name in info["imports"] if name.startswith("skypilot:")]
    assert {name.rpartition("@")[2] for name in ours} == {sky_rs.__version__}
    assert info["component_version"] == sky_rs.__version__


@pytest.mark.needs("shell")  # where there is make
def test_a_bump_changes_all_and_nothing_else(tree):
    before = {name: (tree / name).read_bytes() for name in tracked()}
    release(tree, "bump", NEXT)
    assert versions(tree) == everywhere(NEXT)
    assert elsewhere(tree) == {}
    assert "\n| 907.8.x | yes |\n" in read(tree, "SECURITY.md")
    changed = {name for name in before if (tree / name).read_bytes() != before[name]}
    assert changed == {*PLACES, "SECURITY.md", "CHANGELOG.md"}
    for name in ("Cargo.lock", "tests/fuzz/Cargo.lock"):
        ours = rf'version = "{re.escape(sky_rs.__version__)}"\n(?!source)'
        count = len(re.findall(ours, read(ROOT, name)))
        assert read(tree, name).count(f'version = "{NEXT}"\n') == count, name
    assert read(tree, "wit/added.wit") == ADDED.replace(
        "@unstable(feature = unreleased)", f"@since(version = {NEXT})"
    )
    assert versions(ROOT) == everywhere(sky_rs.__version__)


@pytest.mark.needs("shell", "toolchain")
def test_cargo_takes_the_lock_after_a_bump(tree):
    release(tree, "bump", NEXT)
    command = "cargo tree --locked --offline --package skypilot-utils --depth 0"
    done = subprocess.run(
        command.split(), cwd=tree, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout.startswith(f"skypilot-utils v{NEXT} "), done.stderr


@pytest.mark.needs("shell")
def test_a_bump_makes_notes_of_what_was_unreleased(tree):
    release(tree, "bump", NEXT)
    day = r"20\d\d-\d\d-\d\d"
    heading = (
        rf"\n## \[Unreleased\]\n\n## \[907\.8\.9\] - {day}\n\n### Added\n\n- `added`: it does\n"
    )
    assert re.search(heading, read(tree, "CHANGELOG.md"))
    release(tree, "check", f"v{NEXT}")
    said = release(tree, "notes", NEXT)
    assert said.startswith("### Added\n\n- `added`: it does nothing.\n  - Well.\n- Another.\n")
    assert "## [" not in said
    assert f"the tag is v1.2.3, that of the current version v{NEXT}" in refused(
        tree, "check", "v1.2.3"
    )
    assert f"CHANGELOG.md has {NEXT} already" in refused(tree, "bump", NEXT)
    assert "CHANGELOG.md has nothing under Unreleased" in refused(tree, "bump", "908.0.0")
    assert "CHANGELOG.md says nothing of 1.2.3" in refused(tree, "notes", "1.2.3")


@pytest.mark.needs("shell")
def test_the_version_can_be_released_as_it_is(tree):
    """The first one, for instance."""
    log = read(tree, "CHANGELOG.md").split(f"\n## [{sky_rs.__version__}]")[0]
    (tree / "CHANGELOG.md").write_text(log, encoding="utf-8")
    assert "CHANGELOG.md says nothing of" in refused(tree, "check", f"v{sky_rs.__version__}")
    release(tree, "bump", sky_rs.__version__)
    release(tree, "check", f"v{sky_rs.__version__}")
    assert versions(tree) == everywhere(sky_rs.__version__)


@pytest.mark.parametrize(
    "version",
    ["", "1.2", "v1.2.3", "1.02.3", "1.2.3rc1", "1.2.3-rc.1", "1.2.3+local", "1.2.3.4", "1.2.3\n"],
)
def test_what_semver_and_pep_440_do_not_both_have_is_refused(tree, version):
    assert f"{version!r} is no version for a release" in refused(tree, "bump", version)


@pytest.mark.needs("shell")
def test_a_place_with_another_version_is_named(tree):
    world = read(tree, "wit/world.wit").replace(f"@{sky_rs.__version__};", "@1.2.3;")
    (tree / "wit" / "world.wit").write_text(world, encoding="utf-8")
    done = run(tree, "bump", NEXT)
    assert done.returncode == 1
    assert "wit/world.wit" in done.stderr
    assert f"release.py: not every place had {sky_rs.__version__}" in done.stderr
    assert read(tree, "CHANGELOG.md").count(NEXT) == 0


def test_an_earlier_version_is_refused(tree):
    assert "0.0.1 comes before" in refused(tree, "bump", "0.0.1")
    assert versions(tree) == everywhere(sky_rs.__version__)
