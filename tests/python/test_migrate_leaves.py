"""What ``sky-rs migrate`` leaves alone, and the reason it gives."""

import pytest
from migrations import code, rewritten

from sky_rs import _migration
from sky_rs import _migration_survey as survey

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
