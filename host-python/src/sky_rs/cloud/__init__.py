"""Cloud APIs: calls, and what SkyPilot's control loops ask for."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Tuple

__all__ = ["query_instances"]


def query_instances(
    provider: str,
    cluster_name_on_cloud: str,
    provider_config: Dict[str, Any],
    non_terminated_only: bool = True,
    *,
    client: Any = None,
) -> Dict[str, Tuple[Any, None]]:
    """The instances of a cluster and their statuses.

    As SkyPilot's ``sky.provision.<provider>.instance.query_instances``, but for what it would miss:
    of Google's instances, it sees only the first 500.

    Args:
        provider: 'aws', 'gcp' or 'azure'.
        cluster_name_on_cloud: The cluster's name as its instances have it in the tag or label
            ``ray-cluster-name``.
        provider_config: Where they are, as SkyPilot has it: ``region`` of AWS; ``project_id`` and
            ``availability_zone`` of Google Cloud; ``subscription_id`` and ``resource_group`` of
            Azure.
        non_terminated_only: Whether to leave out those that are gone or going. Azure's are listed
            until they are gone, as by SkyPilot.
        client: Whom to ask, if it is not to be a new client with the usual credentials: of
            :func:`sky_rs.cloud.aws.client`, :func:`sky_rs.cloud.gcp.client` or
            :func:`sky_rs.cloud.azure.client`.

    Returns:
        By the instances' IDs (AWS) or names, pairs of a status and None. Statuses are members of
        SkyPilot's ``ClusterStatus`` if it is installed, else 'INIT', 'UP' and 'STOPPED'; None for
        instances that are gone or going.

    Raises:
        CloudError: The cloud did not tell.
        StatusError: An instance is in a state that is none of those known.
        ValueError: The provider is unknown, or the configuration lacks something.
    """
    from sky_rs.cloud import _query  # noqa: PLC0415 - not for those who want something else

    return _query.query(
        provider, cluster_name_on_cloud, provider_config, non_terminated_only, client
    )
