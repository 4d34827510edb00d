"""Where the services are: partitions, and the hosts that do not follow from a region's name."""

from botocore.endpoint_provider import EndpointProvider

PATTERN = "{service}.{region}.{suffix}"

# As clients ask when nothing is configured: S3 in us-east-1 has a host without a region; STS has
# not, since it became regional.
GLOBAL = {
    "s3": {"UseGlobalEndpoint": True},
    "sts": {"UseGlobalEndpoint": False},
}


def partitions(loader, services):
    """The content of partitions.json: partitions in the order in which regions are tried."""
    known = loader.load_data("partitions")
    return {
        "hostname": PATTERN,
        "partitions": [partition(found) for found in known["partitions"]],
        "services": {
            service: {"hosts": exceptions(loader, service, known)} for service in services
        },
    }


def partition(found):
    outputs = found["outputs"]
    return {
        "partition": found["id"],
        "regionRegex": found["regionRegex"],
        "regions": sorted(found["regions"]),
        "dnsSuffix": outputs["dnsSuffix"],
        "dualStackDnsSuffix": outputs["dualStackDnsSuffix"],
        "implicitGlobalRegion": outputs["implicitGlobalRegion"],
    }


def exceptions(loader, service, known):
    """By region, the host (and the region to sign for) where the pattern does not give it."""
    rules = loader.load_service_model(service, "endpoint-rule-set-1")
    provider = EndpointProvider(rules, known)
    found = {}
    for each in known["partitions"]:
        for region in sorted(each["regions"]):
            endpoint = provider.resolve_endpoint(
                Region=region, UseFIPS=False, UseDualStack=False, **GLOBAL.get(service, {})
            )
            host = endpoint.url[len("https://") :]
            scheme = (endpoint.properties.get("authSchemes") or [{}])[0]
            signed = scheme.get("signingRegion", region)
            suffix = each["outputs"]["dnsSuffix"]
            if host != PATTERN.format(service=service, region=region, suffix=suffix):
                found[region] = {"hostname": host, "signingRegion": signed}
            elif signed != region:
                raise ValueError(f"{service} in {region} signs for {signed}")
    return found
