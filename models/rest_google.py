"""The models of Google Compute Engine, from the discovery document in google-api-python-client."""

import importlib.metadata
import json
from urllib.parse import quote

import rest
from googleapiclient import discovery_cache

SERVICE = "compute.v1"
TYPES = {"string", "integer", "boolean"}

# Of the parameters that all methods have, those that are no secrets and leave the result what it
# is. Google indents results unless told otherwise.
COMMON = ("fields", "quotaUser")
PLAIN = "alt=json&prettyPrint=false"

PAGE = {"input": ["pageToken"], "output": ["nextPageToken"], "limit": "maxResults"}


def files(operations):
    """What has to be below the folder of the models."""
    document = json.loads(discovery_cache.get_static_doc("compute", "v1"))
    package = "google-api-python-client"
    source = {"source": f"{package} {importlib.metadata.version(package)}"}
    described = rest.index(
        source,
        document["rootUrl"].rstrip("/"),
        operations,
        uid=document["id"],
        revision=document["revision"],
        apiVersion=document["version"],
    )
    written = {"gcp/index.json": json.dumps(described, indent=1) + "\n"}
    for name, read in operations.items():
        written[f"gcp/{name}.json"] = model(document, name, read)
    return written


def model(document, name, read):
    resource, method = name.split(".")[:2]
    found = document["resources"][resource]["methods"][method]
    common = {key: document["parameters"][key] for key in COMMON}
    given = {**found.get("parameters", {}), **common}
    uri = f"/{document['servicePath']}{found['path']}?{PLAIN}"
    if read is not None:
        del given["fields"]
        uri += f"&fields={quote(fields(read), '')}"
    parameters = {key: parameter(key, given[key]) for key in sorted(given)}
    result = document["schemas"][found["response"]["$ref"]]["properties"]
    page = {**PAGE, "result": ["items"]} if "nextPageToken" in result else None
    head = {
        "operation": name,
        "version": document["version"],
        "method": found["httpMethod"],
        "uri": uri,
    }
    return rest.model(head, parameters, page, read)


def parameter(name, described):
    if described["type"] not in TYPES or described.get("repeated"):
        raise ValueError(f"{name}: {described}")
    kind = {"type": described["type"]}
    if described["location"] == "path":
        return name, "uri", {**kind, "min": 1}
    if "minimum" in described:
        kind["min"] = int(described["minimum"])
    return name, "query", kind


def fields(read):
    """An example of what is read, as Google's parameter `fields` has it."""
    parts = []
    for key, inner in read.items():
        inside = inner[0] if isinstance(inner, list) else inner
        parts.append(key if inside is None else f"{key}({fields(inside)})")
    return ",".join(parts)
