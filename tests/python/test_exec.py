"""``sky-rs exec``: the environment it makes, what Python does in it, and how it ends."""

import ast
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import sysconfig

import pytest
from conftest import python_of

import sky_rs
from sky_rs import __main__, _exec

START = pathlib.Path(_exec.__file__).parent / "_start"

#: Whether SkyPilot would be patched in this process.
PATCHED = """
import sys
print(any(type(finder).__module__ == "sky_rs.skypilot._finder" for finder in sys.meta_path))
"""


def run(*arguments, **options):
    """Runs ``python -m sky_rs`` with these arguments."""
    environment = {**os.environ, **options.pop("variables", {})}
    return subprocess.run(
        [sys.executable, "-m", "sky_rs", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **options,
    )


def execute(*command, **options):
    return run("exec", "--", *command, **options)


def python(code, arguments=(), **options):
    return execute(sys.executable, "-c", code, *arguments, **options)


def test_python_below_it_is_ready_to_patch():
    assert python(PATCHED).stdout == "True\n"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {PATCHED!r}])"
    assert python(code).stdout == "True\n"


def test_a_variable_switches_it_off_again():
    code = f"""
import os, subprocess, sys
for value in ("0", ""):
    subprocess.run(
        [sys.executable, "-c", {PATCHED!r}], env={{**os.environ, "SKY_RS_PATCH": value}}
    )
"""
    assert python(code).stdout.split() == ["False", "False"]


def test_the_path_is_as_it_was(tmp_path):
    code = "import sys; print(sys.path)"
    variables = {"PYTHONPATH": os.pathsep.join([str(tmp_path), ""])}
    plain = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert python(code, variables=variables).stdout == plain.stdout


def test_the_environment():
    made = _exec.environment({"A": "b"})
    assert made == {"A": "b", "PYTHONPATH": str(START), "SKY_RS_PATCH": "1"}
    assert _exec.environment(made) == made
    paths = _exec.environment({"PYTHONPATH": f"x{os.pathsep}"})["PYTHONPATH"]
    assert paths == os.pathsep.join([str(START), "x", ""])
    assert _exec.environment({"PYTHONPATH": ""})["PYTHONPATH"] == str(START)


