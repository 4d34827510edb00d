"""Who signs requests to AWS."""

from __future__ import annotations

import re

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any, NoReturn, Optional, Tuple

__all__ = ["Credentials"]

#: What an access key may be: it is part of a list with commas and slashes.
_ACCESS_KEY = re.compile(r"[^\0-\x20/,\x7f]+")
_CONTROLS = re.compile(r"[\0-\x1f\x7f]")


class Credentials:
    """Keys of an AWS account's user or role. They do not change, and are not shown.

    Args:
        access_key: The access key ID.
        secret_key: The secret access key.
        token: The session's token, for temporary keys; "" is none.

    Raises:
        ValueError: One of them is none, or has characters that cannot be sent. It is not shown.
    """

    __slots__ = ("access_key", "secret_key", "token")

    access_key: str
    secret_key: str
    token: Optional[str]

    def __init__(self, access_key: str, secret_key: str, token: Optional[str] = None) -> None:
        # Whichever it is, it is not shown.
        if not (isinstance(access_key, str) and _ACCESS_KEY.fullmatch(access_key)):
            raise ValueError("credentials have no access key, or one with spaces or slashes")
        if not isinstance(secret_key, str) or not secret_key or "\0" in secret_key:
            raise ValueError("credentials have no secret key, or one with U+0000")
        if token and (not isinstance(token, str) or _CONTROLS.search(token)):
            raise ValueError("credentials have a token that is no text, or has control characters")
        for name, value in zip(self.__slots__, (access_key, secret_key, token or None)):
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        token = "" if self.token is None else ", token=***"
        return f"{type(self).__name__}(access_key={self.access_key!r}, secret_key=***{token})"

    def __setattr__(self, name: str, _value: Any) -> NoReturn:
        raise AttributeError(f"credentials do not change: {name}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"credentials do not change: {name}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Credentials) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())

    def __reduce__(self) -> Tuple[Any, ...]:
        return type(self), self._parts()

    def _parts(self) -> Tuple[str, str, Optional[str]]:
        return self.access_key, self.secret_key, self.token
