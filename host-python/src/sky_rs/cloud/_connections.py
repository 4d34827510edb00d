"""Connections to clouds, by a proxy or without one."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING, Any, Dict, Optional
from urllib.parse import unquote, urlsplit

from sky_rs import _loading
from sky_rs.cloud import exceptions

if TYPE_CHECKING:
    from sky_rs.cloud.config import Config

#: This machine's own services are not behind a proxy.
LOOPBACK = ("localhost", "127.0.0.1", "::1")

#: Variables that name a file of certificates, in order; the first that is set counts.
_BUNDLES = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")


class Connections:
    """Connections that are kept for the next requests. Threads may share them; processes do not.

    Args:
        config: Timeouts, proxies and how many connections are kept.
        verify: A file of certificates that are trusted; None takes that of the environment, or
            those that Python trusts.
    """

    def __init__(self, config: Config, verify: Optional[str]) -> None:
        self._config = config
        self._verify = verify
        self._pools: Dict[Optional[str], Any] = {}
        self._owner = os.getpid()

    def target(self, url: str) -> str:
        """What the request line has: all for a proxy of plain HTTP, else what follows the host."""
        if url.startswith("http:") and self.proxy(url) is not None:
            return url
        parts = urlsplit(url)
        path = parts.path or "/"
        return f"{path}?{parts.query}" if parts.query else path

    def to(self, url: str) -> Any:
        """urllib3's pool of connections to a URL's host."""
        if self._owner != os.getpid():  # a connection must not be used by two processes
            self._pools = {}
            self._owner = os.getpid()
        proxy = self.proxy(url)
        pool = self._pools.get(proxy)
        if pool is None:
            # Two threads may both make one; the one that is not kept closes with its connection.
            pool = self._pools.setdefault(proxy, self._made(proxy))
        return pool.connection_from_url(url)

    def _made(self, proxy: Optional[str]) -> Any:
        urllib3 = loaded()
        from sky_rs.cloud._timely import POOLS  # noqa: PLC0415 - needs urllib3

        config = self._config
        options: Dict[str, Any] = {
            "maxsize": config.max_pool_connections,
            "cert_reqs": "CERT_REQUIRED",
        }
        bundle = self._verify or next(filter(None, map(os.environ.get, _BUNDLES)), None)
        if bundle is not None:
            options["ca_cert_dir" if os.path.isdir(bundle) else "ca_certs"] = bundle
        pools = urllib3.PoolManager(**options) if proxy is None else _by_proxy(proxy, options)
        if pools is None:
            # Not from urllib3's error, nor the whole URL: either may have a password.
            scheme, _, rest = str(proxy).partition("://")
            raise exceptions.ProxyConnectionError(
                f"No URL of a proxy: {scheme}://{rest.rpartition('@')[2]}"
            )
        pools.pool_classes_by_scheme = POOLS
        return pools

    def proxy(self, url: str) -> Optional[str]:
        """The URL of the proxy on the way to a URL, if there is one."""
        from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 - slow

        parts = urlsplit(url)
        if parts.hostname in LOOPBACK:
            return None
        if self._config.proxies is not None:
            proxies = self._config.proxies
        elif proxy_bypass(parts.netloc.rpartition("@")[2]):
            return None
        else:
            proxies = getproxies()
        proxy = proxies.get(parts.scheme) or proxies.get("all")
        return proxy if not proxy or "://" in proxy else f"http://{proxy}"

    def close(self) -> None:
        """Closes all of them."""
        for pool in self._pools.values():
            pool.clear()
        self._pools = {}


def _by_proxy(proxy: str, options: Dict[str, Any]) -> Any:
    """urllib3's manager of connections by a proxy; None if the URL is none."""
    urllib3 = loaded()
    try:
        user = urlsplit(proxy).netloc.rpartition("@")[0]
        headers = urllib3.make_headers(proxy_basic_auth=unquote(user)) if user else None
        return urllib3.ProxyManager(proxy, proxy_headers=headers, **options)
    except ValueError:
        return None


def loaded() -> Any:
    """urllib3, imported when it is needed.

    Raises:
        CloudError: It is not installed.
    """
    try:
        if "sky_rs.cloud._timely" not in sys.modules:
            # A fork waits until it is whole.
            with _loading.lock, _loading.uncollected():
                importlib.import_module("sky_rs.cloud._timely")  # slow
        import urllib3  # noqa: PLC0415 - waits for another thread's import
    except ImportError as error:
        raise exceptions.CloudError(
            "Calls of clouds need urllib3: pip install 'sky-rs[cloud]'"
        ) from error
    return urllib3
