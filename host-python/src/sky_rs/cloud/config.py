"""Settings of a client."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional

from sky_rs.exceptions import ConfigurationError

__all__ = ["Config"]

_NAMES = (
    "region_name",
    "connect_timeout",
    "read_timeout",
    "retries",
    "max_pool_connections",
    "proxies",
    "user_agent_extra",
    "s3",
)

_STYLES = ("auto", "path", "virtual")


class Config:
    """Settings of a client, named as in botocore's Config.

    Args:
        region_name: The region, unless the client is given one.
        connect_timeout: Seconds to wait for a connection.
        read_timeout: Seconds to wait for the next bytes of an answer.
        retries: ``total_max_attempts``, how often a request is sent at most (3), or
            ``max_attempts``, how often it is repeated.
        max_pool_connections: Connections that are kept for the next requests.
        proxies: URLs of proxies by scheme; None takes those of the environment.
        user_agent_extra: What the header User-Agent ends with.
        s3: ``addressing_style``: 'auto', 'path' or 'virtual'; and ``payload_signing_enabled``.

    Raises:
        ConfigurationError: A setting has a value that it cannot have.
    """

    def __init__(  # noqa: PLR0913 - settings
        self,
        *,
        region_name: Optional[str] = None,
        connect_timeout: float = 60,
        read_timeout: float = 60,
        retries: Optional[Mapping[str, Any]] = None,
        max_pool_connections: int = 10,
        proxies: Optional[Mapping[str, str]] = None,
        user_agent_extra: Optional[str] = None,
        s3: Optional[Mapping[str, Any]] = None,
    ) -> None:
        for name, value in (("connect_timeout", connect_timeout), ("read_timeout", read_timeout)):
            if not (isinstance(value, (int, float)) and value > 0):
                raise ConfigurationError(f"{name} must be seconds above 0, not {value!r}")
        if type(max_pool_connections) is not int or max_pool_connections < 1:
            raise ConfigurationError(
                f"max_pool_connections must be a number from 1 on, not {max_pool_connections!r}"
            )
        self.region_name = region_name
        self.connect_timeout = connect_timeout
        self.read_timeout = read_timeout
        self.max_pool_connections = max_pool_connections
        self.proxies = None if proxies is None else dict(proxies)
        self.user_agent_extra = user_agent_extra
        self.retries = dict(retries or {})
        self.s3: Dict[str, Any] = dict(s3 or {})
        self.attempts = _attempts(self.retries)
        style = self.s3.get("addressing_style") or "auto"
        if style not in _STYLES:
            raise ConfigurationError(
                f"addressing_style must be one of {', '.join(_STYLES)}, not {style!r}"
            )

    @classmethod
    def of(cls, config: Any) -> Config:
        """From one, from botocore's, or from None.

        Raises:
            ConfigurationError: A setting has a value that it cannot have.
        """
        if config is None or isinstance(config, cls):
            return config or cls()
        settings: Dict[str, Any] = {
            name: getattr(config, name) for name in _NAMES if hasattr(config, name)
        }
        return cls(**settings)


def _attempts(retries: Mapping[str, Any]) -> int:
    total = retries.get("total_max_attempts")
    more = retries.get("max_attempts")
    attempts = total if total is not None else 3 if more is None else more + 1
    if type(attempts) is not int or attempts < 1:
        raise ConfigurationError(f"retries must allow one attempt at least, not {attempts!r}")
    return attempts
