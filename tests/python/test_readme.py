"""Every example of the README runs, and what the documents name is there."""

import doctest
import fnmatch
import importlib.metadata
import importlib.util
import os
import re
import shlex
import subprocess
import sys
import sysconfig

import pytest
import walkthrough
from conftest import ROOT, tracked
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

import sky_rs

DOCUMENTS = [name for name in tracked() if name.endswith(".md") and name != "CHANGELOG.md"]

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(`+)(.+?)\1", re.DOTALL)
_LINK = re.compile(r"\]\(([^)#:]+)\)")
_FILE = re.compile(r"(?<![\w/.*])[\w./*-]*[\w*]\.(?:py|rs|wit|toml|json|yml|md|txt)(?![\w(])")


def read(document):
    return (ROOT / document).read_text(encoding="utf-8")


def blocks(text, language):
    return [block for found, block in _FENCED.findall(text) if found == language]


def spans(text):
    """The code in running text."""
    return [" ".join(code.split()) for _, code in _SPAN.findall(_FENCED.sub("", text))]


def commands(*first):
    """What the documents say can be typed, if it starts with one of these words.

    It is in blocks of a console or of no language, or in running text.
    """
    found = set()
    for text in map(read, DOCUMENTS):
        for block in (*blocks(text, "console"), *blocks(text, "")):
            found.update(re.sub(r"^\$ |\s+#.*", "", line) for line in block.splitlines())
        found.update(spans(text))
    return sorted(command for command in found if command.split(" ")[0] in first)


def test_the_examples_run(monkeypatch):
    monkeypatch.chdir(ROOT)
    sky_rs.is_rust_available()
    failed, attempted = doctest.testfile(
        str(ROOT / "README.md"), module_relative=False, optionflags=doctest.ELLIPSIS
    )
    assert attempted == read("README.md").count("\n>>> ")
    assert failed == 0
    assert all(block.startswith(">>> ") for block in blocks(read("README.md"), "python"))


def test_every_command_of_a_console_is_checked_below():
    typed = [
        line
        for name in DOCUMENTS
        for block in blocks(read(name), "console")
        for line in block.splitlines()
    ]
    words = [re.fullmatch(r"\$ (\S+) .+", line)[1] for line in typed]
    assert set(words) == {"cargo", "git", "make", "sky-rs"}  # git to clone


@pytest.mark.parametrize("command", commands("make"))
def test_make_has(command):
    (targets,) = re.findall(r"^\.PHONY: (.+)$", read("Makefile"), re.MULTILINE)
    assert {word for word in command.split()[1:] if "=" not in word} <= {*targets.split()}


@pytest.mark.parametrize("command", commands("cargo"))
def test_cargo_has(command):
    _, subcommand, *options = command.split()
    assert subcommand == "test"
    manifests = [read(name) for name in tracked() if name.endswith("Cargo.toml")]
    for option, package in zip(options, options[1:]):
        assert option != "-p" or any(f'\nname = "{package}"\n' in text for text in manifests)


@pytest.mark.parametrize("command", commands("pip"))
def test_pip_installs(command):
    ours = importlib.metadata.metadata("sky-rs")
    pip, install, what = shlex.split(command)
    assert (pip, install) == ("pip", "install")
    if what.startswith("dist/"):
        name, version, *_ = parse_wheel_filename(what.removeprefix("dist/"))
        assert (name, str(version)) == (canonicalize_name(ours["Name"]), ours["Version"])
    else:
        wanted = Requirement(what)
        assert wanted.name == ours["Name"]
        assert wanted.extras <= {*ours.get_all("Provides-Extra")}


@pytest.mark.parametrize("command", commands("python", ".venv/bin/python"))
def test_python_finds(command, monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    _, *arguments = shlex.split(command)
    if arguments[:1] == ["-m"]:
        assert importlib.util.find_spec(arguments[1])
        arguments = arguments[2:]
    for argument in arguments:
        assert "/" not in argument or (ROOT / argument).exists()


def python(*arguments):
    """Runs Python in the checkout, and returns what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    return done.stdout


def test_the_doctor_finds_nothing():
    command = "sky-rs doctor README.md"
    assert command in commands("sky-rs")
    verdict = "8 of 8 answers equal"
    assert python("-m", "sky_rs", *command.split()[1:]).splitlines()[-1] == verdict
    assert f"`{verdict}`" in read("CONTRIBUTING.md")


def test_the_benches_have_the_options():
    words = {
        word for line in commands("python") if "benches.python " in line for word in line.split()
    }
    known = python("-m", "benches.python", "--help").split()
    assert (
        {"--quick", "-k"} <= {word for word in words if word.startswith("-")} - {"-m"} <= {*known}
    )


@pytest.fixture
def type_in(tmp_path):
    """Runs a command as a shell does where sky_rs is installed, and returns what it printed."""

    def run(command):
        path = os.pathsep.join([str(tmp_path), sysconfig.get_path("scripts"), os.environ["PATH"]])
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=tmp_path,
            env={**os.environ, "PATH": path},
            stdout=subprocess.PIPE,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout

    return run


FINDERS = """
import sys
print(sys.argv[1], *(type(finder).__module__ for finder in sys.meta_path))
"""
SKY = f"""#!/bin/sh
exec {shlex.quote(sys.executable)} -c {shlex.quote(FINDERS)} "$@"
"""


@pytest.mark.needs("shell")
@pytest.mark.parametrize("start", ["sky-rs", "python -m sky_rs"])
def test_exec(start, tmp_path, type_in):
    (tmp_path / "sky").write_text(SKY)
    (tmp_path / "sky").chmod(0o755)
    (command,) = [line for line in commands("sky-rs") if " -- " in line]
    assert f"{start} exec -- sky status" in read("README.md")
    said = type_in(command.replace("sky-rs", start, 1)).split()
    assert said[0] == "status"
    assert "sky_rs.skypilot._finder" in said


@pytest.mark.needs("shell")
def test_the_command_line(tmp_path, type_in):
    (block,) = [text for text in blocks(read("README.md"), "console") if "sky-rs doctor" in text]
    for name in ("README.md", "LICENSE"):
        (tmp_path / name).write_text(read(name), encoding="utf-8")
    said = {line: type_in(line[2:]) for line in block.splitlines()}
    (checked,) = [text for line, text in said.items() if " hash -c " in line]
    assert checked == "README.md: OK\n"
    assert all(text for line, text in said.items() if " > " not in line)


@pytest.mark.needs("shell")
def test_migrate(tmp_path, type_in):
    (tmp_path / "src").mkdir()
    module = tmp_path / "src" / "module.py"
    module.write_text("from sky.utils.common_utils import hash_file\n")
    (command,) = [line for line in commands("sky-rs") if "--write" in line]
    assert "module.py" in type_in(command)
    assert module.read_text() == "from sky_rs import hash_file\n"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_files_that_are_named_exist(document):
    text = read(document)
    for target in _LINK.findall(text):
        assert (ROOT / document).parent.joinpath(target).exists(), target
    steps = walkthrough.steps(read("CONTRIBUTING.md"))
    added = [step.path for step in steps if isinstance(step, walkthrough.Edit) and not step.how]
    there = [f"/{name}" for name in (*tracked(), *added)]
    for code in (*spans(text), *blocks(text, "")):
        for name in _FILE.findall(code):
            found = ".work/" in name or fnmatch.filter(there, f"*/{name}")
            assert found, f"{document}: no file {name}"
