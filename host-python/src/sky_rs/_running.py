"""Running a command for what it says."""

from __future__ import annotations

import re
import subprocess
import threading

from sky_rs import _sky

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any, Callable, List, Tuple

# What bash says with `-i` and without a terminal, which cannot be turned off.
_NOISE = ("bash: cannot set terminal process group", "bash: no job control in this shell")

_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def run(
    command: str, watch: Callable[[int], None], kill_all: Callable[[], None]
) -> Tuple[int, str, str]:
    """Runs a command in a shell; returns its return code, standard output and standard error.

    A SkyPilot that this process has imported does it: it knows the request that is being answered.

    Args:
        command: The command.
        watch: Called with the number of the shell's process; makes it end with this one.
        kill_all: Ends all that this process has started, after Ctrl-C.
    """
    log_lib = _sky.loaded("skylet.log_lib")
    if log_lib is not None:
        done: Tuple[int, str, str] = log_lib.run_with_log(  # noqa: S604 - the same
            command, "/dev/null", require_outputs=True, shell=True
        )
        return done
    with subprocess.Popen(  # noqa: S602 - what the function is for
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        shell=True,
    ) as process:
        try:
            watch(process.pid)
            return _finished(process)
        except KeyboardInterrupt:
            # In a session of its own, it has not heard the Ctrl-C.
            kill_all()
            raise


def _finished(process: subprocess.Popen[bytes]) -> Tuple[int, str, str]:
    errors: List[str] = []
    # Both at once: a command that nobody listens to would wait.
    reader = threading.Thread(target=lambda: errors.append(_text(process.stderr)), daemon=True)
    reader.start()
    output = _text(process.stdout)
    reader.join()
    return process.wait(), output, errors[0]


def _text(stream: Any) -> str:
    """All that a stream gives, without the noise."""
    text: str = stream.read().decode("utf-8", "replace")
    if not any(noise in text for noise in _NOISE):
        return text
    lines = _LINES.findall(text)
    return "".join(line for line in lines if not any(noise in line for noise in _NOISE))
