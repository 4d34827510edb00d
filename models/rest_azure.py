"""The models of Azure, from a table in operations.py: its packages have no description to read."""

import json
import re

import rest
from botocore import xform_name

ENDPOINT = "https://management.azure.com"
SOURCE = {"source": "Azure's REST reference, by hand"}
SUBSCRIPTION = "/subscriptions/{subscriptionId}"

# Azure gives the next page's URL; it is no parameter.
PAGE = {"input": ["nextLink"], "output": ["nextLink"], "result": ["value"]}


def files(operations):
    """What has to be below the folder of the models."""
    described = rest.index(SOURCE, ENDPOINT, operations)
    written = {"azure/index.json": json.dumps(described, indent=1) + "\n"}
    for name, row in operations.items():
        written[f"azure/{name}.json"] = model(name, *row)
    return written


def model(name, path, version, query, read):
    uri = SUBSCRIPTION + path
    text = {"type": "string", "min": 1}
    parameters = {xform_name(label): (label, "uri", text) for label in re.findall(r"{(\w+)}", uri)}
    for key, (wire, kind) in query.items():
        parameters[key] = (wire, "query", {"type": kind})
    page = PAGE if name.split(".")[1].startswith("list") else None
    head = {
        "operation": name,
        "version": version,
        "method": "GET",
        "uri": f"{uri}?api-version={version}",
    }
    return rest.model(head, parameters, page, read)
