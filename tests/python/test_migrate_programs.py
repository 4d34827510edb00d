"""``sky-rs migrate`` ruins no program: random ones, before and after."""

import ast
import sys
import textwrap
import types
from unittest import mock

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sky_rs import _migration

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
@example(
    """
def f(cu):
    import sky
    sky.utils.common_utils.get_cpu_count()
f(x)
import sky.utils.common_utils
"""
)
def test_the_output_does_the_same(program):
    calls = calls_of(program)
    if calls is not None:
        assert calls_of(_migration.migrate(program.encode()).code) == calls
