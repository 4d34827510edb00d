"""The bill of materials that comes with the wheel, and licences."""

import hashlib
import importlib.metadata
import json
import pathlib
import re
import sys
import tarfile
import zipfile

import pytest
from conftest import ROOT, SDIST, WHEEL
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import sky_rs

sys.path.append(str(ROOT / "host-python" / "bom"))

import crates
import licences

INFO = f"sky_rs-{sky_rs.__version__}.dist-info"

#: Licences of packages that the host uses, none of which asks anything of who calls them.
HARMLESS = {
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "MIT",
    "PSF-2.0",
}
CLASSIFIERS = {"License :: OSI Approved :: MIT License": "MIT"}


@pytest.fixture(scope="module")
def wheel():
    with zipfile.ZipFile(WHEEL) as archive:
        yield archive


@pytest.fixture(scope="module")
def bill(wheel):
    return json.loads(wheel.read(f"{INFO}/sboms/sky-rs.cdx.json"))


def named(bill, kind):
    """The bill's components of a kind of package, by name and version."""
    found = [each for each in bill["components"] if each.get("purl", "").startswith(f"pkg:{kind}/")]
    return {(each["name"], each.get("version")): each for each in found}


def test_the_bill_is_in_the_format_it_says(wheel, bill):
    text = wheel.read(f"{INFO}/sboms/sky-rs.cdx.json")
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text.decode())
    assert problem is None


def test_the_bill_lies_beside_the_wheel_and_in_the_sdist(wheel):
    text = wheel.read(f"{INFO}/sboms/sky-rs.cdx.json")
    assert (ROOT / "dist" / f"sky_rs-{sky_rs.__version__}.cdx.json").read_bytes() == text
    with tarfile.open(SDIST) as archive:
        inside = archive.extractfile(f"sky_rs-{sky_rs.__version__}/sky-rs.cdx.json")
        assert inside.read() == text


def test_the_bill_is_of_this_component(wheel, bill):
    component = next(each for each in bill["components"] if each["name"] == "skypilot_utils.wasm")
    content = wheel.read("sky_rs/skypilot_utils.wasm")
    assert component["hashes"] == [
        {"alg": "SHA-256", "content": hashlib.sha256(content).hexdigest()}
    ]
    assert bill["metadata"]["component"]["version"] == sky_rs.__version__


def test_every_crate_of_which_the_component_has_code_is_in_the_bill(wheel, bill):
    """Panics name the file they come from, whatever cargo says of dependencies."""
    content = wheel.read("sky_rs/skypilot_utils.wasm")
    paths = re.findall(rb"/cargo/registry/src/[^/]+/([a-z0-9_-]+)-(\d[^/]*)/src", content)
    found = {(name.decode(), version.decode()) for name, version in paths}
    assert found
    assert found <= set(named(bill, "cargo"))


def test_the_libraries_that_come_with_rust_are_in_the_bill(wheel, bill):
    found = {name: each["licenses"][0] for (name, _), each in named(bill, "github").items()}
    told = {name: each.get("expression") or each["license"]["id"] for name, each in found.items()}
    assert told == {
        "rust": "Apache-2.0 AND Unicode-3.0",
        "compiler_builtins": "MIT AND Apache-2.0 WITH LLVM-exception",
        "wasi-libc": "MIT",
    }
    text = wheel.read(f"{INFO}/licenses/THIRD-PARTY-LICENSES").decode()
    for name, holder in (
        ("rust", "Unicode, Inc."),
        ("compiler_builtins", "contributors listed in compiler-rt's CREDITS.TXT"),
        ("wasi-libc", "Rich Felker, et al."),
    ):
        (own,) = re.findall(
            rf"^{name}, {re.escape(told[name])}\n-+\n(.*?)(?:^---|\Z)",
            text,
            re.MULTILINE | re.DOTALL,
        )
        assert holder in own
        assert "Permission is hereby granted" in own


def test_the_bill_has_each_crate_as_it_is_locked(bill):
    lock = (ROOT / "Cargo.lock").read_text(encoding="utf-8")
    found = named(bill, "cargo")
    assert {"digest", "memchr", "sha2", "wit-bindgen"} <= {name for name, _ in found}
    for (name, version), crate in found.items():
        checksum = crate["hashes"][0]["content"]
        entry = f'name = "{name}"\nversion = "{version}"\nsource = "[^"]+"\nchecksum = "{checksum}"'
        assert re.search(entry.replace("+wasi", r"\+wasi"), lock), (name, version)


