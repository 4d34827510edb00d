"""Telemetry in many processes, and turned on by the environment."""

import json
import os
import subprocess
import sys

import pytest
from conftest import run

# Prints what a registry has, without buckets.
LOOK = """
import json, multiprocessing, os, signal, sys, threading, traceback
import sky_rs
from sky_rs import telemetry

def look(registry):
    samples = [sample for family in registry.collect() for sample in family.samples]
    return {
        " ".join((sample.name, *sorted(sample.labels.values()))): sample.value
        for sample in samples if not sample.name.endswith(("_bucket", "_created", "_sum"))
    }

def in_child(work):
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        try:
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
"""

# As SkyPilot's API server: workers that are forked, and some that are spawned.
SHARED = (
    LOOK
    + """
import concurrent.futures

def work():
    with sky_rs.using("component"):
        sky_rs.base36_encode("ff")
        sky_rs.hash_file(sys.argv[1], "md5")

def hash_all(method):
    context = multiprocessing.get_context(method)
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
        sky_rs.hash_files([sys.argv[1]] * 10, "sha1", executor=pool)

if __name__ == "__main__":
    from prometheus_client import CollectorRegistry
    from prometheus_client.multiprocess import MultiProcessCollector

    work()
    assert telemetry.enabled() == "prometheus"
    in_child(work)
    context = multiprocessing.get_context("spawn")
    child = context.Process(target=work)
    child.start()
    child.join(60)
    assert child.exitcode == 0
    hash_all("fork")
    hash_all("spawn")
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    print(json.dumps(look(registry)))
"""
)

# Without files, a child counts from zero, whatever other threads were counting.
FORKED = (
    LOOK
    + """
import prometheus_client

registry = prometheus_client.CollectorRegistry()
telemetry.enable("prometheus", registry=registry)
stop = threading.Event()
name = "sky_rs_call_duration_seconds_count format_float python"

def busy():
    while not stop.is_set():
        sky_rs.format_float(1.5)

def child():
    assert name not in look(registry)
    sky_rs.format_float(1.5)
    assert look(registry)[name] == 1
    with sky_rs.using("component"):
        sky_rs.format_float(1.5)
    telemetry.disable()
    telemetry.enable("prometheus")

threads = [threading.Thread(target=busy) for _ in range(3)]
for thread in threads:
    thread.daemon = True  # should a child fail
    thread.start()
for _ in range(30):
    in_child(child)
stop.set()
for thread in threads:
    thread.join()
assert look(registry)[name] > 1
print("done")
"""
)

# In files, the parent's threads are in the middle of writing to them.
FORKED_SHARED = (
    LOOK
    + """
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

stop = threading.Event()

def busy():
    while not stop.is_set():
        sky_rs.format_float(1.5)

threads = [threading.Thread(target=busy) for _ in range(3)]
for thread in threads:
    thread.daemon = True  # should a child fail
    thread.start()
for _ in range(30):
    in_child(lambda: sky_rs.base36_encode("ff"))
stop.set()
for thread in threads:
    thread.join()
registry = CollectorRegistry()
MultiProcessCollector(registry)
print(look(registry)["sky_rs_call_duration_seconds_count base36_encode python"])
"""
)


def script(tmp_path, code, *arguments, **environment):
    """Runs code from a file, which is what spawned children import; returns what it printed."""
    path = tmp_path / "script.py"
    path.write_text(code)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(path), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.needs("fork")
def test_processes_are_added_up(tmp_path):
    shared, file = tmp_path / "shared", tmp_path / "file"
    shared.mkdir()
    file.write_bytes(b"x" * 1000)
    variables = {"PROMETHEUS_MULTIPROC_DIR": str(shared), "SKY_RS_TELEMETRY": "prometheus"}
    found = json.loads(script(tmp_path, SHARED, file, **variables))
    count = "sky_rs_call_duration_seconds_count"
    assert found[f"{count} base36_encode component"] == 3
    assert found[f"{count} component hash_file"] == 2
    # The forked child's file, which the component cannot read there.
    assert found[f"{count} hash_file python"] == 1
    assert found["sky_rs_fallbacks_total forked hash_file"] == 1
    assert found[f"{count} executor hash_files"] == 2
    assert found[f"{count} hash_files python"] == 20  # a task for each file
    assert found["sky_rs_hashed_bytes_total md5"] == 3000
    assert found["sky_rs_hashed_bytes_total sha1"] == 20_000
    assert found["sky_rs_instances used"] == 0
    assert found["sky_rs_instances idle"] >= 2
    assert found["sky_rs_instances_started_total"] >= found["sky_rs_instances idle"]


@pytest.mark.needs("fork")
def test_a_forked_child_counts_from_zero(tmp_path):
    assert script(tmp_path, FORKED) == "done\n"


@pytest.mark.needs("fork")
def test_a_forked_child_finds_no_lock_taken(tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir()
    variables = {"PROMETHEUS_MULTIPROC_DIR": str(shared), "SKY_RS_TELEMETRY": "prometheus"}
    assert script(tmp_path, FORKED_SHARED, **variables) == "30.0\n"


USE = """
import sky_rs, sys
print(bool(sys.modules.get("prometheus_client") or sys.modules.get("opentelemetry")))
for _ in range(2):
    try:
        {call}
    except (ImportError, ValueError) as error:
        print(type(error).__name__, error)
from sky_rs import telemetry
print(telemetry.enabled())
"""

CALLS = [
    'sky_rs.base36_encode("ff")',
    'sky_rs.hash_files([], "md5")',
    "next(sky_rs.follow(sky_rs.__file__))",
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("value", "expected"),
    [("prometheus", "prometheus"), ("otel", "otel"), ("off", "None"), ("", "None")],
)
def test_the_variable_turns_it_on_at_the_first_call(value, expected, call):
    output = run(USE.format(call=call), SKY_RS_TELEMETRY=value)
    assert output.splitlines() == ["False", expected]


@pytest.mark.parametrize("call", CALLS)
def test_any_other_value_is_a_clear_error(call):
    output = run(USE.format(call=call), SKY_RS_TELEMETRY="statsd")
    choices = "'prometheus', 'otel', 'off'"
    error = f"ConfigurationError SKY_RS_TELEMETRY must be one of {choices}, not 'statsd'"
    assert output.splitlines() == ["False", error, error, "None"]


def test_the_program_has_the_last_word():
    code = """
import sky_rs
from sky_rs import telemetry
telemetry.disable()
print(sky_rs.base36_encode("ff"), telemetry.enabled())
"""
    assert run(code, SKY_RS_TELEMETRY="prometheus").split() == ["73", "None"]


@pytest.mark.parametrize(
    ("exporter", "package"), [("prometheus", "prometheus_client"), ("otel", "opentelemetry")]
)
def test_without_the_package_the_error_tells_what_to_install(exporter, package):
    code = f"import sys; sys.modules[{package!r}] = None" + USE.format(call=CALLS[0])
    _, first, second, state = run(code, SKY_RS_TELEMETRY=exporter).splitlines()
    assert first == second
    assert first.startswith(f"ImportError telemetry to {exporter!r} needs a package (")
    assert first.endswith(f"pip install 'sky-rs[{exporter}]'")
    assert state == "None"


def test_a_directory_that_is_not_there_is_a_clear_error(tmp_path):
    output = run(
        USE.format(call=CALLS[0]),
        SKY_RS_TELEMETRY="prometheus",
        PROMETHEUS_MULTIPROC_DIR=str(tmp_path / "missing"),
    )
    assert output.count("ConfigurationError PROMETHEUS_MULTIPROC_DIR must be a directory") == 2
