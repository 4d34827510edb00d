"""A patched SkyPilot cannot be told from an unpatched one: the real one, in several versions."""

import json
import subprocess
import sys

import pytest
import skypilots
from conftest import VECTORS, run

import sky_rs.skypilot
from sky_rs import _migration_table
from sky_rs.skypilot._table import TABLE

pytestmark = [
    pytest.mark.skypilot,
    pytest.mark.needs("termios"),
]

FUNCTIONS = [function.name for functions in TABLE.values() for function in functions]
STAND_INS = "sky_rs.skypilot.stand_ins"

#: Prints where some functions come from; put in front of the code of a test.
PRELUDE = """
import sys
def origins(module, *names):
    print(*(getattr(module, name).__module__.split(".")[0] for name in names))
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home directory for SkyPilot, which writes into it."""
    skypilots.make()
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def python(home):
    """Runs Python code in SkyPilot's environment and returns what it printed."""

    def run_code(code, **options):
        return skypilots.python(PRELUDE + code, home=home, **options)

    return run_code


def answers(version, home, patched):
    result = home / f"{version}-{patched}.json"
    command = [skypilots.PYTHON, str(skypilots.HERE / "answers.py"), str(VECTORS), str(result)]
    done = skypilots.run(command, version=version, home=home, patched=patched)
    assert done.returncode == 0, done.stderr
    return json.loads(result.read_text()), done


def differences(ours, theirs):
    assert ours.keys() == theirs.keys()
    for part, calls in theirs.items():
        assert ours[part].keys() == calls.keys()
        yield from (
            (part, call, ours[part][call], expected)
            for call, expected in calls.items()
            if ours[part][call] != expected
        )


@pytest.mark.timeout(600)  # the first makes the environments
@pytest.mark.parametrize("version", [*skypilots.ALIKE, skypilots.OTHER])
def test_side_by_side(version, home):
    theirs, quiet = answers(version, home, patched=False)
    ours, done = answers(version, home, patched=True)
    assert list(differences(ours["answers"], theirs["answers"])) == []
    assert set(theirs["modules"].values()) <= set(TABLE)
    left_alone = {name for name, module in ours["modules"].items() if module != STAND_INS}
    if version in skypilots.ALIKE:
        assert set(ours["modules"]) == set(FUNCTIONS)
        assert left_alone == set()
        assert (done.stdout, done.stderr) == (quiet.stdout, quiet.stderr)
    else:
        assert left_alone == {"get_mem_size_gb", "truncate_long_string"}
        lines = [line for line in done.stderr.splitlines() if "left alone" in line]
        assert len(lines) == len(left_alone)
        assert all(sum(f".{name}()" in line for line in lines) == 1 for name in left_alone)


def test_everything_a_function_uses_is_listed(home):
    """Else it would not step aside when that is replaced."""
    done = skypilots.run([skypilots.PYTHON, str(skypilots.HERE / "uses.py")], home=home)
    assert json.loads(done.stdout) == {name: [] for name in FUNCTIONS}, done.stderr


def test_functions_step_aside_while_what_they_use_is_replaced(home):
    done = skypilots.run([skypilots.PYTHON, str(skypilots.HERE / "steps_aside.py")], home=home)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_patching_first_imports_nothing_of_skypilot(python):
    code = """
import sky_rs.skypilot
sky_rs.skypilot.patch()
print("sky" in sys.modules)
from sky.utils import common_utils
origins(common_utils, "hash_file", "get_user_hash")
loader = common_utils.__loader__
print(type(loader).__module__, common_utils.__spec__.loader is loader)
sky_rs.skypilot.unpatch()
origins(common_utils, "hash_file", "get_user_hash")
"""
    assert python(code).splitlines() == [
        "False",
        "sky_rs sky",
        "_frozen_importlib_external True",
        "sky sky",
    ]


def test_names_imported_before_and_after(python):
    code = """
import types
import sky.utils.common_utils as c
def module(name):
    module = sys.modules[name] = types.ModuleType(name)
    exec("from sky.utils.common_utils import hash_file, format_float as ff", vars(module))
    return module
before, other = module("sky.before"), module("skylark")
import sky_rs.skypilot as s
with s.patch():
    after = module("sky.after")
    origins(before, "hash_file", "ff")
    origins(after, "hash_file", "ff")
    origins(other, "hash_file", "ff")
    print(before.ff is after.ff is c.format_float)
for each in (before, after, other, c):
    origins(each, "hash_file")
"""
    assert python(code).splitlines() == [
        "sky_rs sky_rs",
        "sky_rs sky_rs",
        "sky sky",
        "True",
        *["sky"] * 4,
    ]


