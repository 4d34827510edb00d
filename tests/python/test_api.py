"""The public surface: names, signatures, weight of the import."""

import inspect
import subprocess
import sys

import pytest

import sky_rs

EIGHT = {
    "base36_encode": "(hex_str)",
    "find_free_port": "(start_port)",
    "format_float": "(num, precision=1)",
    "get_cpu_count": "()",
    "get_mem_size_gb": "()",
    "hash_file": "(path, hash_alg)",
    "read_last_n_lines": "(file_path, n, chunk_size=8192, encoding='utf-8', errors='replace')",
    "truncate_long_string": "(s, max_length=35, truncate_middle=False)",
}


BATCHES = {
    "base36_encode_many": "(hex_strings)",
    "truncate_long_strings": "(strings, max_length=35, truncate_middle=False)",
}


def bare_signature(name):
    signature = inspect.signature(getattr(sky_rs, name))
    bare = signature.replace(
        parameters=[
            parameter.replace(annotation=inspect.Parameter.empty)
            for parameter in signature.parameters.values()
        ],
        return_annotation=inspect.Signature.empty,
    )
    return str(bare)


@pytest.mark.parametrize("name", EIGHT)
def test_signatures_are_skypilots(name):
    assert bare_signature(name) == EIGHT[name]


@pytest.mark.parametrize("name", BATCHES)
def test_signatures_of_batches_are_those_of_their_functions(name):
    assert bare_signature(name) == BATCHES[name]


def test_everything_public_is_there_and_documented():
    assert {*EIGHT, *BATCHES} < set(sky_rs.__all__)
    for name in sky_rs.__all__:
        assert getattr(sky_rs, name).__doc__, name


def test_every_function_is_routed():
    routed = {name for name in sky_rs.routes() if not name.startswith("cloud_")}
    assert {*EIGHT, *BATCHES} <= routed <= set(sky_rs.__all__)
    for rows in sky_rs.routes().values():
        for row in rows:
            assert list(row) == ["kind", "size", "unit", "route", "ratio"]


@pytest.mark.parametrize("module", ["wasmtime", "psutil"])
def test_the_import_does_not_load(module):
    code = f"import sky_rs, sys; sys.exit({module!r} in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_wasmtime_without_metadata_has_no_version(monkeypatch):
    """As in an app that was frozen by something that leaves them out."""
    monkeypatch.setattr("importlib.metadata.distributions", lambda **_: iter(()))
    info = sky_rs.get_backend_info()
    assert (info["backend"], info["wasmtime_version"]) == ("component", None)


def test_backend_info_names_the_component():
    info = sky_rs.get_backend_info()
    assert info["backend"] == "component"
    assert info["fallback_reason"] is None
    assert info["package_version"] == info["component_version"] == sky_rs.__version__
    assert int(info["wasmtime_version"].split(".")[0]) >= 48
    assert len(info["component_sha256"]) == 64
    assert sky_rs.is_rust_available()


def test_the_component_imports_only_what_it_should():
    versionless = {name.split("@")[0] for name in sky_rs.get_backend_info()["imports"]}
    assert versionless == {
        "skypilot:utils/host-log",
        "skypilot:utils/host-network",
        "skypilot:utils/host-system",
        "skypilot:utils/types",
        "wasi:filesystem/preopens",
        "wasi:filesystem/types",
        "wasi:io/error",
        "wasi:io/streams",
    }
