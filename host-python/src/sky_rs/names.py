"""Names: of clusters on their cloud, of users, nodes and environment variables."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys

from sky_rs import strings

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional

__all__ = [
    "get_display_node_names",
    "get_user_hash",
    "is_valid_env_var",
    "make_cluster_name_on_cloud",
    "merge_node_names_lineage",
]

USER_HASH_FILE = os.path.expanduser("~/.sky/user_hash")

_USER_ID = "SKYPILOT_USER_ID"
_USER_HASH_LENGTH = 8
_NAME_HASH_LENGTH = 2
_MAX_LINEAGE = 10

# From Python 3.9 on, MD5 can be had where it is forbidden for secrets.
_NO_SECRET: Dict[str, Any] = {"usedforsecurity": False} if sys.version_info >= (3, 9) else {}

_is_env_var = re.compile("[a-zA-Z_][a-zA-Z0-9_]*").fullmatch
# `$` lets a line end pass, as in SkyPilot.
_is_user_hash = re.compile("^[a-zA-Z0-9][a-zA-Z0-9-]*$").match


def is_valid_env_var(name: str) -> bool:
    """Whether a task may have an environment variable of that name: ASCII letters, digits and _."""
    return _is_env_var(name) is not None


def get_user_hash() -> str:
    """What tells this user on this machine from others, in eight hexadecimal digits.

    It is ``SKYPILOT_USER_ID``, else what ``~/.sky/user_hash`` says, if that is letters, digits and
    dashes; else it is made from user and host name and written to that file.

    Raises:
        OSError: The file cannot be written.
    """
    user_hash = os.environ.get(_USER_ID)
    if user_hash is not None and _is_user_hash(user_hash):
        return user_hash
    if os.path.exists(USER_HASH_FILE):
        with open(USER_HASH_FILE, encoding="utf-8") as file:
            user_hash = file.read().strip()
        if _is_user_hash(user_hash):
            return user_hash
    user_hash = _new_user_hash()
    os.makedirs(os.path.dirname(USER_HASH_FILE), exist_ok=True)
    with open(USER_HASH_FILE, "w", encoding="utf-8") as file:
        file.write(user_hash)
    return user_hash


def _new_user_hash() -> str:
    import getpass  # noqa: PLC0415 - once for each user
    import socket  # noqa: PLC0415

    host = _md5(socket.gethostname())[-4:]
    return _md5(f"{getpass.getuser()}-{host}")[:_USER_HASH_LENGTH]


def _md5(text: str) -> str:
    """Tells names apart; nothing is kept secret by it."""
    return hashlib.md5(text.encode(), **_NO_SECRET).hexdigest()  # noqa: S324


def make_cluster_name_on_cloud(
    display_name: str, max_length: Optional[int] = 15, add_user_hash: bool = True
) -> str:
    """A cluster's name in lower case, with dashes for dots and underscores, and unique to the user.

    A name that is too long is cut and gets two characters of its hash instead.

    Args:
        display_name: The name.
        max_length: Characters it may have; none for any number.
        add_user_hash: Put the user's hash at its end.

    Raises:
        AssertionError: ``max_length`` leaves no room for a name.
        UnicodeEncodeError: The name is too long and has lone surrogates.
    """
    name = _with_dashes(display_name)
    suffix = f"-{get_user_hash()}" if add_user_hash else ""
    if max_length is None or len(name) <= max_length - len(suffix):
        return name + suffix
    room = max_length - _NAME_HASH_LENGTH - 1 - len(suffix)
    if room <= 0:
        raise AssertionError((name, max_length))
    name_hash = strings.base36_encode(_md5(display_name))[:_NAME_HASH_LENGTH]
    return f"{name[:room].rstrip('-')}-{name_hash}{suffix}"


def _with_dashes(name: str) -> str:
    if isinstance(name, str):
        return name.replace(".", "-").replace("_", "-").lower()
    return re.sub("[._]", "-", name).lower()  # whose error SkyPilot's callers know


def merge_node_names_lineage(
    existing_json: Optional[str], current_names: Optional[List[str]]
) -> Optional[str]:
    """The names that each node has had, with its present one added if that is new.

    Args:
        existing_json: A JSON list with a list of names for each node, the head first. What is none
            counts as empty.
        current_names: The present names in the same order; none for no change.

    Returns:
        Such a list, with the last ten names of each of the present nodes; none if there is none.
    """
    if current_names is None:
        return existing_json
    existing = _parsed(existing_json)
    known = len(existing)
    lineages = []
    for number, name in enumerate(current_names):
        lineage: Any = existing[number] if number < known else ()
        if not isinstance(lineage, list):
            lineage = []
        if name and (not lineage or lineage[-1] != name):
            lineage.append(name)
        lineages.append(lineage if len(lineage) <= _MAX_LINEAGE else lineage[-_MAX_LINEAGE:])
    return json.dumps(lineages) if lineages else None


def _parsed(text: Optional[str]) -> List[Any]:
    if text is not None:
        try:
            parsed = json.loads(text)
        except (json.JSONDecodeError, TypeError):
            return []
        if isinstance(parsed, list):
            return parsed
    return []


def get_display_node_names(node_names_json: Optional[str]) -> Optional[str]:
    """The last name of each node, with commas between them.

    Args:
        node_names_json: What :func:`merge_node_names_lineage` gives, a JSON list of names, or any
            other text, which is returned as it is.
    """
    if node_names_json is None:
        return None
    try:
        lineages = json.loads(node_names_json)
        if not isinstance(lineages, list):
            return node_names_json
        names = []
        for lineage in lineages:
            if isinstance(lineage, list) and lineage:
                names.append(lineage[-1])
            elif isinstance(lineage, str):
                names.append(lineage)
        return ",".join(names) if names else None
    except (json.JSONDecodeError, TypeError):
        return node_names_json
