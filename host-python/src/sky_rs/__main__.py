"""``sky-rs``, also as ``python -m sky_rs``."""

from __future__ import annotations

import os
import sys

from sky_rs import _ending

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Optional, Sequence

_EXTRA = """\
sky-rs: this needs click and rich ({}): pip install 'sky-rs[cli]'
sky-rs: `sky-rs exec` and `sky-rs migrate` do not
"""

#: Set by the shell that asks how a command line may go on.
_COMPLETING = "_SKY_RS_COMPLETE"


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Runs one command; returns the exit status."""
    return _ending.run(_run, sys.argv[1:] if arguments is None else list(arguments))


def _run(words: Sequence[str]) -> int:
    # These two need no extra, and `exec`, in front of others' commands, has to be quick.
    if words and _COMPLETING not in os.environ:
        if words[0] == "exec":
            from sky_rs import _exec  # noqa: PLC0415 - each command has imports of its own

            return _exec.main(words[1:])
        if words[0] == "migrate":
            from sky_rs import migrate  # noqa: PLC0415

            return migrate.main(words[1:])
    try:
        import click  # noqa: F401, PLC0415
        import rich  # noqa: F401, PLC0415
    except ImportError as error:
        sys.stderr.write(_EXTRA.format(error))
        return 2
    from sky_rs import _cli  # noqa: PLC0415

    return _cli.run(words)


if __name__ == "__main__":
    sys.exit(main())
