"""``sky-rs``, also as ``python -m sky_rs``."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Optional, Sequence

USAGE = """\
usage: sky-rs COMMAND ...

  exec     runs a command with SkyPilot's functions replaced by those of sky_rs
  migrate  finds calls of SkyPilot's functions in Python code, and makes them sky_rs's
"""


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Runs one command; returns the exit status."""
    command, *rest = (sys.argv[1:] if arguments is None else arguments) or [""]
    if command == "exec":
        from sky_rs import _exec  # noqa: PLC0415 - each command has imports of its own

        return _exec.main(rest)
    if command == "migrate":
        from sky_rs import migrate  # noqa: PLC0415

        return migrate.main(rest)
    wanted = command in ("-h", "--help")
    (sys.stdout if wanted else sys.stderr).write(USAGE)
    return 0 if wanted else 2


if __name__ == "__main__":
    sys.exit(main())
