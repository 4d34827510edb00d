"""The component's bytes, as they lie in the package."""

from __future__ import annotations

import hashlib
import pkgutil

NAME = "skypilot_utils.wasm"


def read() -> bytes:
    """The component, from a folder or from inside a zip.

    Raises:
        OSError: It is not there, or cannot be read.
    """
    # Not importlib.resources: its import alone takes longer than loading the component.
    content = pkgutil.get_data("sky_rs", NAME)
    if not content:
        raise FileNotFoundError(f"the package sky_rs has no {NAME}")
    return content


def sha256(content: bytes) -> str:
    """The digest by which ``get_backend_info()`` names the component."""
    return hashlib.sha256(content).hexdigest()
