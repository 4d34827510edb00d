#!/usr/bin/env python3
"""Writes the models of cloud operations that the package ships, from what the clouds publish.

    python models/generate.py [--check]

It needs botocore and google-api-python-client, of any version (`make models` runs it where the
tests' ones are installed); each index.json records which it was. operations.py lists the
operations, README.md defines the format. With --check it writes nothing, and fails if a file is not
what it would write.
"""

import argparse
import json
import pathlib
import sys

import botocore
import botocore.loaders
import endpoints
import rest_azure
import rest_google
import translate
from botocore import xform_name
from botocore.model import ServiceModel
from operations import AZURE, GOOGLE, OPERATIONS

MODELS = pathlib.Path(__file__).resolve().parents[1] / "host-python/src/sky_rs/cloud/models"
COMPACT = (",", ":")


def files(operations=OPERATIONS):
    """What has to be below MODELS: texts by path."""
    loader = botocore.loaders.create_loader()
    written = {"partitions.json": indented(source() | endpoints.partitions(loader, operations))}
    for service, names in operations.items():
        written.update(service_files(loader, service, names))
    return {**written, **rest_google.files(GOOGLE), **rest_azure.files(AZURE)}


def service_files(loader, service, names):
    """An index of a service, and the models of some of its operations."""
    described = ServiceModel(loader.load_service_model(service, "service-2"), service)
    try:
        pages = loader.load_service_model(service, "paginators-1")["pagination"]
    except botocore.exceptions.UnknownServiceError:
        pages = {}
    written = {f"{service}/index.json": indented(index(described, names))}
    for name in names:
        model = translate.model(described.operation_model(name), pages)
        text = json.dumps(model, separators=COMPACT, ensure_ascii=False)
        written[f"{service}/{name}.json"] = text + "\n"
    return written


def index(described, names):
    metadata = described.metadata
    return {
        **source(),
        "uid": metadata["uid"],
        "service": described.service_name,
        "serviceId": metadata["serviceId"],
        "apiVersion": metadata["apiVersion"],
        "protocol": described.protocol,
        "endpointPrefix": described.endpoint_prefix,
        "signingName": described.signing_name,
        "operations": {xform_name(name): name for name in sorted(names)},
    }


def source():
    return {"source": f"botocore {botocore.__version__}"}


def indented(value):
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def present():
    """The texts that are below MODELS."""
    found = {}
    for path in sorted(MODELS.rglob("*.json")):
        found[path.relative_to(MODELS).as_posix()] = path.read_text(encoding="utf-8")
    return found


def write(wanted):
    for name in present().keys() - wanted.keys():
        (MODELS / name).unlink()
    for name, text in wanted.items():
        path = MODELS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a difference")
    wanted = files()
    if not parser.parse_args().check:
        write(wanted)
        return 0
    there = present()
    stale = sorted(n for n in wanted.keys() | there.keys() if wanted.get(n) != there.get(n))
    for name in stale:
        print(f"not current: {name}", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
