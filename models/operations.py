"""The operations that the package has models of: one line each."""

OPERATIONS = {
    "ec2": [
        "CreateTags",
        "DescribeAvailabilityZones",
        "DescribeImages",
        "DescribeInstanceStatus",
        "DescribeInstanceTypeOfferings",
        "DescribeInstanceTypes",
        "DescribeInstances",
        "DescribeRegions",
        "DescribeSecurityGroups",
        "DescribeSpotPriceHistory",
        "DescribeSubnets",
        "DescribeVolumes",
        "DescribeVpcs",
        "RunInstances",
        "StartInstances",
        "StopInstances",
        "TerminateInstances",
    ],
    "s3": [
        "CreateBucket",
        "DeleteObject",
        "GetObject",
        "HeadObject",
        "ListObjectsV2",
        "PutObject",
    ],
    "sts": [
        "GetCallerIdentity",
    ],
}

#: Google Compute Engine's methods, by the names of ours: those of its discovery document. A name
#: with a part more is the same method, of whose result only a part is read (and asked for).
STATUSES = {"items": [{"name": None, "status": None}], "nextPageToken": None}
GOOGLE = {
    "globalOperations.get": None,
    "globalOperations.wait": None,
    "instances.aggregatedList": None,
    "instances.get": None,
    "instances.list": None,
    "instances.list.statuses": STATUSES,
    "machineTypes.aggregatedList": None,
    "machineTypes.list": None,
    "zoneOperations.get": None,
    "zoneOperations.wait": None,
    "zones.list": None,
}

#: Azure's methods: their paths below a subscription, versions of their API, parameters of the query
#: by the names of ours, and of some, what is read of the result. Those in paths are strings.
_MACHINES = "/providers/Microsoft.Compute/virtualMachines"
_GROUP = "/resourceGroups/{resourceGroupName}"
AZURE = {
    "resource_groups.get": ("/resourcegroups/{resourceGroupName}", "2021-04-01", {}, None),
    "resource_groups.list": (
        "/resourcegroups",
        "2021-04-01",
        {"filter": ("$filter", "string"), "top": ("$top", "integer")},
        None,
    ),
    "resource_skus.list": (
        "/providers/Microsoft.Compute/skus",
        "2021-07-01",
        {
            "filter": ("$filter", "string"),
            "include_extended_locations": ("includeExtendedLocations", "string"),
        },
        None,
    ),
    "virtual_machines.get": (
        f"{_GROUP}{_MACHINES}/{{vmName}}",
        "2024-07-01",
        {"expand": ("$expand", "string")},
        None,
    ),
    "virtual_machines.instance_view": (
        f"{_GROUP}{_MACHINES}/{{vmName}}/instanceView",
        "2024-07-01",
        {},
        None,
    ),
    "virtual_machines.instance_view.statuses": (
        f"{_GROUP}{_MACHINES}/{{vmName}}/instanceView",
        "2024-07-01",
        {},
        {"statuses": [{"code": None}]},
    ),
    "virtual_machines.list": (
        f"{_GROUP}{_MACHINES}",
        "2024-07-01",
        {"filter": ("$filter", "string"), "expand": ("$expand", "string")},
        None,
    ),
    "virtual_machines.list.statuses": (
        f"{_GROUP}{_MACHINES}",
        "2024-07-01",
        {},
        {
            "value": [{"name": None, "tags": None, "properties": {"provisioningState": None}}],
            "nextLink": None,
        },
    ),
    "virtual_machines.list_all": (
        _MACHINES,
        "2024-07-01",
        {
            "status_only": ("statusOnly", "string"),
            "filter": ("$filter", "string"),
            "expand": ("$expand", "string"),
        },
        None,
    ),
}
