"""The component's bytes, as they lie in the package."""

from __future__ import annotations

import os
from typing import Any

import sky_rs

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
    actual = _sha256(content)
    if actual != recorded:
        raise ValueError(f"{NAME} has the SHA-256 {actual}, but {recorded} was built")
    return actual


def _resource(name: str) -> bytes:
    # As pkgutil.get_data does it. importlib.resources takes longer to import than the component to
    # load.
    loader: Any = sky_rs.__spec__.loader
    content: bytes = loader.get_data(os.path.join(os.path.dirname(sky_rs.__file__), name))
    if not content:
        raise FileNotFoundError(f"the {name} of the package sky_rs is empty")
    return content


def _sha256(content: bytes) -> str:
    """The digest in lower-case hexadecimal digits.

    hashlib, of which only this is needed, would load OpenSSL: 3 ms and 3 MB more at start.
    """
    for name in ("_sha2", "_sha256", "hashlib"):  # CPython from 3.12 on, before, and any Python
        try:
            digest: str = __import__(name).sha256(content).hexdigest()
        except ImportError:
            continue
        return digest
    raise ImportError("this Python has no SHA-256")
