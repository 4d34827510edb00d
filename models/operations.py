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
