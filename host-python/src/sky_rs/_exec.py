"""``sky-rs exec``: runs a command with SkyPilot patched in it and in the processes it starts.

Python runs a module ``sitecustomize`` when it starts, so one on ``PYTHONPATH`` reaches every Python
process below the command, unless it was started with ``-E``, ``-I`` or ``-S``, or without this
environment.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Dict, List, Mapping, NoReturn, Sequence

USAGE = """\
usage: sky-rs exec [--] COMMAND [ARGUMENT ...]

Runs COMMAND with SkyPilot's functions replaced by those of sky_rs, in its Python
processes and in those that they start. Without SkyPilot it just runs COMMAND.

The exit status is that of COMMAND; 127 if it is not found, 126 if it cannot be run.
"""

#: Set to 1 where SkyPilot is to be patched when Python starts.
VARIABLE = "SKY_RS_PATCH"

_START = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_start")

_USAGE_ERROR = 2
_NOT_RUNNABLE = 126
_NOT_FOUND = 127


def main(arguments: Sequence[str]) -> int:
    """Runs the command in place of this process, or where that cannot be, below it.

    Args:
        arguments: What follows ``exec`` on the command line.

    Returns:
        The exit status, if this process is still there.
    """
    command = list(arguments)
    if command and command[0] in ("-h", "--help"):
        sys.stdout.write(USAGE)
        return 0
    if command and command[0] == "--":
        del command[0]
    elif command and command[0].startswith("-"):
        sys.stderr.write(f"sky-rs exec: unknown option {command[0]}\n{USAGE}")
        return _USAGE_ERROR
    if not command:
        sys.stderr.write(USAGE)
        return _USAGE_ERROR
    try:
        return _run(command, environment(os.environ))
    except (OSError, ValueError) as error:
        missing = not command[0] or isinstance(error, FileNotFoundError)
        if isinstance(error, NotADirectoryError) and not os.path.dirname(command[0]):
            missing = True  # it is a directory on PATH that is none
        reason = "command not found" if missing else getattr(error, "strerror", None) or error
        sys.stderr.write(f"sky-rs exec: {command[0]}: {reason}\n")
        return _NOT_FOUND if missing else _NOT_RUNNABLE


def environment(inherited: Mapping[str, str]) -> Dict[str, str]:
    """The environment in which Python patches SkyPilot when it starts."""
    paths = inherited.get("PYTHONPATH", "")
    if paths.split(os.pathsep)[0] != _START:
        paths = os.pathsep.join([_START, paths] if paths else [_START])
    return {**inherited, "PYTHONPATH": paths, VARIABLE: "1"}


def _run(command: List[str], variables: Dict[str, str]) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "posix":
        _become(command, variables)
    return _run_below(command, variables)


def _become(command: List[str], variables: Dict[str, str]) -> NoReturn:
    import signal  # noqa: PLC0415 - only here

    # Python ignores these for itself, and what is ignored stays ignored.
    for name in ("SIGPIPE", "SIGXFSZ"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    os.execvpe(command[0], command, variables)  # noqa: S606 - the command is what the user typed


def _run_below(command: List[str], variables: Dict[str, str]) -> int:
    """Runs the command as a child: on Windows, a process cannot become another one."""
    import shutil  # noqa: PLC0415 - only here
    import signal  # noqa: PLC0415
    import subprocess  # noqa: PLC0415

    program = shutil.which(command[0], path=variables.get("PATH"))
    if program is None:
        raise FileNotFoundError(command[0])
    # Ctrl-C goes to every process of the console: the command decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    done = subprocess.run([program, *command[1:]], env=variables, check=False)  # noqa: S603
    return done.returncode
