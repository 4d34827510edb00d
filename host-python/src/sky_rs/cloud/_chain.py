"""Credentials and the region, from wherever AWS's tools find them.

In botocore's order: the environment, the profile's files, the container, the instance. What needs
more than that (roles, SSO, processes) is left to botocore, if it is installed.
"""

from __future__ import annotations

import configparser
import os
import threading
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Dict, NamedTuple, Optional

from sky_rs.cloud import _metadata
from sky_rs.cloud.credentials import Credentials
from sky_rs.cloud.exceptions import NoCredentialsError, NoRegionError

_NOTHING = "Unable to locate credentials"

#: Settings of a profile whose keys come from elsewhere than its files.
_ELSEWHERE = (
    "role_arn",
    "web_identity_token_file",
    "sso_session",
    "sso_start_url",
    "credential_process",
)

#: Temporary credentials are renewed when they are good for less than this.
_EARLY = timedelta(minutes=10)


class Found(NamedTuple):
    """Credentials, and until when they are good, if not for ever."""

    credentials: Credentials
    expires: Optional[datetime] = None


class Chain:
    """Looks for credentials when they are asked for, and renews them. Threads may share it.

    Args:
        profile: A profile of the files; None takes that of the environment, or ``default``.
    """

    def __init__(self, profile: Optional[str] = None) -> None:
        self._given = profile
        self._named = profile or os.environ.get("AWS_PROFILE")
        self._profile = self._named or "default"
        self._lock = threading.Lock()
        self._found: Optional[Found] = None
        self._theirs: Any = None  # botocore's, which renew themselves

    def region(self) -> Optional[str]:
        """The region of the environment or the profile.

        Raises:
            NoRegionError: A file cannot be read.
        """
        region = os.environ.get("AWS_DEFAULT_REGION") or os.environ.get("AWS_REGION")
        try:
            return region or self._settings().get("region")
        except NoCredentialsError as error:
            raise NoRegionError(str(error)) from error

    def credentials(self) -> Credentials:
        """What signs a request now.

        Raises:
            NoCredentialsError: There are none, or they cannot be had.
        """
        with self._lock:
            found = self._found
            if found is None or _is_ending(found):
                found = self._renewed()
                self._found = found
            return found.credentials

    def _renewed(self) -> Found:
        """New credentials; those that were found before, if there are none and they are good."""
        if self._theirs is not None:
            return _frozen(self._theirs)
        try:
            return self._find()
        except NoCredentialsError:
            before = self._found
            if before is None or _is_ending(before, timedelta(0)):
                raise
            return before

    def _find(self) -> Found:
        settings = self._settings()
        if self._named and not settings:
            raise NoCredentialsError(f"The config profile ({self._named}) could not be found")
        if self._given is None:
            found = _pair(os.environ, str.upper, "environment")
            if found is not None:
                return found
        elsewhere = [name for name in _ELSEWHERE if name in settings]
        if elsewhere or (self._given is None and "AWS_WEB_IDENTITY_TOKEN_FILE" in os.environ):
            return self._by_botocore(elsewhere or ["AWS_WEB_IDENTITY_TOKEN_FILE"])
        found = _pair(settings, str, f"profile {self._profile}")
        if found is not None:
            return found
        answer = _metadata.of_container() or _metadata.of_instance()
        if answer is None:
            raise NoCredentialsError(_NOTHING)
        return Found(
            Credentials(answer["AccessKeyId"], answer["SecretAccessKey"], answer.get("Token")),
            _moment(answer.get("Expiration")),
        )

    def _settings(self) -> Dict[str, str]:
        """What the files say of the profile. That for credentials has precedence."""
        config = os.environ.get("AWS_CONFIG_FILE", "~/.aws/config")
        shared = os.environ.get("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")
        name = self._profile if self._profile == "default" else f"profile {self._profile}"
        settings = _section(config, name)
        settings.update(_section(shared, self._profile))
        return settings

    def _by_botocore(self, why: Any) -> Found:
        try:
            from botocore.session import (  # type: ignore[import-untyped]  # noqa: PLC0415
                Session,
            )
        except ImportError as error:
            raise NoCredentialsError(
                f"Credentials by {', '.join(why)} need botocore: pip install botocore"
            ) from error
        try:
            theirs = Session(profile=self._given).get_credentials()
        except Exception as error:
            raise NoCredentialsError(f"botocore finds no credentials: {error}") from error
        if theirs is None:
            raise NoCredentialsError(_NOTHING)
        found = _frozen(theirs)
        # Another session would assume the role, or run the process, again for each request.
        self._theirs = theirs
        return found


def _frozen(theirs: Any) -> Found:
    """What botocore's credentials are now. They are to be asked for every time."""
    try:
        keys = theirs.get_frozen_credentials()
    except Exception as error:
        raise NoCredentialsError(f"botocore finds no credentials: {error}") from error
    credentials = Credentials(keys.access_key, keys.secret_key, keys.token)
    return Found(credentials, datetime.now(timezone.utc))


def _is_ending(found: Found, early: timedelta = _EARLY) -> bool:
    return found.expires is not None and datetime.now(timezone.utc) >= found.expires - early


def _pair(settings: Any, spelled: Callable[[str], str], where: str) -> Optional[Found]:
    """The keys among some settings.

    Raises:
        NoCredentialsError: There is a key without its secret.
    """
    key = settings.get(spelled("aws_access_key_id"))
    if not key:
        return None
    secret = settings.get(spelled("aws_secret_access_key"))
    if not secret:
        missing = spelled("aws_secret_access_key")
        raise NoCredentialsError(f"Partial credentials found in {where}, missing: {missing}")
    token = settings.get(spelled("aws_session_token")) or settings.get(
        spelled("aws_security_token")
    )
    return Found(Credentials(key, secret, token or None))


def _section(path: str, name: str) -> Dict[str, str]:
    """A section of a file; nothing if there is none.

    Raises:
        NoCredentialsError: The file cannot be read.
    """
    path = os.path.expanduser(os.path.expandvars(path))
    parser = configparser.RawConfigParser(default_section="", strict=False)
    try:
        with open(path, encoding="utf-8") as file:
            parser.read_file(file)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, configparser.Error) as error:
        # Not its text, which may have a line with a secret.
        raise NoCredentialsError(f"Unable to parse config file: {path}") from (
            error if isinstance(error, OSError) else None
        )
    for section in parser.sections():
        # In the file of settings, `[profile "a b"]` has quotes.
        if section.replace('"', "").replace("'", "") == name:
            return dict(parser[section])
    return {}


def _moment(text: Any) -> Optional[datetime]:
    """A moment, in UTC if it does not say; what is none is soon."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    except (AttributeError, TypeError, ValueError):
        return datetime.now(timezone.utc) + _EARLY * 2
