"""What some operations do to their parameters before these are looked at, as botocore does it."""

from __future__ import annotations

import base64
import re

from sky_rs.cloud.exceptions import ParamValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List

# As they are quoted in the error's text.
_BUCKET = r"^[a-zA-Z0-9.\-_]{1,255}$"
_ARN = (
    r"^arn:(aws).*:(s3|s3-object-lambda):[a-z\-0-9]*:[0-9]{12}:accesspoint[/:]"
    r"[a-zA-Z0-9\-.]{1,63}$"
    r"|^arn:(aws).*:s3-outposts:[a-z\-0-9]+:[0-9]{12}:outpost[/:]"
    r"[a-zA-Z0-9\-]{1,63}[/:]accesspoint[/:][a-zA-Z0-9\-]{1,63}$"
)


def customize(service: str, operation: str, parameters: Dict[str, Any]) -> None:
    """Changes the parameters of a call in place, where its operation has to.

    Values of a wrong type are left alone: they are reported with everything else.

    Raises:
        ParamValidationError: One is not what its service takes.
    """
    if service == "s3":
        _check_bucket(parameters)
    for change in _BY_OPERATION.get((service, operation), ()):
        change(parameters)


def _check_bucket(parameters: Dict[str, Any]) -> None:
    bucket = parameters.get("Bucket")
    if isinstance(bucket, str) and not re.search(_BUCKET, bucket) and not re.search(_ARN, bucket):
        raise ParamValidationError(
            f'Invalid bucket name "{bucket}": Bucket name must match the regex "{_BUCKET}" or be '
            f'an ARN matching the regex "{_ARN}"'
        )


def _encode_user_data(parameters: Dict[str, Any]) -> None:
    data = parameters.get("UserData")
    if isinstance(data, (str, bytes, bytearray)):
        parameters["UserData"] = base64.b64encode(_bytes(data)).decode()


def _add_key_digest(parameters: Dict[str, Any]) -> None:
    """The key of encryption by the customer: encoded, with its digest."""
    key = parameters.get("SSECustomerKey")
    if isinstance(key, (str, bytes, bytearray)) and "SSECustomerKeyMD5" not in parameters:
        raw = _bytes(key)
        parameters["SSECustomerKey"] = base64.b64encode(raw).decode()
        parameters["SSECustomerKeyMD5"] = base64.b64encode(_md5(raw)).decode()


def _md5(data: bytes) -> bytes:
    import hashlib  # noqa: PLC0415 - slow, and seldom needed

    try:
        return hashlib.md5(data, usedforsecurity=False).digest()
    except TypeError:  # CPython 3.8
        return hashlib.md5(data).digest()  # noqa: S324 - a checksum


def _check_metadata(parameters: Dict[str, Any]) -> None:
    metadata = parameters.get("Metadata")
    if not isinstance(metadata, dict):
        return
    for key, value in metadata.items():
        if isinstance(key, str) and isinstance(value, str) and not (key + value).isascii():
            raise ParamValidationError(
                f'Non ascii characters found in S3 metadata for key "{key}", value: "{value}".  \n'
                "S3 metadata can only contain ASCII characters. "
            )


def _bytes(value: Any) -> bytes:
    return value.encode("utf-8") if isinstance(value, str) else bytes(value)


_S3_WITH_KEY = (
    "CompleteMultipartUpload",
    "CreateMultipartUpload",
    "GetObject",
    "HeadObject",
    "PutObject",
    "SelectObjectContent",
    "UploadPart",
)

_BY_OPERATION: Dict[Any, List[Callable[[Dict[str, Any]], None]]] = {
    ("ec2", "RunInstances"): [_encode_user_data],
    **{("s3", name): [_add_key_digest] for name in _S3_WITH_KEY},
    ("s3", "CreateMultipartUpload"): [_check_metadata, _add_key_digest],
    ("s3", "PutObject"): [_check_metadata, _add_key_digest],
}
