"""Azure: virtual machines, resource groups and SKUs, to be read.

::

    client = azure.client("compute", "my-subscription")
    client.virtual_machines.list(resource_group_name="my-group")

Methods and parameters have the names of Azure's packages for Python; results are dicts as Azure's
REST reference describes them, such as ``{"value": [...], "nextLink": ...}``.
"""

from __future__ import annotations

from sky_rs.cloud import _collections, _rest, _tokens
from sky_rs.cloud.exceptions import CloudError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Optional, Tuple, Union

__all__ = [
    "Client",
    "ClientAuthenticationError",
    "HttpResponseError",
    "ResourceNotFoundError",
    "client",
]

_SCOPE = "https://management.azure.com/.default"

_SERVICES = {
    "compute": ("resource_skus", "virtual_machines"),
    "resource": ("resource_groups",),
}


class HttpResponseError(CloudError):
    """Azure refused a call.

    Args:
        operation: The operation's name.
        status_code: The status.
        error: What Azure says of it: Code, Message, and maybe target and details.
    """

    def __init__(self, operation: str, status_code: int, error: Dict[str, Any]) -> None:
        self.operation = operation
        self.status_code = status_code
        self.error = error
        self.code = str(error.get("Code", ""))
        self.message = str(error.get("Message", ""))
        # As azure-core writes it; SkyPilot looks for codes in it.
        super().__init__(
            f"({self.code}) {self.message}\nCode: {self.code}\nMessage: {self.message}"
        )

    def __reduce__(self) -> Tuple[type[HttpResponseError], Tuple[str, int, Dict[str, Any]]]:
        return type(self), (self.operation, self.status_code, self.error)


class ClientAuthenticationError(HttpResponseError):
    """Azure does not know who asks (status 401)."""


class ResourceNotFoundError(HttpResponseError):
    """There is no such thing (status 404)."""


_ERRORS = {401: ClientAuthenticationError, 404: ResourceNotFoundError}


class Client(_collections.Client):
    """Calls Azure: ``client.<collection>.<method>(**parameters)``.

    It may be used by several threads. As a context manager, it closes its connections.
    """


def client(
    service: str,
    subscription_id: str,
    *,
    token: Union[str, Callable[[], str], None] = None,
    credential: Any = None,
    endpoint_url: Optional[str] = None,
) -> Client:
    """A client of a service of Azure's.

    Args:
        service: 'compute' or 'resource'.
        subscription_id: The subscription of all calls.
        token: An access token, or a function that is asked for one before every request.
        credential: A credential of azure-identity instead, or anything with its ``get_token``.
            Without it and a token, azure-identity's ``AzureCliCredential`` is asked.
        endpoint_url: Where the service is, if elsewhere, such as in another Azure cloud: over
            HTTPS, or on this machine. The scope of tokens stays the public cloud's.

    Raises:
        ValueError: There is no such service here.
        HostNotAllowedError: Tokens are not sent to such an endpoint.
    """
    if service not in _SERVICES:
        known = ", ".join(map(repr, _SERVICES))
        raise ValueError(f"{service!r} is no service known here, only {known}")
    tokens = _tokens.of_azure(credential, _SCOPE) if token is None else _tokens.passed(token)
    used = _rest.Service("azure", endpoint_url, tokens, _failure)
    return Client(used, {"subscription_id": subscription_id}, _SERVICES[service])


def _failure(operation: str, status: int, error: Dict[str, Any]) -> HttpResponseError:
    return _ERRORS.get(status, HttpResponseError)(operation, status, error)
