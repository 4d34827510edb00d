"""Responses of clouds, of any size."""

from __future__ import annotations

import json
from typing import Any, Tuple

from sky_rs.cloud import _models, _routes  # noqa: F401 - registers the routes

_INSTANCE = (
    "<item><reservationId>r-{0:017x}</reservationId><ownerId>123456789012</ownerId><groupSet/>"
    "<instancesSet><item><instanceId>i-{0:017x}</instanceId><imageId>ami-0abcdef1234567890</imageId>"
    "<instanceState><code>16</code><name>running</name></instanceState>"
    "<privateDnsName>ip-10-0-0-1.ec2.internal</privateDnsName><reason/><keyName>key</keyName>"
    "<amiLaunchIndex>0</amiLaunchIndex><productCodes/><instanceType>p3.8xlarge</instanceType>"
    "<launchTime>2024-05-06T07:08:09.000Z</launchTime>"
    "<placement><availabilityZone>us-east-1a</availabilityZone><tenancy>default</tenancy></placement>"
    "<monitoring><state>disabled</state></monitoring><subnetId>subnet-0123456789</subnetId>"
    "<vpcId>vpc-0123456789</vpcId><privateIpAddress>10.0.0.1</privateIpAddress>"
    "<sourceDestCheck>true</sourceDestCheck><groupSet><item><groupId>sg-0123</groupId>"
    "<groupName>default</groupName></item></groupSet><architecture>x86_64</architecture>"
    "<tagSet><item><key>Name</key><value>cluster-{0}-head</value></item>"
    "<item><key>ray-cluster-name</key><value>cluster-{0}</value></item></tagSet>"
    "<ebsOptimized>false</ebsOptimized></item></instancesSet></item>"
)
_OBJECT = (
    "<Contents><Key>checkpoints/run-{0:06}/model.pt</Key>"
    "<LastModified>2024-05-06T07:08:09.000Z</LastModified><ETag>&quot;{0:032x}&quot;</ETag>"
    "<Size>1048576</Size><StorageClass>STANDARD</StorageClass></Contents>"
)


def response(protocol: str, size: int) -> Tuple[Any, int, Any, bytes]:
    """The arguments of the route, for a body of ``size`` bytes."""
    if protocol == "rest-json":
        item = {"name": "vm-1", "id": "123456789", "status": "RUNNING", "labels": {"a": "b"}}
        text, end = '{"items":[' + ",".join([json.dumps(item)] * (size // 100)), "]}"
        model = {"operation": "list", "protocol": protocol, "method": "GET", "uri": "/"}
        operation = _models.Operation("compute", "list", json.dumps({**model, "shapes": []}))
    elif protocol == "rest-xml":
        text, end = "<ListBucketResult>", "</ListBucketResult>"
        text += "".join(map(_OBJECT.format, range(size // 240)))
        operation = _models.operation("s3", "ListObjectsV2")
    elif protocol == "query":
        text, end = "<R><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/x</Arn>", "</R>"
        text += "<UserId>x</UserId></GetCallerIdentityResult>"
        operation = _models.operation("sts", "GetCallerIdentity")
    else:
        text, end = "<DescribeInstancesResponse><reservationSet>", "</DescribeInstancesResponse>"
        text += "".join(map(_INSTANCE.format, range(size // 1400))) + "</reservationSet>"
        operation = _models.operation("ec2", "DescribeInstances")
    body = (text + end).ljust(size).encode()
    if len(body) != size:
        raise ValueError(f"{size} bytes are too few for {protocol}")
    return operation, 200, [], body
