"""Writes the bill of materials and others' licences, for the wheel to take in."""

import pathlib
import re
import sys

import crates
import document
import licences
import toolchain
from crates import tomllib

HERE = crates.ROOT / "host-python"


def main(component: pathlib.Path) -> None:
    """Writes both files beside pyproject.toml."""
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    told = (HERE / "src" / "sky_rs" / "_version.py").read_text(encoding="utf-8")
    version = re.search(r'"(.+)"', told).group(1)
    contents = document.Contents(component, *crates.of_the_guest(), toolchain.libraries())
    _write("THIRD-PARTY-LICENSES", licences.texts(contents.crates, contents.libraries))
    _write("sky-rs.cdx.json", document.document(contents, project, version))


def _write(name: str, text: str) -> None:
    (HERE / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