def test_the_bill_has_what_the_host_asks_for(wheel, bill):
    metadata = wheel.read(f"{INFO}/METADATA").decode().split("\n\n")[0]
    asked = re.findall(r"^Requires-Dist: (.+)$", metadata, re.MULTILINE)
    names = {canonicalize_name(Requirement(each).name) for each in asked}
    found = named(bill, "pypi")
    assert {name for name, _ in found} == names
    required = {name for (name, _), each in found.items() if each["scope"] == "required"}
    assert required == {"wasmtime"}


def test_everything_in_the_bill_is_used_by_something(bill):
    used = {ref for each in bill["dependencies"] for ref in each.get("dependsOn", ())}
    assert {each["bom-ref"] for each in bill["components"]} == used


def test_texts_of_licences_are_in_the_wheel(wheel):
    text = wheel.read(f"{INFO}/licenses/THIRD-PARTY-LICENSES").decode()
    listed = dict(re.findall(r"^(\S+) \S+: (\S+)$", text, re.MULTILINE))
    assert (listed["talc"], listed["sha2"]) == ("MIT", "Apache-2.0")
    for name in (name for name, licence in listed.items() if licence == "MIT"):
        own = text.split(f"\n{name} ", 2)[2]
        assert "Permission is hereby granted" in own
    assert "Apache License" in wheel.read(f"{INFO}/licenses/LICENSE").decode()


def crate(licence, folder=pathlib.Path()):
    return crates.Crate("crate", "1.2.3", licence, "", folder, ())


@pytest.mark.parametrize(
    ("offered", "taken"),
    [
        ("Apache-2.0", "Apache-2.0"),
        ("MIT OR Apache-2.0", "Apache-2.0"),
        ("Unlicense OR MIT", "MIT"),
        ("Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT", "Apache-2.0"),
        ("GPL-3.0-only OR (MIT AND MIT)", "MIT"),
    ],
)
def test_the_licence_taken(offered, taken):
    assert licences.taken(crate(offered)) == taken


@pytest.mark.parametrize("offered", ["GPL-3.0-only", "MIT AND GPL-3.0-only", "Zlib"])
def test_licences_that_are_not_accepted(offered):
    with pytest.raises(ValueError, match=rf"crate 1\.2\.3 is licensed as '{offered}'"):
        licences.taken(crate(offered))


def test_a_crate_without_the_text_of_its_licence(tmp_path):
    (tmp_path / "LICENSE-APACHE").write_text("not this one")
    with pytest.raises(FileNotFoundError, match=r"crate 1\.2\.3 comes without the text"):
        licences.texts([crate("MIT", tmp_path)], [])


def licence(distribution):
    told = distribution.metadata
    classified = [CLASSIFIERS.get(each) for each in told.get_all("Classifier", ())]
    return told["License-Expression"] or next(filter(None, classified), told["License"])


def test_licences_of_what_the_host_uses():
    """All of it as it is installed here, extras and what they need in their turn included."""
    waiting = [(each, True) for each in importlib.metadata.requires("sky-rs")]
    seen = {}
    while waiting:
        text, ours = waiting.pop()
        requirement = Requirement(text)
        name = canonicalize_name(requirement.name)
        # Our extras are all installed; of others', none is asked for.
        extras = ["cli", "cloud", "migrate", "otel", "process", "prometheus"] if ours else [""]
        marker = requirement.marker
        wanted = marker is None or any(marker.evaluate({"extra": extra}) for extra in extras)
        if name in seen or not wanted:
            continue
        distribution = importlib.metadata.distribution(name)
        seen[name] = licence(distribution)
        waiting += [(each, False) for each in distribution.requires or ()]
    assert {"wasmtime", "click", "rich", "urllib3", "libcst", "psutil"} <= set(seen)
    parts = {name: set(text.split(" AND ")) for name, text in seen.items()}
    assert {name: each for name, each in parts.items() if not each <= HARMLESS} == {}
