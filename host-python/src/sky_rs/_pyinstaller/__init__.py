"""Tells PyInstaller what a frozen app with sky_rs needs; nothing here is imported in an app."""

from __future__ import annotations

import os

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import List


def hook_dirs() -> List[str]:
    """Where PyInstaller finds the hooks: the entry point ``hook-dirs`` of ``pyinstaller40``."""
    return [os.path.dirname(os.path.abspath(__file__))]
