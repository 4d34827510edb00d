"""Apps frozen by PyInstaller, which is told nothing about sky_rs but what the package tells it."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from processes import dead

#: Prints answers of the component, of the cloud module, and what was loaded; then, if asked to,
#: starts a process that is to end with it.
APP = """
import json, subprocess, sys
import sky_rs
from sky_rs.cloud import aws

def watch():
    nowhere = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    process = subprocess.Popen(["sleep", "60"], start_new_session=True, **nowhere)
    sky_rs.subprocess_utils.kill_process_daemon(process.pid)
    print(process.pid)

with sky_rs.using("component"):
    print(json.dumps([
        sky_rs.base36_encode("f" * 32),
        sky_rs.read_last_n_lines(sys.argv[1], 1),
        sky_rs.hash_files([sys.argv[1]] * 4, "md5"),
        sky_rs.names.is_valid_env_var("A"),
        aws.client("s3", region_name="us-west-2").meta.endpoint_url,
        aws.sign("GET", "https://ec2.us-east-1.amazonaws.com/", {}, b"", service="ec2",
                 region="us-east-1", credentials=("AKIDEXAMPLE", "secret"),
                 now="20150830T123600Z"),
        sky_rs.get_backend_info(),
    ]))
if len(sys.argv) > 2:
    watch()
"""

#: One analysis for both kinds of app; otherwise what `pyinstaller app.py` takes.
SPEC = """
analysis = Analysis(["app.py"])
pure = PYZ(analysis.pure)
EXE(pure, analysis.scripts, analysis.binaries, analysis.datas, name="onefile")
starter = EXE(pure, analysis.scripts, exclude_binaries=True, name="app")
COLLECT(starter, analysis.binaries, analysis.datas, name="onedir")
"""

SUFFIX = ".exe" if sys.platform == "win32" else ""

#: What a process needs on any account.
LEAST = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}


@pytest.fixture(scope="module")
def frozen(tmp_path_factory):
    """Where the frozen apps are, and the app's source."""
    folder = tmp_path_factory.mktemp("frozen")
    (folder / "app.py").write_text(APP)
    (folder / "app.spec").write_text(SPEC)
    done = subprocess.run(
        [sys.executable, "-m", "PyInstaller", "--log-level=WARN", "app.spec"],
        cwd=folder,
        env={**os.environ, "PYINSTALLER_CONFIG_DIR": str(folder / "cache")},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    yield folder
    shutil.rmtree(folder)  # some 300 MB


def answers(app, folder, *arguments):
    """What an app prints in an empty environment and an empty directory."""
    empty = folder / "empty"
    empty.mkdir(exist_ok=True)
    done = subprocess.run(
        [*app, str(folder / "app.py"), *arguments],
        cwd=empty,
        env=LEAST,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize("kind", ["onedir/app", "onefile"])
def test_a_frozen_app_answers_as_its_source(kind, frozen):
    (given,) = answers([frozen / "dist" / f"{kind}{SUFFIX}"], frozen)
    assert [given] == answers([sys.executable, frozen / "app.py"], frozen)
    assert json.loads(given)[-1]["backend"] == "component"


@pytest.mark.needs("fork")
@pytest.mark.parametrize("kind", ["onedir/app", "onefile"])
def test_what_a_frozen_app_watches_ends_with_it(kind, frozen):
    """There is no Python to run the daemon: the app itself would be started again."""
    _, pid = answers([frozen / "dist" / kind], frozen, "watch")
    assert dead([int(pid)])
