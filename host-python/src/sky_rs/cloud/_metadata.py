"""Credentials that a container or an instance has: asked for over HTTP, next door."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, List, Optional, Tuple
from urllib.parse import urlsplit

from sky_rs.cloud._allowed import Allowed
from sky_rs.cloud._transport import Transport
from sky_rs.cloud.config import Config
from sky_rs.cloud.exceptions import NoCredentialsError, TransportError

_CONTAINER = "http://169.254.170.2"
#: Besides loopback: Elastic Container Service and Elastic Kubernetes Service.
_CONTAINER_HOSTS = (
    "169.254.170.2",
    "169.254.170.23",
    "fd00:ec2::23",
    "localhost",
    "127.0.0.1",
    "::1",
)

_INSTANCE = "http://169.254.169.254"
_ROLE = "/latest/meta-data/iam/security-credentials/"
_LASTS = "21600"  # seconds that a token is good for

#: Seconds for each of their answers, which come from the same machine.
_PATIENCE = {"container": 2, "instance": 1}
_MOST_BYTES = 64 * 1024
_OK = 200

_FIELDS = ("AccessKeyId", "SecretAccessKey")


def of_container() -> Optional[Dict[str, Any]]:
    """What a container's credentials are; None if it is none.

    Raises:
        NoCredentialsError: They cannot be had.
    """
    relative = os.environ.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
    full = os.environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    if relative is None and full is None:
        return None
    url = full if relative is None else f"{_CONTAINER}{relative}"
    parts = urlsplit(str(url))
    if parts.scheme != "https" and parts.hostname not in _CONTAINER_HOSTS:
        raise NoCredentialsError(
            f"Unsupported host {parts.hostname!r}. Can only retrieve metadata from these hosts: "
            f"{', '.join(_CONTAINER_HOSTS)}"
        )
    headers = []
    token = _authorization()
    if token is not None:
        headers.append(("Authorization", token))
    status, body = _get("GET", str(url), headers, "container")
    return _credentials(status, body, "the container")


def of_instance() -> Optional[Dict[str, Any]]:
    """What an instance's credentials are; None if it is none, or has no role.

    Raises:
        NoCredentialsError: They cannot be read.
    """
    if os.environ.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
        return None
    base = os.environ.get("AWS_EC2_METADATA_SERVICE_ENDPOINT") or _INSTANCE
    base = base.rstrip("/")
    try:
        seconds = [("x-aws-ec2-metadata-token-ttl-seconds", _LASTS)]
        status, token = _get("PUT", f"{base}/latest/api/token", seconds, "instance")
        if status != _OK:
            return None
        proof = [("x-aws-ec2-metadata-token", token.strip())]
        status, roles = _get("GET", f"{base}{_ROLE}", proof, "instance")
        if status != _OK or not roles.strip():
            return None
        role = roles.split("\n")[0].strip()
        status, body = _get("GET", f"{base}{_ROLE}{role}", proof, "instance")
    except NoCredentialsError:
        return None  # nobody answers: this is no instance
    return _credentials(status, body, "the instance")


def _authorization() -> Optional[str]:
    path = os.environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
    if path is None:
        return os.environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
    try:
        with open(path, encoding="utf-8") as file:
            token = file.read(_MOST_BYTES)
    except (OSError, ValueError) as error:
        raise NoCredentialsError(f"the token in {path} cannot be read") from error
    if "\r" in token or "\n" in token:
        raise NoCredentialsError(f"the token in {path} has line breaks")
    return token


def _get(method: str, url: str, headers: List[Tuple[str, str]], kind: str) -> Tuple[int, str]:
    seconds = _PATIENCE[kind]
    # Never by a proxy: they are next door.
    config = Config(connect_timeout=seconds, read_timeout=seconds, proxies={})
    transport = Transport(Allowed([url]), config, most_bytes=_MOST_BYTES)
    try:
        reply = transport.send(method, url, headers)
    except TransportError as error:
        raise NoCredentialsError(f"the {kind} does not tell its credentials") from error
    finally:
        transport.close()
    return reply.status, reply.body.decode("utf-8", "replace")


def _credentials(status: int, body: str, who: str) -> Dict[str, Any]:
    try:
        found = json.loads(body) if status == _OK else None
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in _FIELDS):
        # Not what it said, which may be a secret.
        raise NoCredentialsError(f"{who} tells no credentials (status {status})")
    return found
