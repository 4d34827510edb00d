"""The component's bytes, as they lie in the package."""

from __future__ import annotations

import hashlib
import pkgutil

NAME = "skypilot_utils.wasm"

#: The digest that the build recorded, in the format of the coreutils.
DIGEST_NAME = f"{NAME}.sha256"


def read() -> bytes:
    """The component, from a folder or from inside a zip.

    Raises:
        OSError: It is not there, or cannot be read.
    """
    return _resource(NAME)


def verified_sha256(content: bytes) -> str:
    """The component's SHA-256, which is the one recorded when it was built.

    Raises:
        ValueError: It is another one.
        OSError: None was recorded.
    """
    recorded = _resource(DIGEST_NAME).decode("ascii").split()[0]
    actual = hashlib.sha256(content).hexdigest()
    if actual != recorded:
        raise ValueError(f"{NAME} has the SHA-256 {actual}, but {recorded} was built")
    return actual


def _resource(name: str) -> bytes:
    # Not importlib.resources: its import alone takes longer than loading the component.
    content = pkgutil.get_data("sky_rs", name)
    if not content:
        raise FileNotFoundError(f"the package sky_rs has no {name}")
    return content
