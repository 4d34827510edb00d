"""What a release takes: ``bump`` before it; ``check`` and ``notes`` are for release.yml."""

from __future__ import annotations

import argparse
import datetime
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
CHANGELOG = ROOT / "CHANGELOG.md"
UNRELEASED = "Unreleased"

#: What Cargo and WIT (SemVer) and PyPI (PEP 440) spell alike. Pre-releases they do not.
_VERSION = re.compile(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)")


class ReleaseError(Exception):
    """Something is not as a release needs it."""


def main() -> None:
    """Runs a command, and exits with 1 and a line on standard error if it cannot be done."""
    parser = argparse.ArgumentParser(prog="release.py", description=__doc__)
    commands = parser.add_subparsers(required=True)
    for function, argument in ((bump, "VERSION"), (check, "TAG"), (notes, "VERSION")):
        summary = function.__doc__.split("\n\n")[0]
        command = commands.add_parser(function.__name__, help=summary, description=summary)
        command.add_argument("argument", metavar=argument)
        command.set_defaults(function=function)
    arguments = parser.parse_args()
    try:
        arguments.function(arguments.argument)
    except ReleaseError as error:
        sys.exit(f"release.py: {error}")


def bump(version: str) -> None:
    """Writes a version to every place that has it, and makes of what is unreleased its release.

    The version may be the current one if that has not been released.

    Raises:
        ReleaseError: No release can have this version, there is nothing to release, or a place
            does not have the current version. In the last case others may have been changed.
    """
    current = _current()
    if _parts(version) < _parts(current):
        raise ReleaseError(f"{version} comes before {current}, the current version")
    if _section(version) is not None:
        raise ReleaseError(f"CHANGELOG.md has {version} already")
    if not _section(UNRELEASED):
        raise ReleaseError(f"CHANGELOG.md has nothing under {UNRELEASED}")
    # The places are in pyproject.toml, tool.bumpversion.
    tool = [sys.executable, "-m", "bumpversion", "bump"]
    versions = ["--current-version", current, "--new-version", version]
    if subprocess.run([*tool, *versions], cwd=ROOT, check=False).returncode != 0:
        raise ReleaseError(f"not every place had {current}: see above, and what `git diff` shows")
    today = datetime.datetime.now(datetime.timezone.utc).date()
    unreleased = f"## [{UNRELEASED}]\n"
    _replace(CHANGELOG, unreleased, f"{unreleased}\n## [{version}] - {today}\n")
    for file in (ROOT / "wit").glob("*.wit"):
        _replace(file, "@unstable(feature = unreleased)", f"@since(version = {version})")


def check(tag: str) -> None:
    """Tells whether a tag can be released.

    Raises:
        ReleaseError: It is not that of the current version, or the changelog has no such version.
    """
    version = _current()
    if tag != f"v{version}":
        raise ReleaseError(f"the tag is {tag}, that of the current version v{version}")
    if not _section(version):
        raise ReleaseError(f"CHANGELOG.md says nothing of {version}: run `make bump` first")


def notes(version: str) -> None:
    """Prints what the changelog says of a version.

    Raises:
        ReleaseError: It says nothing of it.
    """
    text = _section(version)
    if not text:
        raise ReleaseError(f"CHANGELOG.md says nothing of {version}")
    # A line's end in a release's notes is shown as one.
    print(re.sub(r"\n +(?![-*+ ])", " ", text))


def _parts(version: str) -> tuple[int, ...]:
    match = _VERSION.fullmatch(version)
    if not match:
        raise ReleaseError(
            f"{version!r} is no version for a release: those are MAJOR.MINOR.PATCH, as 1.20.3 "
            "(what crates and wheels call pre-releases differs)"
        )
    return tuple(map(int, match.groups()))


def _current() -> str:
    text = (ROOT / "host-python/src/sky_rs/_version.py").read_text(encoding="utf-8")
    return re.search('"(.+)"', text)[1]


def _section(version: str) -> str | None:
    """What stands below a version's heading in the changelog, or None if there is none."""
    heading = rf"^## \[{re.escape(version)}\].*\n"
    text = CHANGELOG.read_text(encoding="utf-8")
    found = re.search(rf"{heading}((?:(?!## ).*\n?)*)", text, re.MULTILINE)
    return found and found[1].strip()


def _replace(file: pathlib.Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    with file.open("w", encoding="utf-8", newline="\n") as replaced:
        replaced.write(text.replace(old, new))


if __name__ == "__main__":
    main()
