"""Records the component's SHA-256 beside it, in the format of the coreutils.

The host checks it when it loads the component.
"""

import hashlib
import pathlib
import sys


def main(component: pathlib.Path) -> None:
    """Writes the digest's file, unless it is there already: make goes by its time."""
    digest = hashlib.sha256(component.read_bytes()).hexdigest()
    record = component.with_name(component.name + ".sha256")
    line = f"{digest}  {component.name}\n"
    if not record.exists() or record.read_text(encoding="ascii") != line:
        record.write_text(line, encoding="ascii")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
