"""Laps, and what the report says about the machine."""

from __future__ import annotations

import os
from importlib import metadata
from typing import Any, Dict


def pytest_addoption(parser: Any) -> None:
    parser.addoption("--laps", type=int, default=1, help="how often all benches run")


def pytest_generate_tests(metafunc: Any) -> None:
    if "lap" in metafunc.fixturenames:
        metafunc.parametrize("lap", range(metafunc.config.getoption("laps")))


def pytest_benchmark_update_machine_info(machine_info: Dict[str, Any]) -> None:
    # Over the last minutes; the benches themselves are 1 of it. Windows knows none.
    machine_info["load"] = round(os.getloadavg()[1], 1) if hasattr(os, "getloadavg") else None
    machine_info["packages"] = {
        name: metadata.version(name) for name in ("skypilot", "sky-rs", "wasmtime")
    }
