"""Clouds beside boto3: reading pages, signing, a first call in a fresh process, a long listing.

Both sides get the same bytes, and their results are compared before the clock starts. Run by
`make bench-cloud`, in the environment of the tests, which has boto3 and moto.
"""

from __future__ import annotations

import contextlib
import datetime
import http.server
import os
import statistics
import subprocess
import sys
import threading
import time
from typing import Any, Callable, Dict, Iterator, List, Tuple

import boto3
import botocore.auth
import botocore.parsers
import botocore.session
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.server import ThreadedMotoServer

import sky_rs
from sky_rs.cloud import _models, _response, aws

LAPS = 9
KEYS = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "secret"}
NOW = datetime.datetime(2026, 1, 2, 3, 4, 5)

_INSTANCE = """\
<item><reservationId>r-{0:017x}</reservationId><ownerId>123456789012</ownerId><groupSet/>\
<instancesSet><item><instanceId>i-{0:017x}</instanceId><imageId>ami-0123456789abcdef0</imageId>\
<instanceState><code>16</code><name>running</name></instanceState>\
<privateDnsName>ip-10-0-0-1.ec2.internal</privateDnsName><dnsName/><reason/>\
<keyName>sky-key</keyName><amiLaunchIndex>0</amiLaunchIndex><productCodes/>\
<instanceType>m5.large</instanceType><launchTime>2026-01-02T03:04:05.000Z</launchTime>\
<placement><availabilityZone>us-east-1a</availabilityZone><groupName/><tenancy>default</tenancy>\
</placement><monitoring><state>disabled</state></monitoring><subnetId>subnet-0123</subnetId>\
<vpcId>vpc-0123</vpcId><privateIpAddress>10.0.0.1</privateIpAddress>\
<sourceDestCheck>true</sourceDestCheck><groupSet><item><groupId>sg-01</groupId>\
<groupName>sky</groupName></item></groupSet><architecture>x86_64</architecture>\
<rootDeviceType>ebs</rootDeviceType><rootDeviceName>/dev/sda1</rootDeviceName>\
<blockDeviceMapping><item><deviceName>/dev/sda1</deviceName><ebs><volumeId>vol-01</volumeId>\
<status>attached</status><attachTime>2026-01-02T03:04:06.000Z</attachTime>\
<deleteOnTermination>true</deleteOnTermination></ebs></item></blockDeviceMapping>\
<virtualizationType>hvm</virtualizationType><clientToken>abc</clientToken><tagSet>\
<item><key>ray-cluster-name</key><value>c{0}</value></item><item><key>Name</key>\
<value>c{0}-head</value></item></tagSet><hypervisor>xen</hypervisor></item></instancesSet></item>"""

_PRICE = """\
<item><instanceType>m5.large</instanceType><productDescription>Linux/UNIX</productDescription>\
<spotPrice>0.03{0:04}</spotPrice><timestamp>2026-01-02T03:04:05.000Z</timestamp>\
<availabilityZone>us-east-1a</availabilityZone></item>"""

_KEY = """\
<Contents><Key>some/prefix/object-{0:06}</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>\
<ETag>&quot;9b2cf535f27731c974343645a3985328&quot;</ETag><Size>{0}</Size>\
<StorageClass>STANDARD</StorageClass></Contents>"""


def _page(item: str, before: str, after: str, start: int = 0) -> bytes:
    return (before + "".join(map(item.format, range(start, start + 1000))) + after).encode()


PAGES = {
    "1,000 instances": (
        "ec2",
        "DescribeInstances",
        _page(
            _INSTANCE,
            "<DescribeInstancesResponse><requestId>x</requestId><reservationSet>",
            "</reservationSet></DescribeInstancesResponse>",
        ),
    ),
    "1,000 spot prices": (
        "ec2",
        "DescribeSpotPriceHistory",
        _page(
            _PRICE,
            "<DescribeSpotPriceHistoryResponse><requestId>x</requestId><spotPriceHistorySet>",
            "</spotPriceHistorySet><nextToken/></DescribeSpotPriceHistoryResponse>",
        ),
    ),
    "1,000 keys": (
        "s3",
        "ListObjectsV2",
        _page(
            _KEY,
            "<ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated>",
            "</ListBucketResult>",
        ),
    ),
}


def _seconds(call: Callable[[], Any], repeats: int = 1) -> float:
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats


def compare(contenders: Dict[str, Callable[[], float]], laps: int = LAPS) -> Dict[str, float]:
    """Median seconds of each, taken in turn."""
    times: Dict[str, List[float]] = {name: [] for name in contenders}
    for _ in range(laps):
        for name, measure in contenders.items():
            times[name].append(measure())
    return {name: statistics.median(found) for name, found in times.items()}


def _in(backend: str, measure: Callable[[], float]) -> Callable[[], float]:
    def run() -> float:
        with sky_rs.using(backend):
            return measure()

    return run


