"""The facts of the machine, as both backends get them."""

import os
import sys

import pytest

from sky_rs import _host


def memory_total():
    """What psutil reads."""
    if sys.platform != "linux":
        return _host.physical_memory()
    with open("/proc/meminfo", encoding="ascii") as file:
        return int(file.readline().split()[1]) * 1024


@pytest.mark.needs("/proc")
def test_the_kernels_memory_is_what_meminfo_says(monkeypatch):
    for device in (None, -1):  # at the first call, and after /proc has been mounted anew
        monkeypatch.setattr(_host, "_proc_device", device)
        assert _host.physical_memory() == memory_total()


def test_a_file_over_meminfo_is_read_at_every_call(tmp_path, monkeypatch):
    """As lxcfs has it in containers."""
    covering = tmp_path / "meminfo"
    monkeypatch.setattr(_host, "_MEMINFO", str(covering))
    monkeypatch.setattr(_host, "_proc_device", -1)
    monkeypatch.setattr(sys, "platform", "linux")
    for kibibytes in (1024, 2048):
        covering.write_text(f"MemTotal: {kibibytes} kB\nMemFree: 7 kB\n")
        assert _host.physical_memory() == kibibytes * 1024


@pytest.mark.parametrize("text", [None, "", "MemFree: 7 kB\n"])
@pytest.mark.needs("/proc")
def test_without_meminfo_the_kernel_is_asked(text, tmp_path, monkeypatch):
    covering = tmp_path / "meminfo"
    if text is not None:
        covering.write_text(text)
    monkeypatch.setattr(_host, "_MEMINFO", str(covering))
    assert _host.physical_memory() == memory_total()


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, 20_000])
def test_a_text_is_read_to_its_end(size, tmp_path):
    path = tmp_path / "text"
    path.write_text("x" * size)
    assert _host._text(str(path)) == "x" * size


def test_no_text_is_none(tmp_path):
    (tmp_path / "bytes").write_bytes(b"\xff")
    names = ("bytes", "missing", "bytes/file", "nul\0", ".")
    assert [_host._text(os.path.join(tmp_path, name)) for name in names] == [None] * 5


def test_whoever_may_not_ask_for_the_affinity_has_all_cpus(monkeypatch):
    def forbidden(_pid):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr("os.sched_getaffinity", forbidden, raising=False)
    monkeypatch.setattr(_host, "logical_cpus", lambda: 6)
    assert _host.usable_cpus() == 6
    monkeypatch.setattr(_host, "logical_cpus", lambda: None)
    assert _host.usable_cpus() == 1