def test_another_sitecustomize_runs_as_well(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("value = 'theirs'")
    code = PATCHED + "import sitecustomize; print(sitecustomize.value, sitecustomize.__file__)"
    done = python(code, variables={"PYTHONPATH": str(tmp_path)})
    assert done.stdout.splitlines() == [
        "True",
        f"theirs {tmp_path / 'sitecustomize.py'}",
    ]
    assert done.stderr == ""


def test_an_error_of_another_sitecustomize_is_reported_as_ever(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("1 / 0")
    done = python(PATCHED, variables={"PYTHONPATH": str(tmp_path)})
    assert done.stdout == "True\n"
    assert "Error in sitecustomize" in done.stderr
    assert "ZeroDivisionError" in done.stderr


@pytest.fixture
def bare_python(tmp_path):
    """An interpreter that has nothing installed."""
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")],
        check=True,
        timeout=120,
    )
    return str(python_of(tmp_path / "bare"))


def test_python_without_sky_rs_uses_that_of_the_command(bare_python):
    code = PATCHED + "import sky_rs; print(sky_rs.__file__, sky_rs.base36_encode('ff'))"
    done = execute(bare_python, "-c", code)
    assert done.stdout.splitlines() == ["True", f"{sky_rs.__file__} 73"]
    # Only sky_rs comes along, nothing that is installed beside it.
    done = execute(bare_python, "-c", "import pytest")
    assert "No module named 'pytest'" in done.stderr


def test_a_broken_sky_rs_does_not_keep_python_from_running(tmp_path, bare_python):
    package = tmp_path / "elsewhere" / "sky_rs"
    shutil.copytree(START, package / "_start")
    (package / "__init__.py").write_text("raise RuntimeError('broken')")
    done = subprocess.run(
        [bare_python, "-c", "import sys; print('ran', 'sky_rs' in sys.modules)"],
        env={**os.environ, "PYTHONPATH": str(package / "_start"), "SKY_RS_PATCH": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == "ran False\n"
    assert done.stderr == "sky-rs: SkyPilot is not patched: RuntimeError('broken')\n"


def test_arguments_and_streams_go_through():
    code = (
        "import sys; print(ascii([*sys.argv[1:], sys.stdin.read()])); print('!', file=sys.stderr)"
    )
    arguments = ["--", "a b", "", "-x", "exec", "'\"$é"]
    done = python(code, arguments=arguments, input="in")
    assert ast.literal_eval(done.stdout) == [*arguments, "in"]
    assert (done.stderr, done.returncode) == ("!\n", 0)


def test_the_dashes_may_be_left_out():
    assert run("exec", sys.executable, "-c", PATCHED).stdout == "True\n"


@pytest.mark.parametrize("status", [0, 1, 2, 77, 255])
def test_the_status_is_the_commands(status):
    assert python(f"import sys; sys.exit({status})").returncode == status


@pytest.mark.needs("signals")
def test_a_signal_is_the_commands():
    done = python("import os, signal; os.kill(os.getpid(), signal.SIGTERM)")
    assert done.returncode == -signal.SIGTERM


@pytest.mark.needs("signals")
def test_the_command_gets_no_signals_that_python_ignores():
    command = f"'{sys.executable}' -m sky_rs exec -- yes | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == ["y", str(128 + signal.SIGPIPE)]
    assert done.stderr == ""


@pytest.mark.needs("exec")
def test_the_command_replaces_the_process():
    code = "import os; print(os.getpid())"
    process = subprocess.Popen(
        [sys.executable, "-m", "sky_rs", "exec", sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert int(process.communicate(timeout=60)[0]) == process.pid


@pytest.mark.parametrize("command", ["no-such-command", "./no/such/command", ""])
def test_commands_that_are_not_there(command):
    done = execute(command)
    assert (done.returncode, done.stdout) == (127, "")
    assert done.stderr == f"sky-rs exec: {command}: command not found\n"


@pytest.mark.needs("modes")
def test_commands_that_cannot_be_run(tmp_path):
    (tmp_path / "text").write_text("no program")
    (tmp_path / "empty").touch(mode=0o755)
    for command, reason in [
        (tmp_path / "text", "Permission denied"),
        (tmp_path, "Permission denied"),
        (tmp_path / "empty", "Exec format error"),
        (tmp_path / "text" / "x", "Not a directory"),
    ]:
        done = execute(str(command))
        assert (done.returncode, done.stdout) == (126, "")
        assert done.stderr == f"sky-rs exec: {command}: {reason}\n"


def test_where_a_process_cannot_be_replaced_it_is_waited_for(monkeypatch, capfd):
    monkeypatch.setattr(_exec.os, "name", "nt")
    before = signal.getsignal(signal.SIGINT)
    try:
        assert _exec.main(["--", sys.executable, "-c", PATCHED + "sys.exit(5)"]) == 5
        assert capfd.readouterr().out == "True\n"
        assert _exec.main(["no-such-command"]) == 127
        assert "command not found" in capfd.readouterr().err
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [([], 2), (["nonsense"], 2), (["exec"], 2), (["exec", "--"], 2), (["exec", "-x", "a"], 2)],
)
def test_wrong_usage(arguments, status, capsys):
    assert __main__.main(arguments) == status
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "usage: sky-rs" in captured.err.lower()  # of click, or without


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["exec", "--help"], ["exec", "-h"]])
def test_help(arguments, capsys):
    assert __main__.main(arguments) == 0
    captured = capsys.readouterr()
    assert "usage: sky-rs" in captured.out.lower()
    assert captured.err == ""


def test_the_script_is_the_module():
    name = "sky-rs.exe" if sys.platform == "win32" else "sky-rs"
    script = pathlib.Path(sysconfig.get_path("scripts")) / name
    done = subprocess.run(
        [script, "exec", sys.executable, "-c", PATCHED],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == "True\n"
