"""Credentials that a container or an instance has: asked for over HTTP, next door."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
import random
from datetime import datetime, timedelta, timezone
from typing import Any, List, Mapping, NamedTuple, Optional, Tuple
from urllib.parse import quote, urlsplit

from sky_rs.cloud import _retries, _timestamps
from sky_rs.cloud._allowed import Allowed
from sky_rs.cloud._transport import Transport
from sky_rs.cloud.config import Config
from sky_rs.cloud.credentials import Credentials
from sky_rs.cloud.exceptions import HostNotAllowedError, NoCredentialsError, TransportError

#: Elastic Container Service and Elastic Kubernetes Service.
_CONTAINER_HOSTS = ("169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost")
_CONTAINER_SECONDS = 2.0
_CONTAINER_ATTEMPTS = 3
_PAUSE = 1.0

_INSTANCE = {"ipv4": "http://169.254.169.254", "ipv6": "http://[fd00:ec2::254]"}
_ROLE = "/latest/meta-data/iam/security-credentials/"
_LASTS = "21600"  # seconds that a token is good for

#: An instance's credentials that end sooner are used for longer: their service has troubles.
_WINDOW = timedelta(minutes=15)

#: When credentials end whose end is not told.
_SOON = timedelta(minutes=20)

_MOST_BYTES = 64 * 1024
_MOST_ATTEMPTS = 10
_MOST_SECONDS = 60
_OK = 200

_Headers = List[Tuple[str, str]]


class Found(NamedTuple):
    """Credentials, and until when they are good, if not for ever."""

    credentials: Credentials
    expires: Optional[datetime] = None

    def is_good_for(self, time: timedelta) -> bool:
        """Whether so much time is left."""
        return self.expires is None or datetime.now(timezone.utc) + time < self.expires


def of_container() -> Optional[Found]:
    """What a container's credentials are; None if it is none.

    Raises:
        NoCredentialsError: They cannot be had.
    """
    relative = os.environ.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
    full = os.environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    if relative is not None:
        url = f"http://{_CONTAINER_HOSTS[0]}{relative}"
    elif full is not None:
        url = full
    else:
        return None
    _check_container(url)
    headers = [("Accept", "application/json")]
    token = _authorization()
    if token is not None:
        headers.append(("Authorization", token))
    with _Neighbour("the container", url, _CONTAINER_SECONDS) as container:
        attempt = 1
        while True:
            try:
                return _read(*container.ask("GET", url, headers), container.name)
            except NoCredentialsError:
                if attempt == _CONTAINER_ATTEMPTS:
                    raise
            attempt += 1
            _retries.wait(_PAUSE)


def of_instance(settings: Mapping[str, str]) -> Optional[Found]:
    """What an instance's credentials are; None if it is none, or has no role.

    Args:
        settings: Those of the profile; the environment's have precedence.

    Raises:
        NoCredentialsError: They cannot be read, or a setting has no sense.
    """
    if os.environ.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
        return None
    seconds = _number(settings, "metadata_service_timeout", _MOST_SECONDS)
    attempts = _number(settings, "metadata_service_num_attempts", _MOST_ATTEMPTS)
    base = _instance(settings)
    with _Neighbour("the instance", base, float(seconds), attempts) as instance:
        lasts = [("x-aws-ec2-metadata-token-ttl-seconds", _LASTS)]
        token = instance.tell("PUT", f"{base}/latest/api/token", lasts)
        if token is None:
            return None
        proof = [("x-aws-ec2-metadata-token", _header(token.strip(), "the instance's token"))]
        roles = instance.tell("GET", f"{base}{_ROLE}", proof)
        if roles is None:
            return None
        role = quote(roles.strip().split("\n")[0].strip(), safe="+=,.@-_")
        body = instance.tell("GET", f"{base}{_ROLE}{role}", proof)
    if body is None:
        return None
    found = _read(_OK, body, "the instance")
    soon = _WINDOW + timedelta(seconds=random.randint(120, 600))  # noqa: S311 - spreads the load
    if found.is_good_for(soon):
        return found
    return found._replace(expires=datetime.now(timezone.utc) + soon)


class _Neighbour:
    """A service of this machine, that is asked without proxies."""

    def __init__(self, name: str, url: str, seconds: float, attempts: int = 1) -> None:
        self.name = name
        self._attempts = attempts
        self._seconds = seconds
        try:
            allowed = Allowed([url])
        except HostNotAllowedError as error:
            raise NoCredentialsError(str(error)) from None
        config = Config(connect_timeout=seconds, read_timeout=seconds, proxies={})
        self._transport = Transport(allowed, config, most_bytes=_MOST_BYTES)

    def __enter__(self) -> _Neighbour:
        return self

    def __exit__(self, *_: object) -> None:
        self._transport.close()

    def ask(self, method: str, url: str, headers: _Headers) -> Tuple[int, str]:
        """The status and the body of its answer."""
        try:
            reply = self._transport.send(method, url, headers, seconds=2 * self._seconds)
        except TransportError as error:
            raise NoCredentialsError(f"{self.name} does not tell its credentials") from error
        return reply.status, reply.body.decode("utf-8", "replace")

    def tell(self, method: str, url: str, headers: _Headers) -> Optional[str]:
        """What it says; None if there is nothing, or nobody."""
        for _ in range(self._attempts):
            with contextlib.suppress(NoCredentialsError):
                status, body = self.ask(method, url, headers)
                if status == _OK and body.strip():
                    return body
        return None


def _check_container(url: str) -> None:
    """A token is sent to this machine only, or to whoever proves its name.

    Raises:
        NoCredentialsError: The URL is another's.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        raise NoCredentialsError(f"no URL of a container's credentials: {url[:100]!r}") from None
    if parts.scheme == "https" or host in _CONTAINER_HOSTS:
        return
    with contextlib.suppress(ValueError):
        if ipaddress.ip_address(host).is_loopback:
            return
    raise NoCredentialsError(
        f"Unsupported host '{host}'.  Can only retrieve metadata from a loopback address or one "
        f"of these hosts: {', '.join(_CONTAINER_HOSTS)}"
    )


