"""What clusters consist of, as `sky.provision.<cloud>.instance.query_instances` tells it."""

from __future__ import annotations

import contextvars
import importlib
import re

from sky_rs import _sky
from sky_rs.cloud.exceptions import PaginationError, StatusError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

    Found = Iterator[Tuple[str, Optional[str]]]

#: Where SkyPilot writes the cluster's name: a tag, or a label.
_TAG = "ray-cluster-name"

#: How many machines of Azure's are asked for at a time.
_WORKERS = 16

_AWS = {
    "pending": "INIT",
    "running": "UP",
    "stopping": "STOPPED",
    "stopped": "STOPPED",
    "shutting-down": None,
    "terminated": None,
}

# Whatever else Google says is as if the instance was not there.
_GCP = {
    "PROVISIONING": "INIT",
    "STAGING": "INIT",
    "REPAIRING": "INIT",
    "RUNNING": "UP",
    "STOPPING": "STOPPED",
    "SUSPENDING": "STOPPED",
    "TERMINATED": "STOPPED",
    "SUSPENDED": "STOPPED",
}

_AZURE_POWER = {
    "starting": "INIT",
    "running": "UP",
    "stopping": "STOPPED",
    "stopped": "STOPPED",
    "deallocating": "STOPPED",
    "deallocated": "STOPPED",
}
# While there is no power. `Succeeded` says nothing: it is there, but does it run?
_AZURE_PROVISIONING = {
    "Creating": "INIT",
    "Updating": "INIT",
    "Failed": "INIT",
    "Migrating": "INIT",
    "Deleting": "DELETING",
}

_NO_GROUP = "ResourceGroupNotFound"
_NO_MACHINE = "ResourceNotFound"


# Each provider is imported when it is asked for.


def query(
    provider: str, name: str, config: Dict[str, Any], non_terminated_only: bool, client: Any
) -> Dict[str, Tuple[Any, None]]:
    if provider not in _PROVIDERS:
        known = ", ".join(map(repr, _PROVIDERS))
        raise ValueError(f"{provider!r} is no provider known here, only {known}")
    ask, needed, connect = _PROVIDERS[provider]
    missing = [key for key in needed if key not in config]
    if missing:
        raise ValueError(f"provider_config has no {', '.join(map(repr, missing))}")
    mine = connect(config) if client is None else client
    try:
        found = [
            (key, status)
            for key, status in ask(mine, name, config)
            if status is not None or not non_terminated_only
        ]
    except (AttributeError, KeyError, TypeError) as error:
        raise StatusError(
            f"{provider} described an instance as it should not: {error!r}"
        ) from error
    finally:
        if client is None:
            mine.close()
    known_statuses = _sky.cluster_status()
    # SkyPilot has no status for what Azure deletes, but lists it until it is gone.
    return {key: (known_statuses.get(status), None) for key, status in found}


# AWS


def _to_aws(config: Dict[str, Any]) -> Any:
    aws = importlib.import_module("sky_rs.cloud.aws")
    return aws.client("ec2", region_name=config["region"])


def _aws(client: Any, name: str, _config: Dict[str, Any]) -> Found:
    asked: Dict[str, Any] = {"Filters": [{"Name": f"tag:{_TAG}", "Values": [name]}]}
    seen = set()
    while True:
        page = client.describe_instances(**asked)
        for reservation in page.get("Reservations", ()):
            for instance in reservation.get("Instances", ()):
                state = instance["State"]["Name"]
                if state not in _AWS:
                    raise StatusError(f"{instance['InstanceId']}: {state!r} is no state known here")
                yield instance["InstanceId"], _AWS[state]
        token = page.get("NextToken")
        if not token:
            return
        if token in seen:
            raise PaginationError("DescribeInstances: the same next page was named twice")
        seen.add(token)
        asked["NextToken"] = token


# Google Cloud


def _to_gcp(config: Dict[str, Any]) -> Any:
    gcp = importlib.import_module("sky_rs.cloud.gcp")
    return gcp.client("compute", project=config["project_id"])


def _gcp(client: Any, name: str, config: Dict[str, Any]) -> Found:
    if config.get("_has_tpus", False):
        raise ValueError("provider_config has '_has_tpus': TPU VMs are not known here")
    if not re.fullmatch(r"[\w-]*", name):
        raise ValueError(f"{name!r} is no value that a label can have")
    asked = {
        "project": config["project_id"],
        "zone": config["availability_zone"],
        "filter": f"((labels.{_TAG} = {name}))",
        "maxResults": 500,  # the most, and Google's default
    }
    for page in client.pages("instances.list.statuses", asked):
        for instance in page.get("items", ()):
            yield instance["name"], _GCP.get(instance["status"])


# Azure


def _to_azure(config: Dict[str, Any]) -> Any:
    azure = importlib.import_module("sky_rs.cloud.azure")
    return azure.client("compute", config["subscription_id"])


def _azure(client: Any, name: str, config: Dict[str, Any]) -> Found:
    from sky_rs.cloud.azure import ResourceNotFoundError  # noqa: PLC0415

    group = {"resource_group_name": config["resource_group"]}
    machines: List[Tuple[str, str]] = []
    try:
        for page in client.pages("virtual_machines.list.statuses", group):
            for machine in page.get("value", ()):
                if machine.get("tags", {}).get(_TAG) == name:
                    state = machine.get("properties", {}).get("provisioningState")
                    machines.append((machine["name"], state))
    except ResourceNotFoundError as error:
        if error.code != _NO_GROUP:
            raise
        return

    def status(machine: Tuple[str, str]) -> Tuple[str, Optional[str]]:
        asked = {**group, "vm_name": machine[0]}
        try:
            view = client.call("virtual_machines.instance_view.statuses", asked)
        except ResourceNotFoundError as error:
            if error.code != _NO_MACHINE:
                raise
            return machine[0], None
        return machine[0], _azure_status(*machine, view.get("statuses", ()))

    yield from _side_by_side(status, machines)


def _azure_status(name: str, provisioning: str, statuses: Any) -> Optional[str]:
    for each in statuses:
        kind, slash, power = each.get("code", "").partition("/")
        if kind != "PowerState" or not slash or "/" in power:
            continue
        if power not in _AZURE_POWER:
            raise StatusError(f"{name}: {power!r} is no power state known here")
        return _AZURE_POWER[power]
    if provisioning not in _AZURE_PROVISIONING:
        raise StatusError(
            f"{name}: it has no power state, and of {provisioning!r} alone nothing follows"
        )
    return _AZURE_PROVISIONING[provisioning]


def _side_by_side(do: Callable[[Any], Any], items: List[Any]) -> Iterator[Any]:
    """The results of a function, in the order of the items, which threads work on.

    After an error nothing more is begun; what is under way ends by itself.
    """
    if len(items) < 2:
        yield from map(do, items)
        return
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - slow

    executor = ThreadPoolExecutor(min(_WORKERS, len(items)), "sky_rs_query")
    futures: List[Any] = []
    try:
        # using() holds for the threads, too.
        futures.extend(executor.submit(contextvars.copy_context().run, do, each) for each in items)
        for future in futures:
            yield future.result()
    finally:
        for future in futures:
            future.cancel()
        executor.shutdown(wait=False)


_PROVIDERS: Dict[str, Tuple[Any, Tuple[str, ...], Callable[[Dict[str, Any]], Any]]] = {
    "aws": (_aws, ("region",), _to_aws),
    "gcp": (_gcp, ("availability_zone", "project_id"), _to_gcp),
    "azure": (_azure, ("subscription_id", "resource_group"), _to_azure),
}
