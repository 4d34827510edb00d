"""Requests to AWS, signed and sent until they are answered."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple, Union

from sky_rs.cloud import _bodies, _models, _response, _retries, _signing
from sky_rs.cloud._endpoints import Endpoint
from sky_rs.cloud._models import Operation
from sky_rs.cloud._transport import Reply, Transport
from sky_rs.cloud.credentials import Credentials
from sky_rs.cloud.exceptions import (
    ChecksumError,
    ClientError,
    ResponseParserError,
    ResponseTooLargeError,
    TLSError,
    TransportError,
)

#: The least a successful call gives back to the quota of repetitions.
_INCREMENT = 1

#: S3's headers that name a request.
_REQUEST_ID = "x-amz-request-id"
_HOST_ID = "x-amz-id-2"

#: Of statuses from here on, somebody on the way may tell in words of their own.
_FIRST_OF_SERVERS = 500

#: What does not pass.
_LASTING = (ChecksumError, ResponseTooLargeError, TLSError)


class Sending(NamedTuple):
    """A request that is not signed."""

    operation: Operation
    method: str
    url: str
    headers: List[Tuple[str, str]]
    #: Bytes, or a file that can be rewound.
    body: Any
    #: What is signed instead of the body's digest, if anything.
    payload: Optional[str] = None


class Answered(NamedTuple):
    """A response, and what it says."""

    reply: Reply
    answer: Dict[str, Any]
    #: How often the request was sent again.
    retries: int

    @property
    def metadata(self) -> Dict[str, Any]:
        """What it says besides its result, as botocore tells it."""
        return _metadata(self.reply, self.answer, self.retries)


class _Failed(NamedTuple):
    """An attempt without a result: the error to be raised, and what tells whether to try again."""

    error: Exception
    status: int = 0
    code: str = ""
    headers: Dict[str, str] = {}  # noqa: RUF012 - not to be changed


class Sender:
    """Sends a client's requests. Threads may share it.

    Args:
        transport: How.
        endpoint: Where; requests are signed for its region.
        credentials: Called before each request; returns what signs it.
        attempts: How often a request is sent at most.
    """

    def __init__(
        self,
        transport: Transport,
        endpoint: Endpoint,
        credentials: Callable[[], Credentials],
        attempts: int,
    ) -> None:
        self._transport = transport
        self._region = endpoint.region
        self._credentials = credentials
        self._most = attempts
        self._quota = _retries.Quota()
        self._skew = timedelta(0)

    def send(self, sending: Sending) -> Answered:
        """Sends a request until it is answered, or does not seem worth it.

        Raises:
            CloudError: It was not answered, or refused.
        """
        body = sending.body
        start = body.tell() if hasattr(body, "tell") else 0
        cost = 0
        for attempt in range(1, self._most + 1):
            if attempt > 1 and hasattr(body, "seek"):
                body.seek(start)
            found = self._attempt(sending)
            if isinstance(found, Answered):
                self._quota.give(cost or _INCREMENT)
                return found._replace(retries=attempt - 1)
            failed = found
            skew = _retries.skew(failed.code, failed.headers, self._now())
            if skew is not None and attempt < self._most:
                self._skew += skew
                continue
            backoff = _retries.decide(
                attempt, self._most, failed.status, failed.code, failed.headers
            )
            if backoff is None or not self._quota.take(backoff.cost):
                break
            cost = backoff.cost
            _retries.wait(backoff.seconds)
        raise _counted(failed.error, attempt, self._most)

    def _attempt(self, sending: Sending) -> Union[Answered, _Failed]:
        operation = sending.operation
        headers = self._signed(sending)
        try:
            reply = self._transport.send(
                sending.method, sending.url, headers, sending.body, stream=_streams(operation)
            )
        except _LASTING:
            raise
        except TransportError as error:
            return _Failed(error)
        try:
            answer = _response.read(operation, reply.status, reply.headers, reply.body)
        except ResponseParserError:
            if reply.status < _FIRST_OF_SERVERS:
                raise
            answer = {"error": _response.of_status(reply.status), "request_id": None}
        except BaseException:
            if reply.stream is not None:
                reply.stream.close()
            raise
        if "error" not in answer:
            return Answered(reply, answer, 0)
        refusal = answer["error"]
        response = {"Error": refusal, "ResponseMetadata": _metadata(reply, answer, 0)}
        return _Failed(
            ClientError(response, operation.name),
            reply.status,
            refusal.get("Code", ""),
            reply.known,
        )

    def _signed(self, sending: Sending) -> List[Tuple[str, str]]:
        payload = sending.payload
        signed: Any = _signing.sign(
            sending.method,
            sending.url,
            sending.headers,
            None,
            service=_models.index(sending.operation.service)["signingName"],
            region=self._region,
            credentials=self._credentials(),
            now=self._now(),
            payload=_bodies.digest(sending.body) if payload is None else payload,
        )
        return list(signed.items())

    def _now(self) -> datetime:
        return datetime.now(timezone.utc) + self._skew


def _streams(operation: Operation) -> bool:
    """Whether a result has a body that is read by the caller."""
    model = operation.model
    if "output" not in model:
        return False
    shape = model["shapes"][model["output"]]
    return bool(shape["members"].get(shape.get("payload"), {}).get("streaming"))


def _metadata(reply: Reply, answer: Dict[str, Any], retries: int) -> Dict[str, Any]:
    known = reply.known
    found: Dict[str, Any] = {}
    if answer["request_id"] is not None:
        found["RequestId"] = answer["request_id"]
    if answer.get("error", {}).get("Code") == str(reply.status):  # there was nothing else to tell
        found = {"RequestId": known.get(_REQUEST_ID, ""), "HostId": known.get(_HOST_ID, "")}
    elif _REQUEST_ID in known and "x-amzn-requestid" not in known:
        found["HostId"] = known.get(_HOST_ID, "")
    found.update(HTTPStatusCode=reply.status, HTTPHeaders=known, RetryAttempts=retries)
    return found


def _counted(error: Exception, attempt: int, attempts: int) -> Exception:
    """The error of the last attempt, with the number of repetitions where it tells them."""
    if not isinstance(error, ClientError):
        return error
    metadata = error.response["ResponseMetadata"]
    metadata["RetryAttempts"] = attempt - 1
    if attempt == attempts > 1:
        metadata["MaxAttemptsReached"] = True
    return ClientError(error.response, error.operation_name)
