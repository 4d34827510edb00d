"""The crates whose code is in the component, as cargo resolves and locks them."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
from typing import Any, Dict, List, NamedTuple, Tuple

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
GUEST = "skypilot-utils"
TARGET = "wasm32-wasip2"


class Crate(NamedTuple):
    """A crate of the registry.

    Attributes:
        name: Its name there.
        version: The one in Cargo.lock.
        licence: Its SPDX expression.
        sha256: Of the archive in the registry, as Cargo.lock has it.
        folder: Where its sources are.
        needs: Names and versions of the crates it uses.
    """

    name: str
    version: str
    licence: str
    sha256: str
    folder: pathlib.Path
    needs: Tuple[Tuple[str, str], ...]


def of_the_guest() -> Tuple[List[Crate], Tuple[Tuple[str, str], ...]]:
    """The crates compiled into the component, and which of them the guest itself names.

    Crates that run while it is compiled (macros, build scripts) leave no code of theirs in it and
    are left out.

    Raises:
        subprocess.CalledProcessError: cargo failed; its words are on standard error.
    """
    # The machine's interface of cargo. It tells of the whole workspace's features, so a feature
    # that only the tests want could bring a crate too many, never one too few.
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--quiet"]
    command += ["--filter-platform", TARGET]
    metadata = json.loads(output(command))
    packages = {package["id"]: package for package in metadata["packages"]}
    needs = {node["id"]: _compiled(node["deps"], packages) for node in metadata["resolve"]["nodes"]}
    guest = next(each for each, package in packages.items() if package["name"] == GUEST)

    found, waiting = {guest}, [guest]
    while waiting:
        new = set(needs[waiting.pop()]) - found
        found |= new
        waiting += new

    def name(package: str) -> Tuple[str, str]:
        return packages[package]["name"], packages[package]["version"]

    checksums = _checksums()
    crates = [
        Crate(
            *name(each),
            packages[each]["license"],
            checksums[name(each)],
            pathlib.Path(packages[each]["manifest_path"]).parent,
            tuple(sorted(map(name, needs[each]))),
        )
        for each in found - {guest}
    ]
    return sorted(crates), tuple(sorted(map(name, needs[guest])))


def output(command: List[str]) -> str:
    """What a command prints.

    Raises:
        subprocess.CalledProcessError: It failed; its words are on standard error.
    """
    # Below the repository, where rustup reads which toolchain it wants.
    done = subprocess.run(  # noqa: S603
        command, cwd=ROOT, check=True, stdout=subprocess.PIPE, encoding="utf-8"
    )
    return done.stdout


def _compiled(dependencies: List[Dict[str, Any]], packages: Dict[str, Any]) -> List[str]:
    return [
        each["pkg"]
        for each in dependencies
        if any(kind["kind"] is None for kind in each["dep_kinds"])
        and not any("proc-macro" in target["kind"] for target in packages[each["pkg"]]["targets"])
    ]


def _checksums() -> Dict[Tuple[str, str], str]:
    locked = tomllib.loads((ROOT / "Cargo.lock").read_text(encoding="utf-8"))["package"]
    return {(each["name"], each["version"]): each.get("checksum", "") for each in locked}
