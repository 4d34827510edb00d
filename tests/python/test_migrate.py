"""``sky-rs migrate``: the command, its files and its reports."""

import builtins
import os
import sys

import pytest

from sky_rs import __main__, migrate
from sky_rs import _migration_survey as survey


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Some files to migrate, in the current directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text("from sky.utils.common_utils import hash_file\n")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "b.pyi").write_text("from sky.utils.common_utils import hash_file\n")
    (tmp_path / "package" / "broken.py").write_text("def common_utils(:\n")
    (tmp_path / "notes.txt").write_text("from sky.utils.common_utils import hash_file\n")
    for left_out in (".hidden", "venv"):
        (tmp_path / left_out).mkdir()
        (tmp_path / left_out / "c.py").write_text("from sky.utils.common_utils import hash_file\n")
    (tmp_path / "venv" / "pyvenv.cfg").touch()
    return tmp_path


def test_it_reports_and_changes_nothing(tree, capsys):
    before = {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()}
    assert __main__.main(["migrate", "."]) == 1
    captured = capsys.readouterr()
    assert captured.out.splitlines() == [
        f".{os.sep}a.py:1:36: hash_file can be sky_rs's",
        f".{os.sep}package{os.sep}b.pyi:1:36: hash_file can be sky_rs's",
        "0 rewritten, 2 left",
    ]
    assert captured.err.startswith(f".{os.sep}package{os.sep}broken.py: cannot be parsed: ")
    assert captured.err.count("\n") == 1
    assert {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()} == before


def test_it_writes_once(tree, capsys):
    assert __main__.main(["migrate", "--write", "."]) == 0
    assert capsys.readouterr().out.endswith("hash_file is sky_rs's\n2 rewritten, 0 left\n")
    assert (tree / "a.py").read_text() == "from sky_rs import hash_file\n"
    assert (tree / "venv" / "c.py").read_text().startswith("from sky.")
    assert (tree / "notes.txt").read_text().startswith("from sky.")
    assert __main__.main(["migrate", "--write", "."]) == 0
    assert capsys.readouterr().out == "0 rewritten, 0 left\n"


def test_what_is_left_alone_is_reported_when_writing(tree, capsys):
    (tree / "a.py").write_text("from sky.utils.common_utils import *\n")
    assert __main__.main(["migrate", "--write", "a.py"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"a.py:1:1: sky.utils.common_utils.* is left alone: {survey.STAR}",
        "0 rewritten, 1 left",
    ]


@pytest.mark.needs("symlinks")
def test_links(tree, tmp_path_factory, capsys):
    outside = tmp_path_factory.mktemp("outside") / "outside.py"
    outside.write_text("from sky.utils.common_utils import hash_file\n")
    (tree / "link.py").symlink_to(outside)
    (tree / "loop").symlink_to(tree)
    (tree / "again.py").symlink_to("a.py")
    assert __main__.main(["migrate", "--write", ".", "a.py", "./again.py"]) == 0
    assert "2 rewritten" in capsys.readouterr().out
    assert outside.read_text().startswith("from sky.")
    # One that is named is followed, and stays a link.
    assert __main__.main(["migrate", "--write", "link.py", "loop"]) == 0
    assert outside.read_text().startswith("from sky_rs")
    assert (tree / "link.py").is_symlink()


@pytest.mark.parametrize(
    "source",
    [
        b"# coding: latin-1\nfrom sky.utils import common_utils\ncommon_utils.hash_file('\xe9')\n",
        b"\xef\xbb\xbffrom sky.utils import common_utils\ncommon_utils.hash_file('\xc3\xa9')\n",
        b"from sky.utils import common_utils\r\ncommon_utils.hash_file(1)\r\n",
        b"from sky.utils import common_utils\ncommon_utils.hash_file(1)",
    ],
)
def test_encodings_and_line_ends(tree, source):
    (tree / "a.py").write_bytes(source)
    (tree / "a.py").chmod(0o750)
    assert __main__.main(["migrate", "--write", "a.py"]) == 0
    expected = source.replace(b"from sky.utils import common_utils", b"import sky_rs")
    assert (tree / "a.py").read_bytes() == expected.replace(b"common_utils.", b"sky_rs.")
    if os.name == "posix":
        assert (tree / "a.py").stat().st_mode & 0o777 == 0o750


@pytest.mark.parametrize(
    "source",
    [
        b"\xff common_utils",
        b"# coding: nonsense\nimport common_utils",
        b"common_utils = '\0'",
        b"print 'common_utils'",
        b"\x0cimport sky.utils.common_utils",
        b"(" * 5000 + b"common_utils",
    ],
)
def test_files_that_cannot_be_read_are_reported(tree, source, capsys):
    (tree / "a.py").write_bytes(source)
    assert __main__.main(["migrate", "--write", "a.py", "package/b.pyi"]) == 0
    captured = capsys.readouterr()
    assert captured.err.startswith("a.py: cannot be ")
    assert captured.out.endswith("1 rewritten, 0 left\n")
    assert (tree / "a.py").read_bytes() == source


def test_usage(tree, capsys):
    assert __main__.main(["migrate", "--help"]) == 0
    assert "exit status" in capsys.readouterr().out
    for arguments in ([], ["--write"], ["--unknown", "."]):
        assert __main__.main(["migrate", *arguments]) == 2
        assert "usage: sky-rs migrate" in capsys.readouterr().err
    assert __main__.main(["migrate", "missing.py", "a.py"]) == 2
    captured = capsys.readouterr()
    assert captured.err == "missing.py: No such file or directory\n"
    assert "a.py:1:36" in captured.out


def test_without_libcst_it_says_what_to_install(tree, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "libcst", None)
    assert migrate.main(["a.py"]) == 2
    assert "pip install 'sky-rs[migrate]'" in capsys.readouterr().err


def test_names_of_files_need_not_fit_the_terminal(tree, capsys, monkeypatch):
    class Ascii:
        encoding = "ascii"

        def __init__(self):
            self.text = ""

        def write(self, text):
            self.text += text.encode("ascii").decode()

    (tree / "é.py").write_text("from sky.utils.common_utils import hash_file\n")
    stream = Ascii()
    monkeypatch.setattr(sys, "stdout", stream)
    assert migrate.main(["é.py"]) == 1
    assert stream.text.startswith("\\xe9.py:1:36: ")
    assert builtins.print  # the real one
