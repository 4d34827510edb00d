"""What ``sky-rs migrate`` rewrites, and how."""

import importlib

import pytest
from migrations import code, rewritten

from sky_rs import _migration, _migration_table

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