def _ours(call: Callable[[], Any], repeats: int = 1) -> Dict[str, Callable[[], float]]:
    measure = lambda: _seconds(call, repeats)  # noqa: E731
    return {
        "auto": measure,
        "python": _in("python", measure),
        "component": _in("component", measure),
    }


def reading(service: str, name: str, body: bytes) -> Dict[str, float]:
    model = botocore.session.get_session().get_service_model(service)
    parser = botocore.parsers.create_parser(model.protocol)
    shape = model.operation_model(name).output_shape
    operation = _models.operation(service, name)

    def theirs() -> Any:
        return parser.parse({"status_code": 200, "headers": {}, "body": body}, shape)

    def ours() -> Any:
        return _response.read(operation, 200, [], body)["output"]

    expected = theirs()
    del expected["ResponseMetadata"]
    assert ours() == expected
    return compare({"botocore": lambda: _seconds(theirs), **_ours(ours)})


def signing() -> Dict[str, float]:
    url = "https://ec2.us-east-1.amazonaws.com/"
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    body = b"Action=DescribeInstances&Version=2016-11-15&Filter.1.Name=tag%3Aray-cluster-name"
    keys = (KEYS["aws_access_key_id"], KEYS["aws_secret_access_key"])
    signer = botocore.auth.SigV4Auth(Credentials(*keys), "ec2", "us-east-1")
    ours = aws.Credentials(*keys)

    def by_botocore() -> None:
        signer.add_auth(AWSRequest(method="POST", url=url, data=body, headers=headers))

    def by_us() -> None:
        aws.sign(
            "POST", url, headers, body, service="ec2", region="us-east-1", credentials=ours, now=NOW
        )

    return compare({"botocore": lambda: _seconds(by_botocore, 500), **_ours(by_us, 500)})


def starting() -> Dict[str, float]:
    """Whole processes that make a client and call it once."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        arguments = f"region_name='us-east-1', endpoint_url='http://{host}:{port}', **{KEYS}"
        call = f".client('ec2', {arguments}).describe_instances()"
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}

        def process(code: str) -> Callable[[], float]:
            command = [sys.executable, "-c", code]
            return lambda: _seconds(
                lambda: subprocess.run(
                    command, check=True, env=environment, stderr=subprocess.DEVNULL
                )
            )

        return compare(
            {
                "boto3": process(f"import boto3; boto3{call}"),
                "auto": process(f"from sky_rs.cloud import aws; aws{call}"),
            }
        )
    finally:
        server.stop()


@contextlib.contextmanager
def _listing(pages: int) -> Iterator[str]:
    """Serves a listing of 1,000 keys a page."""
    answers = [
        _page(
            _KEY,
            "<ListBucketResult><Name>b</Name><IsTruncated>true</IsTruncated>"
            f"<NextContinuationToken>{number + 1}</NextContinuationToken>"
            if number + 1 < pages
            else "<ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated>",
            "</ListBucketResult>",
            number * 1000,
        )
        for number in range(pages)
    ]

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            _, found, token = self.path.partition("continuation-token=")
            body = answers[int(token.partition("&")[0]) if found else 0]
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(10)


def listing(pages: int = 100) -> Dict[str, float]:
    with _listing(pages) as url:
        clients = [
            module.client("s3", region_name="us-east-1", endpoint_url=url, **KEYS)
            for module in (boto3, aws)
        ]

        def keys(client: Any) -> int:
            paginator = client.get_paginator("list_objects_v2")
            return sum(len(page["Contents"]) for page in paginator.paginate(Bucket="bucket"))

        theirs, ours = clients
        assert keys(theirs) == keys(ours) == pages * 1000
        found = compare(
            {"boto3": lambda: _seconds(lambda: keys(theirs)), **_ours(lambda: keys(ours))}, 3
        )
        for client in clients:
            client.close()
    return found


def main() -> None:
    rows: List[Tuple[str, Dict[str, float]]] = [
        (f"read {what}", reading(*page)) for what, page in PAGES.items()
    ]
    rows.append(("sign a request", signing()))
    rows.append(("process: import, client, a call", starting()))
    rows.append(("list 100,000 keys", listing()))
    print(f"load {os.getloadavg()[0]:.1f}; milliseconds, medians; ratio: the peer's over auto's\n")
    print(f"{'':32}{'peer':>10}{'auto':>10}{'python':>10}{'component':>10}{'ratio':>8}")
    for what, times in rows:
        peer = next(iter(times.values()))
        cells = [peer, times["auto"], times.get("python"), times.get("component")]
        shown = "".join(
            f"{'' if cell is None else format(cell * 1e3, '.3f'):>10}" for cell in cells
        )
        print(f"{what:32}{shown}{peer / times['auto']:8.1f}")


if __name__ == "__main__":
    main()
