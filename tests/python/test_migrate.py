"""``sky-rs migrate``: what it rewrites, what it leaves alone and why, and that it ruins nothing."""

import ast
import builtins
import importlib
import os
import sys
import textwrap
import types
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sky_rs import __main__, _migration, _migration_table, migrate
from sky_rs import _migration_survey as survey


def code(text):
    return textwrap.dedent(text).lstrip("\n")


def rewritten(before, **options):
    return _migration.migrate(before.encode(), **options).code.decode()


#: Before and after. What is understood is rewritten, and nothing else changes.
PAIRS = {
    "a function": (
        """
        from sky.utils.common_utils import hash_file  # digests
        hash_file(path, "md5")
        """,
        """
        from sky_rs import hash_file  # digests
        hash_file(path, "md5")
        """,
    ),
    "functions by other names": (
        """
        from sky.utils.common_utils import (
            base36_encode as encode,  # short
            format_float,
        )
        """,
        """
        from sky_rs import (
            base36_encode as encode,  # short
            format_float,
        )
        """,
    ),
    "some of several": (
        """
        import os

        # Utilities.
        from sky.utils.common_utils import get_git_commit, hash_file, format_float as ff
        x = 1
        """,
        """
        import os

        # Utilities.
        from sky.utils.common_utils import get_git_commit
        from sky_rs import hash_file, format_float as ff
        x = 1
        """,
    ),
    "some of several in parentheses": (
        """
        from sky.utils.common_utils import (
            get_git_commit,
            hash_file,
        )
        """,
        """
        from sky.utils.common_utils import (
            get_git_commit,
        )
        from sky_rs import hash_file
        """,
    ),
    "the module": (
        """
        from sky.utils import common_utils
        print( common_utils.hash_file ( "a", 'md5' ),common_utils . get_cpu_count() )
        """,
        """
        import sky_rs
        print( sky_rs.hash_file ( "a", 'md5' ),sky_rs . get_cpu_count() )
        """,
    ),
    "the module, used for more": (
        """
        from sky.utils import common_utils as cu
        cu.format_float(cu.get_git_commit())
        """,
        """
        from sky.utils import common_utils as cu
        import sky_rs
        sky_rs.format_float(cu.get_git_commit())
        """,
    ),
    "the module in a class, as its attribute": (
        """
        class A:
            from sky.utils import common_utils
            x = common_utils.hash_file(1)
        A.common_utils.get_git_commit()
        """,
        """
        class A:
            from sky.utils import common_utils
            import sky_rs
            x = sky_rs.hash_file(1)
        A.common_utils.get_git_commit()
        """,
    ),
    "the module among others, with comments": (
        """
        from sky.utils import (
            common_utils,  # digests
            log_utils,
        )
        common_utils.hash_file(1)
        """,
        """
        from sky.utils import (
            common_utils,  # digests
            log_utils,
        )
        import sky_rs
        sky_rs.hash_file(1)
        """,
    ),
    "the module among others": (
        """
        from sky.utils import common_utils, log_utils
        common_utils.format_float(1)
        """,
        """
        from sky.utils import log_utils
        import sky_rs
        sky_rs.format_float(1)
        """,
    ),
    "the module with all its packages": (
        """
        import sky.utils.common_utils
        sky.utils.common_utils.format_float(1)
        """,
        """
        import sky_rs
        sky_rs.format_float(1)
        """,
    ),
    "the module with all its packages, one of them used": (
        """
        import sky.utils.common_utils
        sky.utils.common_utils.format_float(sky.launch())
        """,
        """
        import sky.utils.common_utils
        import sky_rs
        sky_rs.format_float(sky.launch())
        """,
    ),
    "the package": (
        """
        import sky
        sky.utils.common_utils.format_float(1)
        """,
        """
        import sky
        import sky_rs
        sky_rs.format_float(1)
        """,
    ),
    "a package in between": (
        """
        from sky import utils
        utils.common_utils.format_float(1)
        """,
        """
        import sky_rs
        sky_rs.format_float(1)
        """,
    ),
    "functions that are in several places": (
        """
        from sky.utils.common_utils import hash_file, remove_color, format_float as ff
        from sky.utils import common_utils, subprocess_utils
        common_utils.remove_color(common_utils.hash_file(1))
        subprocess_utils.run("true")
        """,
        """
        from sky_rs import hash_file, format_float as ff
        from sky_rs.encoding import remove_color
        import sky_rs
        import sky_rs.encoding
        import sky_rs.subprocess_utils
        sky_rs.encoding.remove_color(sky_rs.hash_file(1))
        sky_rs.subprocess_utils.run("true")
        """,
    ),
    "by another name": (
        """
        import sky.utils.common_utils as cu, os
        cu.format_float(1)
        """,
        """
        import os
        import sky_rs
        sky_rs.format_float(1)
        """,
    ),
    "inside functions": (
        """
        from sky.utils import common_utils
        def f():
            from sky.utils import common_utils
            return common_utils.get_cpu_count()
        class A:
            from sky.utils import common_utils as cu
            cpus = cu.get_cpu_count()
        common_utils.get_mem_size_gb()
        """,
        """
        import sky_rs
        def f():
            import sky_rs
            return sky_rs.get_cpu_count()
        class A:
            import sky_rs
            cpus = sky_rs.get_cpu_count()
        sky_rs.get_mem_size_gb()
        """,
    ),
    "twice": (
        """
        import sky_rs
        from sky.utils import common_utils
        import sky.utils.common_utils as again  # kept
        common_utils.format_float(again.format_float)
        """,
        """
        import sky_rs
        import sky_rs  # kept
        sky_rs.format_float(sky_rs.format_float)
        """,
    ),
    "several statements in a line": (
        """
        import os; from sky.utils import common_utils; print(common_utils.format_float(1));
        if os: from sky.utils.common_utils import hash_file, get_git_commit; f()
        """,
        """
        import os; import sky_rs; print(sky_rs.format_float(1));
        if os: from sky.utils.common_utils import get_git_commit; from sky_rs import hash_file; f()
        """,
    ),
    "where it is tried": (
        """
        try:
            from sky.utils import common_utils
        except ImportError:
            raise SystemExit("no SkyPilot")
        common_utils.format_float(1)
        """,
        """
        try:
            import sky_rs
        except ImportError:
            raise SystemExit("no SkyPilot")
        sky_rs.format_float(1)
        """,
    ),
    "as values": (
        """
        from sky.utils import common_utils
        table = {"hash": common_utils.hash_file}
        @common_utils.format_float
        def f(x=common_utils.hash_file): yield from map(common_utils.base36_encode, x)
        """,
        """
        import sky_rs
        table = {"hash": sky_rs.hash_file}
        @sky_rs.format_float
        def f(x=sky_rs.hash_file): yield from map(sky_rs.base36_encode, x)
        """,
    ),
    "beside a name of the same spelling": (
        """
        from sky.utils import common_utils
        def f(common_utils):
            return common_utils.hash_file(1)
        common_utils.hash_file(2)
        other.common_utils.hash_file(3)
        """,
        """
        import sky_rs
        def f(common_utils):
            return common_utils.hash_file(1)
        sky_rs.hash_file(2)
        other.common_utils.hash_file(3)
        """,
    ),
}


