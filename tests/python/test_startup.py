"""Loading: cache, integrity, limits, and the choice of how to call."""

import ctypes
import os
import stat
from unittest import mock

import pytest
from conftest import run

import sky_rs
from sky_rs import _limits
from sky_rs._component import artifact, cache, runtime, signatures
from sky_rs._component.plans import PlannedCode
from sky_rs.exceptions import ConfigurationError

USE = """
import sky_rs
with sky_rs.using("component"):
    print(sky_rs.base36_encode("ff"), sky_rs.get_backend_info()["calls"])
"""


@pytest.mark.needs("modes")
def test_compiled_code_is_kept(tmp_path):
    home = tmp_path / "cache"
    home.mkdir(mode=0o700)
    assert run(USE, XDG_CACHE_HOME=str(home)).split() == ["73", "plans"]
    kept = [path for path in home.rglob("*") if path.is_file()]
    assert any(path.stat().st_size > 100_000 for path in kept)
    assert stat.S_IMODE((home / "sky_rs").stat().st_mode) == 0o700
    assert run(USE, XDG_CACHE_HOME=str(home)).split() == ["73", "plans"]


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o1777])
@pytest.mark.needs("modes")
def test_a_cache_that_others_may_write_is_not_used(tmp_path, mode):
    home = tmp_path / "cache"
    (home / "sky_rs").mkdir(parents=True)
    (home / "sky_rs").chmod(mode)
    assert run(USE, XDG_CACHE_HOME=str(home)).split() == ["73", "plans"]
    assert list((home / "sky_rs").iterdir()) == []


@pytest.mark.needs("modes")
def test_a_cache_below_a_directory_of_others_is_not_trusted(tmp_path):
    (tmp_path / "open").mkdir(mode=0o700)
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "open" / "mine").mkdir(mode=0o700)
    assert not cache.trusted(str(tmp_path / "open" / "mine"))
    (tmp_path / "open").chmod(0o1777)  # as /tmp: nobody can replace what is mine
    assert cache.trusted(str(tmp_path / "open" / "mine"))
    (tmp_path / "link").symlink_to(tmp_path / "open" / "mine")
    assert not cache.trusted(str(tmp_path / "link"))


@pytest.mark.needs("modes")
def test_a_cache_of_others_is_not_trusted(tmp_path, monkeypatch):
    look = os.lstat

    def of_others(path):
        mode, inode, device, links, _user, *rest = look(path)
        return os.stat_result((mode, inode, device, links, 12_345, *rest))

    (tmp_path / "cache").mkdir(mode=0o700)
    assert cache.trusted(str(tmp_path / "cache"))
    monkeypatch.setattr(os, "lstat", of_others)
    assert not cache.trusted(str(tmp_path / "cache"))


def test_no_cache_is_made_where_the_process_happens_to_be(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache._directory() is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("home", ["/proc/nonexistent", "relative", "/proc", "/dev/null"])
@pytest.mark.needs("modes")
def test_without_a_place_for_it_there_is_no_cache(home):
    assert run(USE, XDG_CACHE_HOME=home).split() == ["73", "plans"]
    assert run(USE, HOME=home, XDG_CACHE_HOME="").split() == ["73", "plans"]


@pytest.mark.needs("resource")
def test_a_full_disk_leaves_no_draft(tmp_path):
    full = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))"
    code = f"""{full}
from sky_rs._component import cache
print(cache.enable(object()))
"""
    assert "File too large" in run(code, XDG_CACHE_HOME=str(tmp_path))
    assert list((tmp_path / "sky_rs").iterdir()) == []


def test_another_component_than_was_built_is_refused():
    content = artifact.read()
    with mock.patch.multiple(runtime, _loaded=None, _failure=None):
        with mock.patch.object(artifact, "read", return_value=content + b"\0"):
            assert not sky_rs.is_rust_available()
            reason = sky_rs.get_backend_info()["fallback_reason"]
    assert artifact.verified_sha256(content) in reason
    assert reason.count("SHA-256") == 1
    assert len([word for word in reason.replace(",", "").split() if len(word) == 64]) == 2


def test_why_it_cannot_be_loaded_is_told_in_one_line(caplog):
    several = "unable to make memory executable\n\nCaused by:\n    Operation not permitted\n"
    with mock.patch.multiple(runtime, _loaded=None, _failure=None):
        with mock.patch.object(artifact, "read", side_effect=PermissionError(several)):
            with caplog.at_level("INFO", logger="sky_rs"):
                assert not sky_rs.is_rust_available()
    (line,) = caplog.messages
    told = "memory executable Caused by: Operation not permitted"
    assert line.endswith(f"cannot be loaded: PermissionError: unable to make {told}")


def test_the_public_api_can_be_forced():
    assert run(USE, SKY_RS_CALL_PLANS="0").split() == ["73", "public"]


def test_plans_that_give_a_wrong_answer_are_not_used():
    with mock.patch.object(PlannedCode, "bind", return_value=lambda *_: "74"):
        loaded = runtime.Runtime()
        assert loaded.code.name == "public"
        assert loaded.pool.call("strings#base36-encode", "ff") == "73"
        loaded.close()


def test_a_wasmtime_without_the_private_parts_is_called_publicly():
    from wasmtime import _ffi

    with mock.patch.object(_ffi, "wasmtime_component_valunion_t", object):
        loaded = runtime.Runtime()
    assert loaded.code.name == "public"
    loaded.close()


