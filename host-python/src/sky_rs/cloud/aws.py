"""AWS."""

from __future__ import annotations

from typing import Any, Callable, Optional

from sky_rs.cloud import _endpoints, _models
from sky_rs.cloud._client import Client
from sky_rs.cloud._signing import sign
from sky_rs.cloud.config import Config
from sky_rs.cloud.credentials import Credentials
from sky_rs.cloud.exceptions import ClientError, NoCredentialsError, NoRegionError

__all__ = ["Client", "ClientError", "Config", "Credentials", "client", "sign"]


def client(  # noqa: PLR0913 - boto3's parameters
    service_name: str,
    region_name: Optional[str] = None,
    *,
    endpoint_url: Optional[str] = None,
    aws_access_key_id: Optional[str] = None,
    aws_secret_access_key: Optional[str] = None,
    aws_session_token: Optional[str] = None,
    config: Any = None,
    profile_name: Optional[str] = None,
    verify: Optional[str] = None,
) -> Client:
    """A client of a service, called as boto3's.

    Args:
        service_name: 'ec2', 's3' or 'sts'.
        region_name: Such as 'us-east-1'; None takes that of ``config``, the environment or the
            profile.
        endpoint_url: Where the service is, instead of where it is in that region; None takes the
            variables ``AWS_ENDPOINT_URL_EC2`` (or ``_S3``, ``_STS``) and ``AWS_ENDPOINT_URL``.
        aws_access_key_id: With the secret, instead of what the environment, files, the container
            or the instance has.
        aws_secret_access_key: The secret.
        aws_session_token: A session's token, if the key is a temporary one.
        config: A :class:`Config`, or botocore's.
        profile_name: A profile of the files, instead of that of the environment.
        verify: A file of certificates that are trusted, instead of the environment's or Python's.

    Raises:
        ValueError: There is no such service here.
        NoRegionError: There is no region.
        NoCredentialsError: Only one of key and secret is given. That there are none at all is
            found when a call is made.
        EndpointError: The region or the endpoint is none.
    """
    settings = Config.of(config)
    _models.index(service_name)
    region = region_name or settings.region_name
    given = _given(aws_access_key_id, aws_secret_access_key, aws_session_token)
    credentials = _constant(given)
    if region is None or given is None:
        from sky_rs.cloud import _chain  # noqa: PLC0415 - slow, and only for what is not given

        chain = _chain.Chain(profile_name)
        region = region or chain.region()
        if given is None:
            credentials = chain.credentials
    if region is None and service_name == "s3":
        region = "aws-global"
    if region is None:
        raise NoRegionError
    url = endpoint_url or _endpoints.of_environment(service_name)
    endpoint = _endpoints.resolve(service_name, region, url)
    return Client(service_name, endpoint, credentials, settings, verify)


def _constant(credentials: Any) -> Callable[[], Credentials]:
    return lambda: credentials


def _given(
    key: Optional[str], secret: Optional[str], token: Optional[str]
) -> Optional[Credentials]:
    if key is None and secret is None:
        return None
    if key is None or secret is None:
        missing = "aws_access_key_id" if key is None else "aws_secret_access_key"
        raise NoCredentialsError(f"Partial credentials found in explicit, missing: {missing}")
    return Credentials(key, secret, token)
