"""The bill of materials, in the format of CycloneDX."""

from __future__ import annotations

import datetime
import hashlib
import os
import pathlib
import uuid
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Tuple

from crates import Crate
from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.lifecycle import LifecyclePhase, PredefinedLifecycle
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from toolchain import Library

#: Of a project in bills of materials: where its identifiers are unique.
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "pkg:pypi/sky-rs")


class Contents(NamedTuple):
    """What was linked into the component.

    Attributes:
        component: The built ``skypilot_utils.wasm``.
        crates: All crates in it.
        named: Names and versions of those that the guest itself names.
        libraries: What the toolchain brings, first Rust's own.
    """

    component: pathlib.Path
    crates: List[Crate]
    named: Tuple[Tuple[str, str], ...]
    libraries: List[Library]


def document(contents: Contents, project: Dict[str, Any], version: str) -> str:
    """The bill of materials of the wheel, as JSON; the same for the same wheel.

    Args:
        contents: What is in the component.
        project: The table ``project`` of pyproject.toml.
        version: The one of this release.
    """
    wasm = _component(contents.component, version)
    wheel = Component(
        type=ComponentType.LIBRARY,
        name=project["name"],
        version=version,
        bom_ref=f"pkg:pypi/{project['name']}@{version}",
        purl=PackageURL("pypi", None, project["name"], version),
        description=project["description"],
        licenses=_licence(project["license"]),
    )
    bom = Bom(serial_number=uuid.uuid5(_NAMESPACE, f"{version} {_sha256(contents.component)}"))
    bom.metadata.component = wheel
    bom.metadata.timestamp = _moment()
    bom.metadata.lifecycles = [PredefinedLifecycle(phase=LifecyclePhase.BUILD)]

    by_name = {(each.name, each.version): _crate(each) for each in contents.crates}
    libraries = [_library(each) for each in contents.libraries]
    rust = libraries[0]
    packages = _packages(project)
    for each in (wasm, *libraries, *by_name.values(), *packages):
        bom.components.add(each)
    bom.register_dependency(wheel, [wasm, *packages])
    bom.register_dependency(wasm, [*libraries, *(by_name[name] for name in contents.named)])
    for crate in contents.crates:
        needed = [rust, *(by_name[name] for name in crate.needs)]
        bom.register_dependency(by_name[crate.name, crate.version], needed)
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def _component(path: pathlib.Path, version: str) -> Component:
    return Component(
        type=ComponentType.LIBRARY,
        name=path.name,
        version=version,
        bom_ref=path.name,
        hashes=_hash(_sha256(path)),
        licenses=_licence("Apache-2.0"),
    )


def _crate(crate: Crate) -> Component:
    return Component(
        type=ComponentType.LIBRARY,
        name=crate.name,
        version=crate.version,
        bom_ref=f"pkg:cargo/{crate.name}@{crate.version}",
        purl=PackageURL("cargo", None, crate.name, crate.version),
        hashes=_hash(crate.sha256),
        licenses=_licence(crate.licence),
        scope=ComponentScope.REQUIRED,
    )


def _library(library: Library) -> Component:
    owner, repository, commit = library.source
    return Component(
        type=ComponentType.LIBRARY,
        name=library.name,
        version=library.version,
        bom_ref=library.name,
        purl=PackageURL("github", owner, repository, commit),
        description=library.description,
        licenses=_licence(library.licence),
        scope=ComponentScope.REQUIRED,
    )


def _packages(project: Dict[str, Any]) -> List[Component]:
    """What the host asks the installer for, which chooses the versions: so these have none."""
    asked = [(None, text) for text in project["dependencies"]]
    for extra, texts in sorted(project["optional-dependencies"].items()):
        asked += [(extra, text) for text in texts]
    by_name: Dict[str, List[Tuple[Optional[str], Requirement]]] = {}
    for extra, text in asked:
        requirement = Requirement(text)
        by_name.setdefault(canonicalize_name(requirement.name), []).append((extra, requirement))
    return [
        Component(
            type=ComponentType.LIBRARY,
            name=name,
            bom_ref=f"pkg:pypi/{name}",
            purl=PackageURL("pypi", None, name),
            scope=_scope(extra for extra, _ in requirements),
            properties=[
                Property(name=f"sky-rs:requirement:{extra or 'always'}", value=str(requirement))
                for extra, requirement in requirements
            ],
        )
        for name, requirements in sorted(by_name.items())
    ]


def _scope(extras: Iterable[Optional[str]]) -> ComponentScope:
    return ComponentScope.REQUIRED if None in set(extras) else ComponentScope.OPTIONAL


def _licence(expression: str) -> List[Any]:
    return [LicenseFactory().make_from_string(expression)]


def _hash(sha256: str) -> List[HashType]:
    return [HashType(alg=HashAlgorithm.SHA_256, content=sha256)]


def _sha256(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _moment() -> datetime.datetime:
    # The bill must not change with the clock: without a moment that the build sets, the oldest one.
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