def test_a_component_that_cannot_be_loaded_leaves_no_thread():
    code = """
import threading
import sky_rs
from sky_rs._component.pool import Pool

right = Pool.call
Pool.call = lambda *arguments: right(*arguments) and "74"
print(sky_rs.is_rust_available(), threading.active_count())
"""
    assert run(code).split() == ["False", "1"]


def test_a_python_without_ctypes_answers():
    code = """
import sys
sys.modules["_ctypes"] = None
import sky_rs
print(sky_rs.is_rust_available(), sky_rs.read_last_n_lines(sky_rs.__file__, 10_000)[0][:3])
with sky_rs.using("component"):
    try:
        sky_rs.base36_encode("ff")
    except sky_rs.exceptions.ComponentUnavailableError as error:
        print("_ctypes" in str(error))
"""
    assert run(code).split() == ["False", '"""', "True"]


def test_a_log_handler_may_wait_for_a_thread_that_calls():
    code = """
import logging, sys, threading
sys.modules["wasmtime"] = None
import sky_rs

class Handler(logging.Handler):
    def emit(self, record):
        call = threading.Thread(target=sky_rs.truncate_long_string, args=("x" * 40,), daemon=True)
        call.start()
        call.join(10)
        print(call.is_alive())

logging.basicConfig(level=logging.INFO, handlers=[Handler()])
print(sky_rs.is_rust_available())
"""
    assert run(code).split() == ["False", "False"]


def test_another_layout_of_texts_is_noticed():
    from wasmtime import _ffi

    from sky_rs._component.values import Codec

    class Swapped(ctypes.Structure):
        _fields_ = tuple(reversed(_ffi.wasm_byte_vec_t._fields_))

    with mock.patch.object(_ffi, "wasm_byte_vec_t", Swapped):
        with pytest.raises(TypeError, match="wasm_byte_vec_t is laid out"):
            Codec(_ffi)


def described(ty):
    """A type as wasmtime-py tells it, in the terms of the table of signatures."""
    make = {
        "String": lambda: signatures.STRING,
        "EnumType": lambda: signatures.ENUM,
        "OwnType": lambda: signatures.OWN,
        "BorrowType": lambda: signatures.BORROW,
        "ListType": lambda: signatures.List(described(ty.element)),
        "OptionType": lambda: signatures.Option(described(ty.payload)),
        "ResultType": lambda: signatures.Result(
            ty.ok and described(ty.ok), ty.err and described(ty.err)
        ),
        "VariantType": lambda: signatures.Cases(
            {name: case and described(case) for name, case in ty.cases}
        ),
        "RecordType": lambda: signatures.Fields({n: described(field) for n, field in ty.fields}),
    }
    kind = type(ty).__name__
    return make.get(kind, lambda: signatures.Scalar(kind.lower()))()


def functions(interfaces, engine):
    """The functions of interfaces of ours and their signatures."""
    found = {}
    for interface, item in interfaces.items():
        if not interface.startswith(signatures.PACKAGE):
            continue
        for name, member in item.ty.exports(engine).items():
            if type(member.ty).__name__ == "FuncType":
                parameters = tuple(described(ty) for _, ty in member.ty.params)
                result = member.ty.result and described(member.ty.result)
                short = interface.split("/")[1].split("@")[0]
                found[f"{short}#{name}"] = signatures.Signature(parameters, result)
    return found


def test_the_table_of_signatures_is_the_components():
    from wasmtime.component import Component

    engine = runtime.load().engine
    ty = Component(engine, artifact.read()).type
    assert functions(ty.exports(engine), engine) == signatures.EXPORTS
    assert functions(ty.imports(engine), engine) == signatures.IMPORTS


def test_plans_do_without_the_slow_half_of_wasmtime():
    code = """
import sky_rs, sys
with sky_rs.using("component"):
    sky_rs.base36_encode("ff"), sky_rs.get_cpu_count(), sky_rs.hash_file(sky_rs.__file__, "md5")
print("wasmtime.component" in sys.modules)
"""
    assert run(code).split() == ["False"]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SKY_RS_MEMORY_LIMIT", "1MB"),
        ("SKY_RS_MEMORY_LIMIT", "1024"),
        ("SKY_RS_MEMORY_LIMIT", str(2**40)),
        ("SKY_RS_DEADLINE", "0"),
        ("SKY_RS_DEADLINE", "nan"),
        ("SKY_RS_DEADLINE", "soon"),
    ],
)
def test_limits_out_of_range_are_clear_errors(variable, value):
    output = run(USE, **{variable: value})
    assert "ConfigurationError" in output
    assert variable in output
    assert repr(value) in output


def test_limits_nest_and_are_checked():
    with sky_rs.limits(memory=2**25):
        with sky_rs.limits(deadline=1):
            assert (_limits.current().memory, _limits.current().deadline) == (2**25, 1.0)
        assert _limits.current().deadline == 30.0
    with pytest.raises(ConfigurationError, match="memory must be a number of bytes"):
        sky_rs.limits(memory=-1)
    with pytest.raises(ConfigurationError, match="deadline must be a number of seconds"):
        sky_rs.limits(deadline=float("inf"))


def test_idle_instances_are_released(runtime, monkeypatch):
    from sky_rs._component import sandbox

    monkeypatch.setattr(sandbox, "IDLE", 0.2)
    monkeypatch.setattr(sandbox, "TICK", 0.01)
    with sky_rs.using("component"):
        sky_rs.base36_encode("ff")
    import time

    deadline = time.monotonic() + 10
    while runtime.pool.idle and time.monotonic() < deadline:
        time.sleep(0.01)
    assert runtime.pool.idle == 0
    with sky_rs.using("component"):
        assert sky_rs.base36_encode("ff") == "73"
