"""Which hosts requests may go to."""

from __future__ import annotations

import re
from typing import FrozenSet, Iterable
from urllib.parse import urlsplit

from sky_rs.cloud.exceptions import HostNotAllowedError

_PORTS = {"http": 80, "https": 443}

#: What a host and its port consist of. Everything else is a way to write one host as another.
_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.:[]")

#: What no URL has: some leave it out, and see another host then.
_NEVER = re.compile(r"[\0-\x20\x7f]")

#: A user and a password, which are not shown.
_USER = re.compile(r"//.*@", re.DOTALL)


class Allowed:
    """A list of origins: scheme, host and port.

    Args:
        urls: Each allows its own origin.
        above: Each allows, besides, all hosts whose names end with its own: buckets of S3.
    """

    def __init__(self, urls: Iterable[str], above: Iterable[str] = ()) -> None:
        self._above: FrozenSet[str] = frozenset(map(_origin, above))
        self._exact: FrozenSet[str] = frozenset(map(_origin, urls)) | self._above

    def check(self, url: str) -> None:
        """Looks a URL up.

        Raises:
            HostNotAllowedError: Its origin is not in the list.
        """
        origin = _origin(url)
        if origin in self._exact:
            return
        scheme, _, host = origin.partition("://")
        while "." in host and not host.startswith("["):
            host = host.partition(".")[2]
            if f"{scheme}://{host}" in self._above:
                return
        raise HostNotAllowedError(
            f"{origin!r} is not one of the hosts that are allowed: {', '.join(sorted(self._exact))}"
        )


def _origin(url: str) -> str:
    """Scheme, host and port, in lower case, without the scheme's own port.

    Raises:
        HostNotAllowedError: The URL is not as plain as those of clouds are.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.netloc.lower(), parts.port
    except ValueError:
        host, port = "", None
    is_plain = _CHARACTERS.issuperset(host) and ".." not in f".{host}" and not _NEVER.search(url)
    if not host or parts.scheme not in _PORTS or not is_plain:
        shown = _USER.sub("//***@", url.partition("?")[0])
        raise HostNotAllowedError(f"{shown!r} is no URL of a host that is allowed")
    if port is not None:
        host = host.rpartition(":")[0]
        if port != _PORTS[parts.scheme]:
            host = f"{host}:{port}"
    return f"{parts.scheme}://{host}"
