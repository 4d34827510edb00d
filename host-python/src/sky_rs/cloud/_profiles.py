"""What AWS's files say of a profile, read as botocore reads them."""

from __future__ import annotations

import configparser
import os
import shlex
from typing import Dict, NamedTuple, Optional

from sky_rs.cloud.exceptions import NoCredentialsError

_Settings = Dict[str, str]


class Profile(NamedTuple):
    """What each file says, and both; there, the file of credentials has precedence."""

    shared: _Settings
    config: _Settings
    both: _Settings


def named() -> Optional[str]:
    """The profile that the environment chooses."""
    return os.environ.get("AWS_DEFAULT_PROFILE") or os.environ.get("AWS_PROFILE")


def read(name: str) -> Optional[Profile]:
    """A profile; None if neither file has it.

    Raises:
        NoCredentialsError: A file is not what it has to be. What it has is not shown.
    """
    config = _profiles(_sections("AWS_CONFIG_FILE", "~/.aws/config")).get(name)
    shared = _sections("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials").get(name)
    if shared is None and config is None:
        return None
    return Profile(shared or {}, config or {}, {**(config or {}), **(shared or {})})


def _profiles(sections: Dict[str, _Settings]) -> Dict[str, _Settings]:
    """The profiles among the sections of the file of settings: ``[profile "a name"]``."""
    found: Dict[str, _Settings] = {}
    for section, settings in sections.items():
        if section == "default":
            found[section] = settings
        elif section.startswith("profile"):
            try:
                words = shlex.split(section)
            except ValueError:
                continue
            if len(words) == 2:
                found[words[1]] = settings
    return found


def _sections(variable: str, path: str) -> Dict[str, _Settings]:
    """A file's sections; none if there is no such file, or none that may be read."""
    path = os.path.expanduser(os.path.expandvars(os.environ.get(variable, path)))
    if not os.path.isfile(path):
        return {}
    parser = configparser.RawConfigParser()
    try:
        parser.read(path, encoding="utf-8")
        return {name: _plain(dict(parser.items(name))) for name in parser.sections()}
    except (ValueError, configparser.Error):
        # Without what it says, which may be a line with a secret.
        raise NoCredentialsError(f"Unable to parse config file: {path}") from None


def _plain(settings: _Settings) -> _Settings:
    """Settings without those that consist of others, as ``s3`` does."""
    for name, value in list(settings.items()):
        if value.startswith("\n"):
            if not all("=" in line for line in value.splitlines() if line.strip()):
                raise ValueError("what is indented are no settings")
            del settings[name]
    return settings
