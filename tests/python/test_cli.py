"""The command line: the group, and its commands that print what there is to know."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys

import pytest

import sky_rs
from sky_rs import _doctor
from sky_rs._cli import COMMANDS, bench

SECONDS = 60


def start(*arguments, prefix=(), **options):
    return subprocess.Popen(
        [*prefix, sys.executable, "-m", "sky_rs", *arguments],
        stdout=options.pop("stdout", subprocess.PIPE),
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUTF8": "1", **options.pop("env", {})},
        encoding="utf-8",
        **options,
    )


def run(*arguments, **options):
    with start(*arguments, **options) as process:
        out, err = process.communicate(timeout=SECONDS)
    return process.returncode, out, err


def test_help_names_every_command():
    status, out, _ = run("--help")
    assert status == 0
    assert re.findall(r"^  ([a-z-]+)  ", out.partition("Commands:")[2], re.MULTILINE) == [*COMMANDS]


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in ("exec", "migrate")])
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_each_command_has_help(name, option):
    status, out, err = run(name, option)
    assert (status, err) == (0, "")
    assert out.startswith(f"Usage: sky-rs {name}")


def test_version():
    assert run("--version")[:2] == (0, f"sky-rs, version {sky_rs.__version__}\n")


@pytest.mark.parametrize(
    "arguments",
    [["nope"], ["cpu", "--nope"], ["free-port", "x"], ["free-port", "0"], ["free-port", "65536"]],
)
def test_wrong_usage(arguments):
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith(("Usage: sky-rs", "Error: Option '-n'"))


def test_numbers():
    assert run("cpu")[:2] == (0, f"{sky_rs.get_cpu_count()}\n")
    assert run("mem")[:2] == (0, f"{sky_rs.get_mem_size_gb()}\n")
    status, out, _ = run("free-port", "31000")
    assert status == 0
    assert int(out) >= 31000


def test_an_error_is_one_line():
    assert run("doctor", "no such file") == (
        1,
        "",
        "sky-rs: no such file: No such file or directory\n",
    )
    status, out, err = run("cpu", env={"SKYPILOT_USE_RUST": "maybe"})
    assert (status, out) == (1, "")
    assert err.startswith("sky-rs: SKYPILOT_USE_RUST must be one of ")
    assert err.count("\n") == 1


def test_routes():
    status, out, _ = run("routes", "--json")
    assert status == 0
    # Those of clouds are there once these are imported.
    routes = {name: rows for name, rows in sky_rs.routes().items() if "cloud_" not in name}
    assert json.loads(out) == json.loads(json.dumps(routes))
    status, out, _ = run("routes")
    header, *lines = out.splitlines()
    assert header.split() == ["function", "kind", "route", "from", "ratio"]
    assert len(lines) == sum(map(len, routes.values()))


def test_doctor_in_json():
    status, out, err = run("doctor", "--json", __file__)
    assert (status, err) == (0, "")
    found = json.loads(out)
    assert [answer["equal"] for answer in found["answers"]] == [True] * 8
    assert found["backend"]["backend"] == "component"
    assert found["sandbox"]["self_test"] == "passed"
    assert found["sandbox"]["imports"] == sky_rs.get_backend_info()["imports"]
    assert found["sandbox"]["forked"] is False
    assert found["sandbox"]["memory_limit"] == 256 * 2**20


def test_doctor_tells_the_limits_of_the_process():
    env = {"SKY_RS_MEMORY_LIMIT": str(64 * 2**20), "SKY_RS_DEADLINE": "5", "SKYPILOT_USE_RUST": "0"}
    status, out, _ = run("doctor", __file__, env=env)
    assert status == 0
    assert "  memory limit: 67108864 bytes\n  deadline: 5.0 s\n" in out
    assert "  selected: python\n" in out
    assert "8 of 8 answers equal" in out


def test_doctor_fails_where_there_is_no_component():
    """Without wasmtime, as where pip found no wheel of it with a library inside."""
    code = "import sys; sys.modules['wasmtime'] = None; from sky_rs.__main__ import main; "
    code += "sys.exit(main(['doctor', '--json']))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert found["backend"]["backend"] == "python"
    assert "cannot be loaded" in found["backend"]["fallback_reason"]
    assert (found["sandbox"]["self_test"], found["answers"]) == (None, [])


def test_doctor_tells_what_the_choice_is_and_what_would_be_there():
    status, out, _ = run("doctor", "--json", __file__, env={"SKYPILOT_USE_RUST": "0"})
    found = json.loads(out)
    assert (status, found["backend"]["backend"], len(found["answers"])) == (0, "python", 8)
    assert found["backend"]["fallback_reason"].startswith("Python is chosen")
    assert found["backend"]["component_sha256"]


def test_doctor_shows_a_component_that_fails(monkeypatch):
    def failing():
        if sky_rs.get_backend_info()["selected"] == "component":
            raise sky_rs.exceptions.ComponentError("broken")
        return 1

    row = _doctor.run(_doctor.Check("any", "", failing))
    assert (row.equal, row.component, row.component_us) == (False, "ComponentError: broken", None)


@pytest.mark.parametrize("content", [b"", b"\xff\0", "日本語".encode()])
@pytest.mark.parametrize("encoding", ["utf-8:strict", "ascii:strict", "cp1252"])
def test_doctor_reads_any_file(tmp_path, content, encoding):
    (tmp_path / "file").write_bytes(content)
    status, out, err = run("doctor", str(tmp_path / "file"), env={"PYTHONIOENCODING": encoding})
    assert (status, err) == (0, "")
    assert "8 of 8 answers equal" in out


def test_nothing_in_a_file_is_obeyed_by_a_terminal(tmp_path):
    (tmp_path / "file").write_bytes(b"\x1b[31mred\a\n")
    out = run("doctor", str(tmp_path / "file"))[1]
    assert "\x1b" not in out
    assert r"\x1b[31mred\x07" in out


@pytest.mark.needs("FIFOs")
def test_doctor_reads_no_fifo(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    status, _, err = run("doctor", "fifo", cwd=tmp_path)
    assert (status, err) == (1, "sky-rs: fifo: not a regular file\n")


def test_a_measurement_has_every_contender(monkeypatch):
    monkeypatch.setattr(bench, "_ROUND", 0.0001)
    result = bench.measure(bench.Case("base36_encode", "", ("ff",)))
    assert {*result.microseconds} - {"skypilot"} == {"python", "component", "auto"}
    assert all(time > 0 for time in result.microseconds.values())
    assert result.ratio > 0


def test_every_case_of_the_bench_can_be_called(tmp_path):
    for case in bench._cases(str(tmp_path)):
        getattr(sky_rs, case.function)(*case.arguments)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell):
    status, out, _ = run("completion", shell)
    assert status == 0
    assert f"_SKY_RS_COMPLETE={shell}_complete" in out


@pytest.mark.parametrize(
    ("typed", "found"),
    [("sky-rs ro", "routes"), ("sky-rs ex", "exec"), ("sky-rs hash --al", "--algorithm")],
)
def test_completion(typed, found):
    last = len(typed.split()) - 1
    env = {"_SKY_RS_COMPLETE": "bash_complete", "COMP_WORDS": typed, "COMP_CWORD": str(last)}
    assert run(env=env)[1] == f"plain,{found}\n"


@pytest.mark.parametrize("command", ["exec", "migrate", "doctor"])
def test_files_are_completed(command):
    env = {"_SKY_RS_COMPLETE": "bash_complete", "COMP_WORDS": f"sky-rs {command} a"}
    assert run(env={**env, "COMP_CWORD": "2"})[1] == "file,a\n"


@pytest.mark.parametrize("missing", ["click", "rich"])
def test_the_extra_is_asked_for(missing):
    code = f"import sys; sys.modules[{missing!r}] = None; from sky_rs.__main__ import main; "
    code += "sys.exit(main(sys.argv[1:]))"

    def main(*arguments):
        return subprocess.run(
            [sys.executable, "-c", code, *arguments],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    done = main("cpu")
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'sky-rs[cli]'" in done.stderr
    assert main("migrate", "--help").returncode == 0
    assert main("exec", "--", sys.executable, "-c", "print(1)").stdout == "1\n"


@pytest.mark.needs("shell")
def test_a_reader_that_leaves():
    command = f"{{ {sys.executable} -m sky_rs routes --json; echo $? >&2; }} | head -n 1"
    done = subprocess.run(
        ["/bin/sh", "-c", command], capture_output=True, text=True, timeout=SECONDS, check=True
    )
    assert (done.stdout, done.stderr) in (("{\n", "141\n"), ("{\n", "0\n"))  # if all fits the pipe


@pytest.mark.needs("signals")
def test_ctrl_c():
    with start("bench") as process:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(2)  # until it measures
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert "Traceback" not in err


def on_a_terminal(*arguments, env=None):
    """What a command writes to a terminal of 80 columns."""
    master, slave = os.openpty()
    try:
        process = start(
            *arguments, stdout=slave, env={"COLUMNS": "80", "TERM": "xterm", **(env or {})}
        )
        os.close(slave)
        written = b""
        with process, contextlib.suppress(OSError):  # the terminal is gone with its last writer
            while block := os.read(master, 65536):
                written += block
        return written.decode()
    finally:
        os.close(master)


@pytest.mark.needs("terminals")
def test_a_terminal_gets_tables_that_fit():
    written = on_a_terminal("doctor", __file__)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", written).replace("\r", "").splitlines()
    assert "\x1b" in written
    table = lines[next(at for at, line in enumerate(lines) if "function" in line) :]
    assert max(map(len, table)) <= 80
    assert "\x1b" not in on_a_terminal("doctor", __file__, env={"TERM": "dumb"})
