"""Where a service is."""

from __future__ import annotations

import os
import re
from typing import Any, Dict, NamedTuple, Optional
from urllib.parse import urlsplit

from sky_rs.cloud import _models
from sky_rs.cloud.exceptions import EndpointError

#: What names a region: a part of a host's name.
_REGION = re.compile(r"(?!-)[a-zA-Z0-9-]{1,63}(?<!-)")

#: Buckets that can be a part of a host's name, without dots.
_HOST_BUCKET = re.compile(r"(?!xn--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")


class Endpoint(NamedTuple):
    """Where requests go, and for which region they are signed."""

    url: str
    region: str
    #: Whether it was given, rather than found by the region.
    given: bool

    @property
    def host(self) -> str:
        """The host, and its port if there is one."""
        return urlsplit(self.url).netloc.lower()


def of_environment(service: str) -> Optional[str]:
    """The endpoint of a service that is set in the environment, if one is."""
    if os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return None
    name = "AWS_ENDPOINT_URL"
    return os.environ.get(f"{name}_{service.upper()}") or os.environ.get(name) or None


def resolve(service: str, region: str, url: Optional[str]) -> Endpoint:
    """The endpoint of a service in a region.

    Args:
        service: Such as 'ec2'.
        region: Such as 'us-east-1'.
        url: An endpoint that was given.

    Raises:
        EndpointError: The region is no name of one, or the URL has no scheme or host.
    """
    if not _REGION.fullmatch(region):
        raise EndpointError(f"region_name must be a name such as 'us-east-1', not {region!r}")
    partitions = _models.partitions()
    special: Dict[str, Any] = partitions["services"][service]["hosts"].get(region, {})
    signing = special.get("signingRegion", region)
    if url is not None:
        return Endpoint(_checked(url), signing, given=True)
    prefix = _models.index(service)["endpointPrefix"]
    host = special.get("hostname") or partitions["hostname"].format(
        service=prefix, region=region, suffix=_partition(region)["dnsSuffix"]
    )
    return Endpoint(f"https://{host}", signing, given=False)


def _partition(region: str) -> Dict[str, Any]:
    found = _models.partitions()["partitions"]
    for partition in found:
        if region in partition["regions"] or re.match(partition["regionRegex"], region):
            return dict(partition)
    return dict(found[0])


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise EndpointError(f"Invalid endpoint: {url}: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise EndpointError(f"Invalid endpoint: {url}")
    return url


def of_bucket(endpoint: Endpoint, bucket: str, style: str) -> str:
    """The URL of a bucket: in the host's name if that can be, or else in the path.

    Args:
        endpoint: S3's.
        bucket: The bucket's name.
        style: 'auto', 'path' or 'virtual'.
    """
    virtual = style != "path" and (style == "virtual" or not endpoint.given)
    if not virtual or not _HOST_BUCKET.fullmatch(bucket):
        return f"{endpoint.url.rstrip('/')}/{bucket}"
    scheme, _, rest = endpoint.url.partition("://")
    return f"{scheme}://{bucket}.{rest}"
