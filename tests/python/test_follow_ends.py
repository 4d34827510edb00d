"""How following ends: closed, in a forked child, interrupted, cancelled."""

import asyncio
import os
import signal
import subprocess
import sys

import pytest
from following import SOON, append

import sky_rs
from sky_rs import aio


@pytest.mark.parametrize("end", ["close", "forget", "never start"])
@pytest.mark.needs("/proc")
def test_closing_closes_the_file(log, backend, end):
    log.write_bytes(b"1\n")
    next(sky_rs.follow(str(log)))  # what is loaded stays
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        lines = sky_rs.follow(str(log))
        if end != "never start":
            assert next(lines) == "1\n"
        if end == "close":
            lines.close()
        del lines
    assert len(os.listdir("/proc/self/fd")) <= before


FORKED = """
import os, sys
import sky_rs

with sky_rs.using("component"):
    lines = sky_rs.follow(sys.argv[1])
    assert next(lines) == "1\\n"
    if os.fork() == 0:
        with open(sys.argv[1], "a") as file:
            file.write("\\n")
        try:
            next(lines)
        except sky_rs.exceptions.ComponentUnavailableError as error:
            print(error, flush=True)
        assert next(sky_rs.follow(sys.argv[1])) == "1\\n"
        os._exit(0)
    assert os.wait()[1] == 0
    lines.close()
    print("closed")
"""


@pytest.mark.needs("fork")
def test_a_fork_cannot_go_on_in_the_component(log):
    log.write_bytes(b"1\n2")
    done = subprocess.run(
        [sys.executable, "-c", FORKED, str(log)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.stdout, done.returncode) == (
        "a forked process cannot go on following a file\nclosed\n",
        0,
    ), done.stderr


@pytest.mark.needs("signals")
def test_ctrl_c_ends_the_wait(log):
    code = (
        "import signal, sys, sky_rs\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "try:\n"
        "    for line in sky_rs.follow(sys.argv[1], poll_interval=60):\n"
        "        print(line, end='', flush=True)\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
    )
    log.write_bytes(b"1\n")
    with subprocess.Popen(
        [sys.executable, "-c", code, str(log)], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout.readline() == "1\n"
            process.send_signal(signal.SIGINT)
            assert process.communicate(timeout=20)[0] == "interrupted\n"
        finally:
            process.kill()


def test_aio_follows(log, backend):
    log.write_bytes(b"1\n")

    async def main():
        got = []
        done = asyncio.Event()
        async for line in aio.follow(str(log), poll_interval=SOON, stop=done.is_set):
            got.append(line)
            if len(got) == 1:
                append(log, b"2\n3")
            else:
                done.set()
        return got

    assert asyncio.run(main()) == ["1\n", "2\n", "3"]


@pytest.mark.needs("/proc")
def test_aio_ends_with_its_task(log, backend):
    log.write_bytes(b"1\n")

    async def follow(seen):
        async for _ in aio.follow(str(log), poll_interval=SOON):
            seen.set()

    async def main():
        before = len(os.listdir("/proc/self/fd"))
        seen = asyncio.Event()
        task = asyncio.ensure_future(follow(seen))
        await asyncio.wait_for(seen.wait(), 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return before

    asyncio.run(main())
    assert len(os.listdir("/proc/self/fd")) <= asyncio.run(main())


def test_aio_raises_what_following_raises(tmp_path):
    async def main():
        async for _ in aio.follow(str(tmp_path / "missing")):
            pass

    with pytest.raises(AssertionError, match="File not found"):
        asyncio.run(main())
