"""A service on this machine that answers as a test tells it, and what it would answer with."""

import contextlib
import gzip
import http.server
import json
import random
import threading
import time
import urllib.parse

import googleapiclient.discovery_cache

from sky_rs.cloud import gcp

SCHEMAS = json.loads(googleapiclient.discovery_cache.get_static_doc("compute", "v1"))["schemas"]

TOKEN = "ya29.a-secret-token"

STATUSES = [
    *("PROVISIONING", "STAGING", "RUNNING", "STOPPING", "SUSPENDING", "SUSPENDED", "REPAIRING"),
    *("TERMINATED", "DEPROVISIONING", "PENDING_STOP", "A_NEW_ONE"),
]

#: Values of the types of schemas.
VALUES = {
    "any": [None],
    "boolean": [True, False],
    "integer": [0, -1, 7, 2**31 - 1],
    "number": [0.5, -1e30, 3, 1e-7],
    "string": ["", "text", 'ä 😀\n\\"/', "2024-05-06T07:08:09.123-07:00", "123456789"],
}


class Request:
    """What the service was asked."""

    def __init__(self, handler):
        parts = urllib.parse.urlsplit(handler.path)
        self.method = handler.command
        self.target = handler.path
        self.path = parts.path
        self.query = dict(urllib.parse.parse_qsl(parts.query))
        self.headers = dict(handler.headers)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 20
    disable_nagle_algorithm = True

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self)
        self.server.requests.append(request)
        said = self.server.respond(request)
        if callable(said):
            self.close_connection = True
            with contextlib.suppress(OSError):
                said(self)
            return
        status, headers, body = said if isinstance(said, tuple) else (200, {}, said)
        if not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
        if "gzip" in headers.get("Content-Encoding", ""):
            body = gzip.compress(body)
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):  # whoever asked has gone
            self.wfile.write(body)

    do_GET = do_POST = answer  # noqa: N815

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, respond):
        super().__init__(("127.0.0.1", 0), Handler)
        self.respond = respond
        self.requests = []
        self.url = f"http://127.0.0.1:{self.server_port}"


@contextlib.contextmanager
def serving(respond):
    """A service on loopback.

    `respond` takes a Request and returns what to answer: the body (bytes, or what JSON can say),
    or a status, headers and a body, or a function that writes to the connection itself.
    """
    with Server(respond) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(10)


@contextlib.contextmanager
def asking_google(respond, **options):
    """A service, and a client of Google's that asks it."""
    with serving(respond) as server:
        given = {"token": TOKEN, "project": "p", **options}
        with gcp.client("compute", endpoint_url=server.url, **given) as client:
            yield client, server


def reset(handler):
    """Ends in the middle of an answer."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")


def silent(_handler):
    """Says nothing for a while."""
    time.sleep(1)


def made(name, chosen, depth=6):
    """A value of one of Google's schemas, with about half of what there can be."""
    return _value({"$ref": name}, chosen, depth)


def _value(schema, chosen, depth):
    if "$ref" in schema:
        schema = SCHEMAS[schema["$ref"]]
    kind = schema["type"]
    if kind == "object":
        return _object(schema, chosen, depth)
    if kind == "array":
        length = chosen.randrange(3) if depth > 0 else 0
        return [_value(schema["items"], chosen, depth - 1) for _ in range(length)]
    if "enum" not in schema:
        return chosen.choice(VALUES[kind])
    return chosen.choice(schema["enum"])


def _object(schema, chosen, depth):
    inner = schema.get("additionalProperties")
    if inner is not None:
        keys = chosen.sample(["a", "zones/b-c", "ä", "x.y", 'q"'], chosen.randrange(4))
        return {key: _value(inner, chosen, depth - 1) for key in keys if depth > 0}
    return {
        key: _value(each, chosen, depth - 1)
        for key, each in schema["properties"].items()
        if depth > 0 and chosen.random() < 0.5
    }


def instances(number, seed=0):
    """Instances of Google's in all states."""
    chosen = random.Random(seed)
    found = []
    for place in range(number):
        instance = made("Instance", chosen)
        instance["name"] = f"node-{seed}-{place}"
        instance["status"] = chosen.choice(STATUSES)
        found.append(instance)
    return found


def page_of(items, query, size):
    """One page of Google's of some items, as a query asks for it."""
    start = int(query.get("pageToken") or 0)
    size = min(size, int(query.get("maxResults", size)))
    page = {"kind": "compute#list", "items": items[start : start + size]}
    if start + size < len(items):
        page["nextPageToken"] = str(start + size)
    return page


def machines(number, cluster, seed=0):
    """Virtual machines of Azure's, most of a cluster, and their instance views by names."""
    chosen = random.Random(seed)
    found, views = [], {}
    for place in range(number):
        name = f"vm-{place}"
        tags = {"ray-cluster-name": chosen.choice([cluster, cluster, cluster, "another"])}
        provisioning = chosen.choice(["Succeeded"] * 8 + ["Creating", "Deleting", "Failed"])
        power = chosen.choice(["running"] * 4 + ["starting", "stopping", "stopped"])
        power = chosen.choice([power, power, "deallocating", "deallocated"])
        statuses = [{"code": f"ProvisioningState/{provisioning.lower()}", "level": "Info"}]
        if chosen.random() < 0.1:
            statuses.insert(0, {"code": "", "level": "Error"})
        if provisioning == "Succeeded" or chosen.random() < 0.5:
            statuses.append(
                {"code": f"PowerState/{power}", "level": "Info", "displayStatus": f"VM {power}"}
            )
        found.append(machine(name, tags, provisioning, place))
        views[name] = {
            "computerName": name,
            "vmAgent": {"vmAgentVersion": "2.9", "statuses": [{"code": "ProvisioningState/x"}]},
            "statuses": statuses,
        }
    return found, views


def machine(name, tags, provisioning, place):
    base = "/subscriptions/s/resourceGroups/g/providers"
    return {
        "id": f"{base}/Microsoft.Compute/virtualMachines/{name}",
        "name": name,
        "type": "Microsoft.Compute/virtualMachines",
        "location": "eastus",
        "tags": {"Ünder": "ä", **tags},
        "zones": ["1"],
        "properties": {
            "vmId": f"{place:032x}",
            "hardwareProfile": {"vmSize": "Standard_D4s_v5"},
            "provisioningState": provisioning,
            "storageProfile": {
                "imageReference": {"publisher": "canonical", "sku": "22_04-lts", "version": "1"},
                "osDisk": {"osType": "Linux", "diskSizeGB": 256, "managedDisk": {"id": base}},
                "dataDisks": [],
            },
            "osProfile": {"computerName": name, "linuxConfiguration": {"ssh": {}}},
            "networkProfile": {"networkInterfaces": [{"id": f"{base}/nic-{place}"}]},
            "timeCreated": "2024-05-06T07:08:09.1234567+00:00",
        },
    }
