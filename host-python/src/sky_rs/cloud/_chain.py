"""Credentials and the region, from wherever AWS's tools find them.

In botocore's order: the environment, the profile's files, the container, the instance. What needs
more than that (roles, SSO, processes) is left to botocore, if it is installed.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any, List, Mapping, Optional

from sky_rs.cloud import _metadata, _profiles, _timestamps
from sky_rs.cloud._locks import Lock
from sky_rs.cloud._metadata import Found
from sky_rs.cloud.credentials import Credentials
from sky_rs.cloud.exceptions import NoCredentialsError, NoRegionError

_NOTHING = "Unable to locate credentials"

#: Temporary credentials that are good for less than this are renewed by one thread, while the
#: others go on with them; when it is less than that, they wait. What cannot be renewed serves to
#: its end.
_EARLY = timedelta(minutes=15)
_LATE = timedelta(minutes=10)
_NOW = timedelta(0)

#: Settings that ask for credentials from elsewhere: before keys in the file of credentials, and
#: after them.
_ROLES = ("role_arn", "web_identity_token_file", "sso_role_name", "sso_account_id")
_PROCESSES = ("login_session", "credential_process")
_WEB_IDENTITY = "AWS_WEB_IDENTITY_TOKEN_FILE"


class Chain:
    """Looks for credentials when they are asked for, and renews them. Threads may share it.

    Args:
        profile: A profile of the files; None takes that of the environment, or ``default``.
    """

    def __init__(self, profile: Optional[str] = None) -> None:
        self._given = profile
        self._named = profile or _profiles.named()
        self._lock = Lock()
        self._found: Optional[Found] = None
        self._theirs: Any = None

    def region(self) -> Optional[str]:
        """The region of the environment or the profile.

        Raises:
            NoRegionError: There is no such profile, or a file cannot be read.
        """
        region = os.environ.get("AWS_DEFAULT_REGION") or os.environ.get("AWS_REGION")
        try:
            return region or self._profile().both.get("region")
        except NoCredentialsError as error:
            raise NoRegionError(str(error)) from error

    def credentials(self) -> Credentials:
        """What signs a request now.

        Raises:
            NoCredentialsError: There are none, or they cannot be had.
        """
        if self._theirs is not None:
            return _frozen(self._theirs)
        found = self._found
        if found is not None and found.is_good_for(_EARLY):
            return found.credentials
        if found is None or not found.is_good_for(_LATE):
            self._lock.acquire()
        elif not self._lock.acquire(blocking=False):
            return found.credentials
        try:
            return self._renewed(found)
        except NoCredentialsError:
            if found is None or not found.is_good_for(_NOW):
                raise
            return found.credentials
        finally:
            self._lock.release()

    def _renewed(self, known: Optional[Found]) -> Credentials:
        """Credentials found anew, unless another thread has done so meanwhile."""
        found = self._found
        if found is None or found is known:
            found = self._find()
            if not found.is_good_for(_NOW):
                raise NoCredentialsError("The credentials that were found have expired")
            self._found = found
        return found.credentials

    def _profile(self) -> _profiles.Profile:
        profile = _profiles.read(self._named or "default")
        if profile is None and self._named:
            raise NoCredentialsError(f"The config profile ({self._named}) could not be found")
        return profile or _profiles.Profile({}, {}, {})

    def _find(self) -> Found:
        profile = self._profile()
        environment: Mapping[str, str] = {} if self._given else os.environ
        found = _of_environment(environment)
        if found is not None:
            return found
        roles = [name for name in _ROLES if name in profile.both]
        if environment.get(_WEB_IDENTITY):
            roles.append(_WEB_IDENTITY)
        if roles:
            return self._by_botocore(roles)
        found = _of_file(profile.shared, "shared-credentials-file")
        if found is not None:
            return found
        processes = [name for name in _PROCESSES if name in profile.both]
        if processes:
            return self._by_botocore(processes)
        found = (
            _of_file(profile.config, "config-file")
            or _metadata.of_container()
            or _metadata.of_instance(profile.both)
        )
        if found is None:
            raise NoCredentialsError(_NOTHING)
        return found

    def _by_botocore(self, why: List[str]) -> Found:
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
        found = Found(_frozen(theirs))
        self._theirs = theirs  # it renews them by itself
        return found


def _frozen(theirs: Any) -> Credentials:
    """What botocore's credentials are now."""
    try:
        keys = theirs.get_frozen_credentials()
    except Exception as error:
        raise NoCredentialsError(f"botocore finds no credentials: {error}") from error
    return _credentials(keys.access_key, keys.secret_key, keys.token, "botocore's")


def _of_environment(environment: Mapping[str, str]) -> Optional[Found]:
    key = environment.get("AWS_ACCESS_KEY_ID")
    if not key:
        return None
    secret = environment.get("AWS_SECRET_ACCESS_KEY")
    if not secret:
        raise _partial("env", "AWS_SECRET_ACCESS_KEY")
    token = environment.get("AWS_SECURITY_TOKEN") or environment.get("AWS_SESSION_TOKEN")
    text = environment.get("AWS_CREDENTIAL_EXPIRATION")
    try:
        expires = _timestamps.parse(text) if text else None
    except ValueError as error:
        raise NoCredentialsError(f"AWS_CREDENTIAL_EXPIRATION is {error}") from None
    return Found(_credentials(key, secret, token, "the environment's"), expires)


def _of_file(settings: Mapping[str, str], where: str) -> Optional[Found]:
    key = settings.get("aws_access_key_id")
    if key is None:
        return None
    secret = settings.get("aws_secret_access_key")
    if secret is None:
        raise _partial(where, "aws_secret_access_key")
    token = settings.get("aws_security_token", settings.get("aws_session_token"))
    return Found(_credentials(key, secret, token, f"the {where}'s"))


def _partial(where: str, missing: str) -> NoCredentialsError:
    return NoCredentialsError(f"Partial credentials found in {where}, missing: {missing}")


def _credentials(key: str, secret: str, token: Optional[str], whose: str) -> Credentials:
    try:
        return Credentials(key, secret, token)
    except ValueError as error:
        raise NoCredentialsError(f"{whose} {error}") from None