def test_all_functions_are_where_they_are_said_to_be():
    for module, name, home in _migration_table.FUNCTIONS.values():
        assert callable(getattr(importlib.import_module(home), name)), (module, name)


@pytest.mark.parametrize(("before", "after"), PAIRS.values(), ids=PAIRS)
def test_pairs(before, after):
    assert rewritten(code(before)) == code(after)
    assert rewritten(code(after)) == code(after)
    assert not list(_migration.migrate(code(after).encode()).uses)


#: Code that stays as it is, and what is said of each use: line and reason.
LEFT_ALONE = {
    "everything is imported": (
        "from sky.utils.common_utils import *\nhash_file(1)\n",
        [(1, survey.STAR)],
    ),
    "a fallback": (
        """
        try:
            from sky.utils import common_utils
        except ImportError:
            common_utils = None
        common_utils.hash_file(1)
        """,
        [(5, survey.SEVERAL_MEANINGS)],
    ),
    "one of two modules": (
        """
        if old:
            from mine import common_utils
        else:
            from sky.utils import common_utils
        common_utils.hash_file(1)
        """,
        [(5, survey.SEVERAL_MEANINGS)],
    ),
    "the name is taken": (
        "from sky.utils import common_utils\nsky_rs = 1\ncommon_utils.hash_file(1)\n",
        [(3, survey.TAKEN)],
    ),
    "the name is another module's": (
        "import mine as sky_rs\nfrom sky.utils import common_utils\ncommon_utils.hash_file(1)\n",
        [(3, survey.TAKEN)],
    ),
    "it is replaced": (
        """
        from sky.utils import common_utils
        common_utils.hash_file = print
        common_utils.hash_file(1)
        """,
        [(2, survey.ASSIGNED), (3, survey.ASSIGNED)],
    ),
    "it is deleted": (
        "import sky.utils.common_utils as c\ndel c.hash_file\n",
        [(2, survey.ASSIGNED)],
    ),
    "it is mocked": (
        """
        from unittest import mock
        from sky.utils import common_utils
        with mock.patch("sky.utils.common_utils.hash_file"):
            common_utils.hash_file(1)
        """,
        [(3, survey.NAMED), (4, survey.NAMED)],
    ),
    "it is mocked as an attribute": (
        """
        from sky.utils import common_utils
        mock.patch.object(common_utils, "hash_file")
        monkeypatch.setattr(common_utils, "get_cpu_count", lambda: 1)
        common_utils.get_cpu_count()
        """,
        [(2, survey.NAMED), (3, survey.NAMED), (4, survey.NAMED)],
    ),
    "it is looked up": (
        """
        from sky.utils import common_utils
        getattr(common_utils, "hash_file")
        getattr(common_utils, name)
        common_utils.format_float(1)
        """,
        [(2, survey.NAMED), (3, survey.LOOKED_UP), (4, survey.LOOKED_UP)],
    ),
    "the module is handed on": (
        "from sky.utils import common_utils\nprint(common_utils)\n",
        [(2, survey.HANDED_ON)],
    ),
    "comments between names that go to several places": (
        "from sky.utils.common_utils import (\n    hash_file,  # digests\n    remove_color,\n)\n",
        [(2, survey.COMMENT), (3, survey.COMMENT)],
    ),
    "comments between the names": (
        """
        from sky.utils.common_utils import (
            hash_file,  # digests
            get_git_commit,
        )
        """,
        [(2, survey.COMMENT)],
    ),
    "an import for the whole module in a function": (
        """
        def f():
            global common_utils
            from sky.utils import common_utils
        def g():
            common_utils.hash_file(1)
        """,
        [(5, survey.SEVERAL_MEANINGS)],
    ),
    "other functions": ("from sky.utils import common_utils\ncommon_utils.get_git_commit()\n", []),
    "other packages": ("from mine.utils import common_utils\ncommon_utils.hash_file()\n", []),
    "relative imports": ("from .utils.common_utils import hash_file\n", []),
}


