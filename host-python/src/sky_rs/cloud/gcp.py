"""Google Compute Engine: instances, machine types, zones and operations, to be read.

::

    client = gcp.client("compute", project="my-project")
    client.instances.list(zone="us-central1-a", filter="labels.team = ml")

Methods and parameters have Google's names, and results are the dicts that googleapiclient's
``execute()`` returns.
"""

from __future__ import annotations

import time

from sky_rs.cloud import _collections, _rest, _tokens
from sky_rs.cloud.exceptions import CloudError, ReadTimeoutError, WaitTimeoutError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Optional, Tuple, Union

__all__ = ["Client", "HttpError", "OperationError", "client"]

_SCOPE = "https://www.googleapis.com/auth/cloud-platform"

#: Where an error has more to say, as googleapiclient looks for it.
_DETAILS = ("detail", "details", "errors", "message")

_FORBIDDEN = 403
_RATES = ("rateLimitExceeded", "userRateLimitExceeded")


class HttpError(CloudError):
    """Google refused a call.

    Args:
        operation: The operation's name.
        status_code: The status.
        error: What Google says of it: Code, Message, and maybe status, errors and details.
    """

    def __init__(self, operation: str, status_code: int, error: Dict[str, Any]) -> None:
        self.operation = operation
        self.status_code = status_code
        self.error = error
        #: As googleapiclient has them.
        self.reason = str(error.get("Message", "")).strip()
        known = {**error, "message": error.get("Message", "")}
        self.error_details: Any = next((known[key] for key in _DETAILS if key in known), "")
        super().__init__(f"<HttpError {status_code} when calling {operation}: {self.reason!r}>")

    def __reduce__(self) -> Tuple[type[HttpError], Tuple[str, int, Dict[str, Any]]]:
        return type(self), (self.operation, self.status_code, self.error)


class OperationError(CloudError):
    """An operation was done, and failed.

    Args:
        operation: It, as Google describes it.
    """

    def __init__(self, operation: Dict[str, Any]) -> None:
        self.operation = operation
        #: Dicts with a code and a message.
        self.errors = list(operation.get("error", {}).get("errors", ()))
        said = "; ".join(f"{each.get('code')}: {each.get('message')}" for each in self.errors)
        super().__init__(f"{operation.get('name')} failed: {said}")

    def __reduce__(self) -> Tuple[type[OperationError], Tuple[Dict[str, Any]]]:
        return type(self), (self.operation,)


class Client(_collections.Client):
    """Calls Compute Engine: ``client.<collection>.<method>(**parameters)``.

    It may be used by several threads. As a context manager, it closes its connections.
    """

    def wait(self, operation: Dict[str, Any], *, timeout: float = 900.0) -> Dict[str, Any]:
        """Waits until an operation of a zone or a global one is done.

        Args:
            operation: It, as the call that began it returned it.
            timeout: Seconds.

        Returns:
            It, when it is done.

        Raises:
            OperationError: It failed.
            WaitTimeoutError: It was not done in time.
            CloudError: Google did not tell.
        """
        given = {"operation": operation["name"]}
        zone = operation.get("zone", "").rpartition("/")[2]
        if operation.get("region"):
            raise ValueError(f"{operation['name']} is an operation of a region, not of a zone")
        name = "zoneOperations.wait" if zone else "globalOperations.wait"
        given.update({"zone": zone} if zone else {})
        deadline = time.monotonic() + timeout
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise WaitTimeoutError(f"{operation['name']} was not done in {timeout} s")
            begun = time.monotonic()
            try:
                found: Dict[str, Any] = self.call(name, given, timeout=150.0, total=left)
            except ReadTimeoutError:
                continue
            if found.get("status") == "DONE":
                if found.get("error"):
                    raise OperationError(found)
                return found
            # Google holds the answer back while it can. If it does not, do not ask all the time.
            time.sleep(max(0.0, min(begun + 1.0, deadline) - time.monotonic()))


def client(
    service: str,
    *,
    project: Optional[str] = None,
    token: Union[str, Callable[[], str], None] = None,
    credentials: Any = None,
    endpoint_url: Optional[str] = None,
) -> Client:
    """A client of a service of Google's.

    Args:
        service: 'compute'.
        project: The project of all calls that name no other.
        token: An access token, or a function that is asked for one before every request.
        credentials: Credentials of google-auth instead. Without them and a token, google-auth's
            application default credentials are looked for at the first call.
        endpoint_url: Where the service is, if elsewhere: over HTTPS, or on this machine.

    Raises:
        ValueError: There is no such service here.
        HostNotAllowedError: Tokens are not sent to such an endpoint.
    """
    if service != "compute":
        raise ValueError(f"{service!r} is no service known here, only 'compute'")
    tokens = _tokens.of_google(credentials, _SCOPE) if token is None else _tokens.passed(token)
    used = _rest.Service("gcp", endpoint_url, tokens, HttpError, _again)
    return Client(used, {"project": project})


def _again(status: int, error: Dict[str, Any]) -> bool:
    """Whether a refusal is one of too many calls."""
    errors = error.get("errors")
    return (
        status == _FORBIDDEN
        and isinstance(errors, list)
        and any(isinstance(each, dict) and each.get("reason") in _RATES for each in errors)
    )
