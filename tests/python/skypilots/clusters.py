"""What SkyPilot's query_instances says of some instances, and what sky_rs says of the same.

    python clusters.py FILE

FILE has a list, in JSON, of objects with a `provider`, `config`, and what the cloud would say:
`instances`, and of Azure `views`. At `url`, a service says the same, and sky_rs asks it. SkyPilot's
SDKs are replaced: it gets the objects that they would have made.
"""

import importlib
import json
import pathlib
import sys
import time
from types import SimpleNamespace

from sky_rs.cloud import query_instances

CLUSTER = "c"


def aws(said):
    from sky.provision.aws import instance

    found = [
        SimpleNamespace(id=each["InstanceId"], state=each["State"]) for each in said["instances"]
    ]

    def filtered(Filters):  # noqa: N803 - boto3's name
        assert Filters == [{"Name": "tag:ray-cluster-name", "Values": [CLUSTER]}]
        return found

    resource = SimpleNamespace(instances=SimpleNamespace(filter=filtered))
    instance._default_ec2_resource = lambda region: resource
    return instance


def gcp(said):
    from sky.provision.gcp import instance, instance_utils

    def listed(project, filter, zone):  # noqa: A002 - Google's name
        assert (project, zone) == (said["config"]["project_id"], "z")
        said["filter"] = filter
        return SimpleNamespace(execute=lambda num_retries: {"items": said["instances"]})

    resource = SimpleNamespace(instances=lambda: SimpleNamespace(list=listed))
    instance_utils.GCPComputeInstance.load_resource = classmethod(lambda cls: resource)
    return instance


def azure(said):
    from sky.provision.azure import instance

    machines = [
        SimpleNamespace(
            name=each["name"],
            tags=each["tags"],
            provisioning_state=each["properties"]["provisioningState"],
        )
        for each in said["instances"]
    ]

    def view(resource_group_name, vm_name):
        return SimpleNamespace(as_dict=lambda: said["views"][vm_name])

    collection = SimpleNamespace(list=lambda resource_group_name: machines, instance_view=view)
    client = SimpleNamespace(virtual_machines=collection)
    instance.azure = SimpleNamespace(get_client=lambda *_: client)
    return instance


class Aws:
    """As sky_rs.cloud.aws.client('ec2')."""

    def __init__(self, said):
        self.said = said

    def describe_instances(self, **_):
        return {"Reservations": [{"Instances": self.said["instances"]}]}


def asked(said):
    """A client of ours."""
    if said["provider"] == "aws":
        return Aws(said)
    module = importlib.import_module(f"sky_rs.cloud.{said['provider']}")
    given = ["s"] if said["provider"] == "azure" else []
    return module.client("compute", *given, token="t", endpoint_url=said["url"])


def answer(function, *arguments, **options):
    try:
        found = function(*arguments, **options)
    except Exception as error:
        return [type(error).__name__, str(error)]
    assert all(type(pair) is tuple and len(pair) == 2 for pair in found.values())
    return {key: [status and str(status), more] for key, (status, more) in found.items()}


def compared(said):
    """Both answers without what has terminated, and with it; and SkyPilot's filter."""
    provider, config = said["provider"], said["config"]
    theirs = {"aws": aws, "gcp": gcp, "azure": azure}[provider](said).query_instances
    ours = asked(said)
    found = []
    for only in (True, False):
        expected = answer(theirs, "n", CLUSTER, config, only)
        mine = answer(query_instances, provider, CLUSTER, config, only, client=ours)
        found.append({"theirs": expected, "ours": mine})
    return {"results": found, "filter": said.get("filter")}


def main():
    everything = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    time.sleep = lambda _seconds: None  # SkyPilot tries again
    print(json.dumps([compared(said) for said in everything]))


if __name__ == "__main__":
    main()