def _authorization() -> Optional[str]:
    path = os.environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
    if path is None:
        token = os.environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
        return None if token is None else _header(token, "AWS_CONTAINER_AUTHORIZATION_TOKEN")
    try:
        with open(path, encoding="utf-8") as file:
            token = file.read(_MOST_BYTES)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no text"
        raise NoCredentialsError(f"the token in {path} cannot be read: {reason}") from None
    return _header(token, f"the token in {path}")


def _header(text: str, what: str) -> str:
    """A text that can be sent in a header. It is not shown."""
    if not (text.isascii() and text.isprintable()):
        raise NoCredentialsError(f"{what} has line breaks, or characters besides ASCII's")
    return text


def _instance(settings: Mapping[str, str]) -> str:
    name = "ec2_metadata_service_endpoint"
    base = _setting(settings, name)
    if base:
        return base.rstrip("/")
    mode = (_setting(settings, f"{name}_mode") or "ipv4").lower()
    if mode not in _INSTANCE:
        raise NoCredentialsError(f"{name}_mode must be ipv4 or ipv6, not {mode!r}")
    return _INSTANCE[mode]


def _setting(settings: Mapping[str, str], name: str) -> Optional[str]:
    return os.environ.get(f"AWS_{name.upper()}") or settings.get(name)


def _number(settings: Mapping[str, str], name: str, most: int) -> int:
    text = _setting(settings, name) or "1"
    if not (text.isdecimal() and len(text) < 10 and 1 <= int(text) <= most):
        raise NoCredentialsError(f"{name} must be a number from 1 to {most}, not {text[:100]!r}")
    return int(text)


def _read(status: int, body: str, who: str) -> Found:
    try:
        said: Any = json.loads(body) if status == _OK else None
        credentials = Credentials(said["AccessKeyId"], said["SecretAccessKey"], said.get("Token"))
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        # Not what it said, which may be a secret.
        raise NoCredentialsError(f"{who} tells no credentials (status {status})") from None
    try:
        return Found(credentials, _timestamps.parse(said["Expiration"]))
    except (KeyError, ValueError):
        return Found(credentials, datetime.now(timezone.utc) + _SOON)
