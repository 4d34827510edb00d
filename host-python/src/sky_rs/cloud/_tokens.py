"""Bearer tokens: passed, or of Google's and Microsoft's own packages."""

from __future__ import annotations

import importlib
import re
import time

from sky_rs.cloud.exceptions import NoCredentialsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Tuple, Union

_TOKEN = re.compile(r"[\x21-\x7e]+")

#: Seconds before its end in which a token of Azure's is not used any more.
_MARGIN = 300

# Two threads that find a token too old may both get a new one. A lock would be worse: a child of a
# fork may have it for ever.


class Tokens:
    """Where tokens come from. Not to be seen in logs.

    Args:
        ask: Gives a token; a new one, when it is called with True.
        renews: Whether it is of use to ask for a new one when one was refused.
    """

    def __init__(self, ask: Callable[[bool], Any], renews: bool = True) -> None:
        self._ask = ask
        self.renews = renews

    def __repr__(self) -> str:
        return "Tokens(...)"

    def header(self, new: bool = False) -> str:
        """The content of the header Authorization.

        Raises:
            NoCredentialsError: There is no token.
        """
        try:
            token = self._ask(new)
        except (KeyboardInterrupt, NoCredentialsError):
            raise
        except Exception as error:
            raise NoCredentialsError(f"No token: {type(error).__name__}: {error}") from error
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            raise NoCredentialsError(
                f"A token has to be text of ASCII characters without spaces, not this "
                f"{type(token).__name__}"
            )
        return f"Bearer {token}"


def passed(token: Union[str, Callable[[], str]]) -> Tokens:
    """A token, or a function without arguments that is asked for one before every request."""
    if callable(token):
        ask = token
        return Tokens(lambda _new: ask())
    return Tokens(lambda _new: token, renews=False)


def of_google(credentials: Any, scope: str) -> Tokens:
    """Of google-auth: of some credentials, or the application default ones if they are None.

    They are looked for at the first request.
    """

    def ask(new: bool) -> Any:
        nonlocal credentials
        if credentials is None:
            credentials = _default(scope)
        if new or not credentials.valid:
            credentials.refresh(_google_request())
        return credentials.token

    return Tokens(ask)


def _default(scope: str) -> Any:
    try:
        import google.auth  # noqa: PLC0415 - may not be there
    except ImportError as error:
        raise NoCredentialsError(
            "Pass token= or credentials=, or install google-auth for Google's application default "
            "credentials"
        ) from error
    credentials, _project = google.auth.default(scopes=[scope])
    return credentials


def _google_request() -> Any:
    import google.auth.transport.urllib3 as transport  # noqa: PLC0415
    import urllib3  # noqa: PLC0415

    return transport.Request(urllib3.PoolManager())  # type: ignore[no-untyped-call]


def of_azure(credential: Any, scope: str) -> Tokens:
    """Of azure-identity: of a credential, or of the Azure CLI if it is None, as SkyPilot does.

    It is looked for at the first request.
    """
    kept: Tuple[str, float] = ("", 0.0)

    def ask(new: bool) -> str:
        nonlocal credential, kept
        if credential is None:
            credential = _azure_cli()
        if new or kept[1] - _MARGIN < time.time():
            got = credential.get_token(scope)
            kept = (got.token, float(got.expires_on))
        return kept[0]

    return Tokens(ask)


def _azure_cli() -> Any:
    try:
        identity = importlib.import_module("azure.identity")
    except ImportError as error:
        raise NoCredentialsError(
            "Pass token= or credential=, or install azure-identity for the credentials of the "
            "Azure CLI"
        ) from error
    return identity.AzureCliCredential(process_timeout=30)