@pytest.mark.parametrize(("source", "reasons"), LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_left_alone(source, reasons):
    migration = _migration.migrate(code(source).encode())
    assert migration.code.decode() == code(source)
    assert [(use.line, use.reason) for use in migration.uses] == reasons


def test_what_is_left_alone_keeps_its_import():
    before = code("""
        from sky.utils import common_utils
        common_utils.hash_file = print
        common_utils.hash_file(common_utils.format_float(1))
        """)
    after = code("""
        from sky.utils import common_utils
        import sky_rs
        common_utils.hash_file = print
        common_utils.hash_file(sky_rs.format_float(1))
        """)
    assert rewritten(before) == after


def test_a_use_in_front_of_a_functions_own_import_is_left_alone():
    before = code("""
        from sky.utils import common_utils
        def f():
            if x:
                from sky.utils import log_utils, subprocess_utils
                subprocess_utils.run(1)
            return [common_utils.hash_file(y) for y in x], lambda: common_utils.format_float(1)
        common_utils.format_float(1)
        """)
    after = code("""
        from sky.utils import common_utils
        import sky_rs
        def f():
            if x:
                from sky.utils import log_utils
                import sky_rs.subprocess_utils
                sky_rs.subprocess_utils.run(1)
            return [common_utils.hash_file(y) for y in x], lambda: common_utils.format_float(1)
        sky_rs.format_float(1)
        """)
    assert rewritten(before) == after
    assert rewritten(after) == after
    hidden = [use.line for use in _migration.migrate(after.encode()).uses if use.reason]
    assert hidden == [8, 8]


@pytest.mark.parametrize("mention", ["__all__ = ['common_utils']", "print(common_utils)"])
def test_an_import_that_others_may_use_stays(mention):
    before = f"from sky.utils import common_utils\n{mention}\ncommon_utils.hash_file(1)\n"
    assert rewritten(before).startswith("from sky.utils import common_utils\nimport sky_rs\n")


def test_the_imports_of_a_package_stay():
    before = "from sky.utils import common_utils\ncommon_utils.hash_file(1)\n"
    after = "from sky.utils import common_utils\nimport sky_rs\nsky_rs.hash_file(1)\n"
    assert rewritten(before, package=True) == after


IMPORTS = [
    "from sky.utils import common_utils",
    "from sky.utils import common_utils as cu, log_utils",
    "import sky.utils.common_utils",
    "import sky.utils.common_utils as cu, os",
    "import sky",
    "from sky import utils",
    "from sky.utils.common_utils import hash_file, get_git_commit",
    "from sky.utils.common_utils import hash_file, remove_color as cu",
    "from sky.utils.common_utils import (\n    hash_file as cu,  # comment\n    format_float,\n)",
    "import sky_rs",
    "import os  # comment",
]
USES = [
    "common_utils.hash_file(1)",
    "common_utils.remove_color(1)",
    "cu.format_float(cu.get_git_commit())",
    "sky.utils.common_utils.get_cpu_count()",
    "utils.common_utils.hash_file(cu)",
    "hash_file(common_utils)",
    "cu = 1",
    "sky_rs.hash_file(2)",
    "setattr(common_utils, 'format_float', 1)",
    "sky.launch()",
    "del cu",
]
BLOCKS = [
    "if x:",
    "if not x:",
    "def f(cu):",
    "class A:",
    "try:",
    "for cu in (x, x):",
    "for _ in (1, 2):",
]


@st.composite
def programs(draw, depth=2):
    """Programs made of imports and uses, in blocks."""
    lines = []
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["import", "use", "line", "block"]))
        if kind == "block" and depth:
            head = draw(st.sampled_from(BLOCKS))
            body = textwrap.indent(draw(programs(depth=depth - 1)), "    ")
            lines.append(f"{head}\n{body}")
            if head == "def f(cu):":
                lines.append("f(x)")
            if head == "try:":
                lines.append("finally:\n    pass")
        elif kind == "line":
            simple = [*[each for each in IMPORTS if "\n" not in each and "#" not in each], *USES]
            lines.append("; ".join(draw(st.lists(st.sampled_from(simple), min_size=1, max_size=3))))
        else:
            lines.append(draw(st.sampled_from(IMPORTS if kind == "import" else USES)))
    return "\n".join(lines) + "\n"