def test_a_second_patch_changes_nothing_and_undoes_nothing(python):
    code = """
import sky_rs.skypilot as s
from sky.utils import common_utils as c
genuine = c.hash_file
s.unpatch()
with s.patch():
    ours = c.hash_file
    with s.patch():
        print(c.hash_file is ours is not genuine)
    print(c.hash_file is ours)
print(c.hash_file is genuine)
s.unpatch()
print(c.hash_file is genuine, len([f for f in sys.meta_path if type(f).__module__[:6] == "sky_rs"]))
"""
    assert python(code).splitlines() == ["True", "True", "True", "True 0"]


def test_a_reloaded_module_is_patched_again(python):
    code = """
import importlib
import sky_rs.skypilot as s
from sky.utils import common_utils as c
s.patch()
old = c.hash_file
importlib.reload(c)
origins(c, "hash_file")
print(c.hash_file is not old, c.hash_file(c.__file__, "md5").name)
s.unpatch()
origins(c, "hash_file")
"""
    assert python(code).splitlines() == ["sky_rs", "True md5", "sky"]


def test_a_module_that_is_imported_while_the_patch_is_undone_is_not_patched(python):
    code = """
import sky_rs.skypilot as s
s.patch()
class Undo:  # in the midst of the import
    def find_spec(self, name, *_):
        if name == "sky.utils.validator":
            assert "sky.utils.common_utils" in sys.modules
            s.unpatch()
sys.meta_path.insert(0, Undo())
from sky.utils import common_utils
origins(common_utils, "hash_file", "format_float")
print(any(type(finder).__module__.startswith("sky_rs") for finder in sys.meta_path))
"""
    assert python(code).splitlines() == ["sky sky", "False"]


def test_what_somebody_replaced_before_is_left_alone_and_that_is_said_once(python):
    code = """
from unittest import mock
import sky_rs.skypilot as s
from sky.utils import common_utils as c
def format_float(num, precision=1, unit=""):
    return "mine"
c.format_float = format_float
exec("def base36_encode(hex_str, upper=False): return 'drifted'", vars(c))
c._VALID_ENV_VAR_REGEX = "[A-Z]+"
with mock.patch.object(c, "hash_file") as replaced:
    s.patch()
    s.patch()
    print(c.hash_file is replaced, c.format_float(1.5), c.base36_encode("ff"))
origins(c, "get_cpu_count", "hash_file")
s.patch()
origins(c, "hash_file")
sys.exit(1)
"""
    output = python(code).splitlines()
    assert output[:3] == ["True mine drifted", "sky_rs sky", "sky_rs"]
    assert len(output) == 7
    for name, reason in [
        ("format_float", "it is not defined there"),
        ("base36_encode", "it takes other arguments"),
        ("hash_file", "it is not defined there"),
        ("is_valid_env_var", "its code is another, or a constant it uses"),
    ]:
        line = f"SkyPilot's sky.utils.common_utils.{name}() is left alone: {reason}"
        assert sum(line in each for each in output) == 1


def test_psutil_is_not_imported_for_what_ours_knows(python):
    code = """
from sky.utils import common_utils as c
import sky_rs.skypilot as s
sys.modules.pop("psutil", None)
s.patch()
c.get_cpu_count(), c.get_mem_size_gb()
print("psutil" in sys.modules)
import psutil
def cpu_count():
    return 77
genuine, psutil.cpu_count = psutil.cpu_count, cpu_count
c._get_cgroup_cpu_limit, kept = (lambda: None), c._get_cgroup_cpu_limit
import os
os.sched_getaffinity, affinity = (lambda pid: range(99)), os.sched_getaffinity
print(c.get_cpu_count())
psutil.cpu_count, c._get_cgroup_cpu_limit, os.sched_getaffinity = genuine, kept, affinity
print(c.get_cpu_count() == c.get_cpu_count.__wrapped__())
"""
    assert python(code).splitlines() == ["False", "77", "True"]


