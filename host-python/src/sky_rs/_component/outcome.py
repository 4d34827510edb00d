"""WIT errors, as the adapters read them."""

from __future__ import annotations

import errno
from typing import Any, Optional

from sky_rs import _errors
from sky_rs._component import NotRepresented, imports

_ERRNO = {
    "access": errno.EACCES,
    "no-entry": errno.ENOENT,
    "is-directory": errno.EISDIR,
    "invalid-seek": errno.EINVAL,
}


def error_tag(value: Any) -> Optional[str]:
    """The case of the WIT `error`, if the value is one and not a result.

    Raises:
        NotRepresented: The component declined the arguments.
        Exception: What a host import met.
    """
    kind = type(value)
    if kind is str or kind is int or kind is bool or kind is float or value is None:
        return None  # what most calls give; asking a str for its tag would cost as much again
    tag: Optional[str] = getattr(value, "tag", None)
    if tag == "unsupported":
        raise NotRepresented(value.payload)
    if tag == "host-failed":
        failure = imports.failures.take()
        if failure is not None:
            raise failure
    return tag


def file_error(error: Any, path: Any) -> OSError:
    """The WIT error of a file as Python's.

    Raises:
        NotRepresented: Something changed between the host's look and the component's, or WASI
            has no word for the reason ('io' is also that of too many open files); the fallback
            looks again.
    """
    number = _ERRNO.get(error.payload)
    if number is None:
        raise NotRepresented(f"a file that the component cannot open: {error.payload}")
    return _errors.os_error(number, path)


def check_file(result: Any, path: Any) -> None:
    """Raises if a WIT result is an error about a file.

    Raises:
        OSError: The file cannot be opened or read.
        NotRepresented: As for :func:`file_error`.
    """
    if error_tag(result) == "file":
        raise file_error(result, path)