@settings(max_examples=300, deadline=None)
@given(programs())
def test_the_output_parses_and_a_second_run_changes_nothing(program):
    once = _migration.migrate(program.encode())
    ast.parse(once.code)
    twice = _migration.migrate(once.code)
    assert twice.code == once.code
    left = [use.reason for use in once.uses if use.reason is not None]
    assert [use.reason for use in twice.uses] == left
    if len(left) == len(once.uses):
        assert once.code.decode() == program


class Module(types.ModuleType):
    """A module whose functions say that they were called."""

    def __init__(self, name, calls=None, functions=(), **members):
        super().__init__(name)
        self.__path__ = []
        vars(self).update(members)
        for function in functions:
            setattr(self, function, lambda *_, function=function: calls.append(function))


def calls_of(program):
    """The calls that a program makes of SkyPilot's functions or ours; None if it fails."""
    calls = []
    names = ["hash_file", "format_float", "get_cpu_count"]
    everything = [*names, "get_git_commit", "remove_color"]
    common_utils = Module("common_utils", calls, everything)
    encoding = Module("encoding", calls, ["remove_color"])
    log_utils = Module("log_utils")
    utils = Module("utils", common_utils=common_utils, log_utils=log_utils)
    sky = Module("sky", calls, ["launch"], utils=utils)
    modules = {
        "sky": sky,
        "sky.utils": utils,
        "sky.utils.common_utils": common_utils,
        "sky.utils.log_utils": log_utils,
        "sky_rs": Module("sky_rs", calls, names, encoding=encoding),
        "sky_rs.encoding": encoding,
    }
    with mock.patch.dict(sys.modules, modules):
        try:
            exec(program, {"x": Module("x", calls, everything)})
        except (NameError, AttributeError, TypeError):
            return None
    return calls


@settings(max_examples=300, deadline=None)
@given(programs())
def test_the_output_does_the_same(program):
    calls = calls_of(program)
    if calls is not None:
        assert calls_of(_migration.migrate(program.encode()).code) == calls


# The command.


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