def test_an_error_while_patching_leaves_the_module_as_it_is(python):
    code = """
from unittest import mock
import sky_rs.skypilot as s
from sky_rs.skypilot import _drift
s.patch()
with mock.patch.object(_drift, "found", side_effect=ZeroDivisionError("broken")):
    from sky.utils import common_utils as c
origins(c, "hash_file")
sys.exit(1)
"""
    output = python(code)
    assert output.startswith("sky\n")
    assert "sky.utils.common_utils is left alone" in output
    assert "ZeroDivisionError: broken" in output


def test_under_optimization_what_asserts_is_left_alone(home):
    """SkyPilot's checks are asserts, which are not there then."""
    code = "from sky.utils import common_utils as c; print(c.read_last_n_lines.__module__)"
    done = skypilots.run([skypilots.PYTHON, "-O", "-c", code], home=home, patched=True)
    assert done.stdout == "sky.utils.common_utils\n"
    assert "read_last_n_lines() is left alone" in done.stderr


# Child processes of every kind, and what travels between them.
CHILDREN = """
import concurrent.futures, multiprocessing, os, subprocess
from sky.utils import common_utils

def where(_=None):
    from sky.utils import common_utils
    return common_utils.hash_file.__module__.split(".")[0]

if __name__ == "__main__":
    code = "from sky.utils import common_utils as c; print(c.hash_file.__module__.split('.')[0])"
    print(where())
    print(subprocess.check_output([sys.executable, "-c", code], text=True).strip())
    for method in ("fork", "spawn", "forkserver"):
        context = multiprocessing.get_context(method)
        with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
            print(pool.submit(where).result(60))
            # The function itself is pickled.
            print(pool.submit(common_utils.base36_encode, "ff").result(60))
"""


@pytest.mark.parametrize(("patched", "origin"), [(True, "sky_rs"), (False, "sky")])
def test_children(home, tmp_path, patched, origin):
    script = tmp_path / "children.py"
    script.write_text("import sys\n" + CHILDREN)
    done = skypilots.run([skypilots.PYTHON, str(script)], home=home, patched=patched)
    assert done.stdout.split() == [origin, origin, *[origin, "73"] * 3], done.stderr


def test_a_pickled_function_is_skypilots_own_where_it_is_not_patched(python):
    dump = """
import pickle
from sky.utils import common_utils as c
print(pickle.dumps(c.hash_file).hex())
"""
    pickled = python(dump, patched=True).strip()
    load = f"""
import pickle
function = pickle.loads(bytes.fromhex({pickled!r}))
print(function.__module__)
import sky_rs.skypilot.stand_ins
print(hasattr(sky_rs.skypilot.stand_ins, "get_user_hash"))
"""
    assert python(load).split() == ["sky.utils.common_utils", "False"]


def test_the_command_line_is_the_same(home):
    sky = skypilots.PYTHON.replace("python", "sky")
    for arguments in (["--version"], ["launch", "--nonsense"]):
        plain = skypilots.run([sky, *arguments], home=home)
        patched = skypilots.run([sky, *arguments], home=home, patched=True)
        for part in ("returncode", "stdout", "stderr"):
            assert getattr(patched, part) == getattr(plain, part)
    assert "nonsense" in plain.stderr


def test_without_skypilot_nothing_happens():
    code = """
import importlib.util, sys
import sky_rs.skypilot as s
before = set(sys.modules)
with s.patch():
    print(importlib.util.find_spec("sky") is None)
    try:
        import sky.utils.common_utils
    except ModuleNotFoundError as error:
        print(error)
print([name for name in set(sys.modules) - before if name.startswith("sky")])
"""
    assert run(code).splitlines() == ["True", "No module named 'sky'", "[]"]
    command = [sys.executable, "-m", "sky_rs", "exec", "--", sys.executable, "-c", "print('ran')"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == ("ran\n", "")


def test_what_is_migrated_is_there_in_skypilot(python):
    code = f"""
import importlib
for module, name, _ in {list(_migration_table.FUNCTIONS.values())}:
    if not callable(getattr(importlib.import_module(module), name, None)):
        print(module, name)
"""
    assert python(code) == ""


def test_the_public_names_are_documented():
    for name in sky_rs.skypilot.__all__:
        assert getattr(sky_rs.skypilot, name).__doc__, name
