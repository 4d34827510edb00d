"""Laps, and what the report says about the versions that were measured."""

from __future__ import annotations

from importlib import metadata
from typing import Any, Dict


def pytest_addoption(parser: Any) -> None:
    parser.addoption("--laps", type=int, default=1, help="how often all benches run")


def pytest_generate_tests(metafunc: Any) -> None:
    if "lap" in metafunc.fixturenames:
        metafunc.parametrize("lap", range(metafunc.config.getoption("laps")))


def pytest_benchmark_update_machine_info(machine_info: Dict[str, Any]) -> None:
    machine_info["packages"] = {
        name: metadata.version(name) for name in ("skypilot", "sky-rs", "wasmtime")
    }
