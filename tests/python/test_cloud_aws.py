"""Clients of AWS, beside boto3's, at a server of moto."""

import contextlib
import io
import os
import threading

import boto3
import pytest
from moto.server import ThreadedMotoServer

import sky_rs
from sky_rs.cloud import _s3, aws, exceptions

KEYS = {
    "region_name": "us-east-1",
    "aws_access_key_id": "AKIDEXAMPLE",
    "aws_secret_access_key": "the secret",
}
INSTANCES = 2500


@pytest.fixture(scope="module")
def server():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        yield "http://{}:{}".format(*server.get_host_and_port())
    finally:
        server.stop()


@pytest.fixture(params=["component", "python", "auto"])
def backend(request):
    with sky_rs.using(request.param):
        yield request.param


@pytest.fixture
def clients(server, backend):
    """Makes a client of a service as boto3 does, and as we do."""
    made = []

    def make(service):
        made.extend(module.client(service, endpoint_url=server, **KEYS) for module in (boto3, aws))
        return made[-2:]

    yield make
    for client in made:
        client.close()


@pytest.fixture(scope="module")
def image(server):
    with aws.client("ec2", endpoint_url=server, **KEYS) as client:
        return client.describe_images()["Images"][0]["ImageId"]


@pytest.fixture(scope="module")
def instances(server, image):
    """Thousands of instances; their identifiers."""
    with aws.client("ec2", endpoint_url=server, **KEYS) as client:
        found = client.run_instances(
            ImageId=image,
            MinCount=INSTANCES,
            MaxCount=INSTANCES,
            InstanceType="m5.large",
            TagSpecifications=[
                {"ResourceType": "instance", "Tags": [{"Key": "name", "Value": 'é <&>" 日本'}]}
            ],
        )
    return [each["InstanceId"] for each in found["Instances"]]


def plain(result):
    """A result without what tells one request from another."""
    metadata = result.pop("ResponseMetadata")
    headers = metadata["HTTPHeaders"]
    assert metadata["RetryAttempts"] == 0
    return result, metadata["HTTPStatusCode"], sorted(headers)


def same(clients, operation, **parameters):
    """Calls an operation by both clients, whose results have to be equal; returns ours."""
    theirs, ours = (getattr(client, operation)(**parameters) for client in clients)
    expected, found = plain(theirs), plain(ours)
    assert found == expected
    return found[0]


CALLS = [
    ("describe_availability_zones", {}),
    ("describe_images", {"Owners": ["amazon"]}),
    ("describe_instance_status", {"IncludeAllInstances": True, "MaxResults": 20}),
    ("describe_instance_type_offerings", {"LocationType": "availability-zone"}),
    ("describe_instance_types", {"InstanceTypes": ["m5.large", "t3.micro"]}),
    ("describe_instances", {"MaxResults": 50}),
    ("describe_regions", {"AllRegions": True}),
    ("describe_security_groups", {}),
    ("describe_subnets", {"Filters": [{"Name": "default-for-az", "Values": ["true"]}]}),
    ("describe_volumes", {"MaxResults": 30}),
    ("describe_vpcs", {}),
]


@pytest.mark.parametrize(("operation", "parameters"), CALLS)
def test_results_are_boto3s(operation, parameters, clients, instances):
    assert same(clients("ec2"), operation, **parameters)


def test_spot_prices_are_boto3s(clients):
    # They end now, whenever that is.
    for theirs, ours in zip(
        *(
            client.describe_spot_price_history(InstanceTypes=["m5.large"])["SpotPriceHistory"]
            for client in clients("ec2")
        )
    ):
        assert {**theirs, "Timestamp": None} == {**ours, "Timestamp": None}


def test_thousands_of_instances_in_pages(clients, instances):
    theirs, ours = clients("ec2")
    expected = list(theirs.get_paginator("describe_instances").paginate())
    found = list(ours.paginate("describe_instances"))
    assert [plain(page)[0] for page in found] == [plain(page)[0] for page in expected]
    listed = [
        instance["InstanceId"]
        for page in found
        for reservation in page["Reservations"]
        for instance in reservation["Instances"]
    ]
    assert sorted(listed) == sorted(instances)


@pytest.mark.parametrize(
    "options",
    [
        {"PageSize": 7},
        {"MaxItems": 10, "PageSize": 6},
        {"MaxItems": 0},
        {"MaxItems": 8, "PageSize": 8},
    ],
)
def test_pages_can_be_cut_and_resumed(options, clients):
    theirs, ours = clients("ec2")
    pages = [
        client.get_paginator("describe_instance_type_offerings").paginate(
            LocationType="availability-zone", PaginationConfig=options
        )
        for client in (theirs, ours)
    ]
    expected, found = (page.build_full_result() for page in pages)
    assert found["InstanceTypeOfferings"] == expected["InstanceTypeOfferings"]
    assert ("NextToken" in found) == ("NextToken" in expected)
    if options.get("MaxItems"):
        rest = [
            client.get_paginator("describe_instance_type_offerings")
            .paginate(
                LocationType="availability-zone",
                PaginationConfig={"StartingToken": found["NextToken"], "MaxItems": 5},
            )
            .build_full_result()["InstanceTypeOfferings"]
            for client in (theirs, ours)
        ]
        assert rest[1] == rest[0]


def test_instances_are_started_stopped_tagged_and_terminated(clients, image):
    both = clients("ec2")
    theirs, ours = both
    started = ours.run_instances(ImageId=image, MinCount=1, MaxCount=1, UserData="#!/bin/sh")
    (instance,) = started["Instances"]
    ids = [instance["InstanceId"]]
    assert plain(ours.create_tags(Resources=ids, Tags=[{"Key": "a b", "Value": "ü&"}]))[0] == {}
    same(both, "describe_instances", InstanceIds=ids)
    (change,) = ours.stop_instances(InstanceIds=ids)["StoppingInstances"]
    assert change["PreviousState"]["Name"] == "running"
    (change,) = ours.start_instances(InstanceIds=ids)["StartingInstances"]
    assert change["InstanceId"] == ids[0]
    ours.terminate_instances(InstanceIds=ids)
    found = same(both, "describe_instances", InstanceIds=ids)
    assert found["Reservations"][0]["Instances"][0]["State"]["Name"] == "terminated"
    assert theirs.meta.region_name == ours.meta.region_name


def test_the_caller_is_boto3s(clients):
    assert same(clients("sts"), "get_caller_identity")["Account"]


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("ec2", "describe_instances", {"InstanceIds": ["i-12345678"]}),
        ("ec2", "describe_subnets", {"SubnetIds": ["subnet-nope"]}),
        ("s3", "get_object", {"Bucket": "no-such-bucket", "Key": "k"}),
        ("s3", "head_object", {"Bucket": "no-such-bucket", "Key": "k"}),
        ("s3", "list_objects_v2", {"Bucket": "no-such-bucket"}),
    ],
)
def test_errors_are_boto3s(service, operation, parameters, clients):
    caught = []
    for client in clients(service):
        with pytest.raises(client.exceptions.ClientError) as raised:
            getattr(client, operation)(**parameters)
        caught.append(raised.value)
    theirs, ours = caught
    assert str(ours) == str(theirs)
    assert ours.operation_name == theirs.operation_name
    assert {**ours.response, "ResponseMetadata": None} == {
        **theirs.response,
        "ResponseMetadata": None,
    }
    metadata = [error.response["ResponseMetadata"] for error in caught]
    assert sorted(metadata[1]) == sorted(metadata[0])
    assert metadata[1]["HTTPStatusCode"] == metadata[0]["HTTPStatusCode"]


KEYS_OF_OBJECTS = ["plain", "a b", "ü/日本", "a+b&c=d", "~tilde", "%41", "dot/./dot", "<xml>&amp;"]


@pytest.fixture
def bucket(clients, backend):
    theirs, ours = both = clients("s3")
    name = f"bucket-{backend}"
    ours.create_bucket(Bucket=name)
    yield both, name
    for entry in theirs.list_objects_v2(Bucket=name).get("Contents", []):
        theirs.delete_object(Bucket=name, Key=entry["Key"])
    theirs.delete_bucket(Bucket=name)


def test_objects_come_back(bucket):
    both, name = bucket
    theirs, ours = both
    for number, key in enumerate(KEYS_OF_OBJECTS):
        content = bytes([number]) * 1000
        body = io.BytesIO(b"before" + content) if number % 2 else content
        if number % 2:
            body.seek(6)
        ours.put_object(
            Bucket=name, Key=key, Body=body, ContentType="text/x", Metadata={"number": str(number)}
        )
        results = [client.get_object(Bucket=name, Key=key) for client in both]
        assert [result.pop("Body").read() for result in results] == [content, content]
        assert plain(results[1])[0] == plain(results[0])[0]
        same(both, "head_object", Bucket=name, Key=key)
    listed = same(both, "list_objects_v2", Bucket=name)
    assert [entry["Key"] for entry in listed["Contents"]] == sorted(KEYS_OF_OBJECTS)
    same(both, "list_objects_v2", Bucket=name, Delimiter="/")
    same(both, "list_objects_v2", Bucket=name, Prefix="a", MaxKeys=1)
    pages = list(ours.paginate("list_objects_v2", Bucket=name, PaginationConfig={"PageSize": 3}))
    assert [entry["Key"] for page in pages for entry in page["Contents"]] == sorted(KEYS_OF_OBJECTS)
    ours.delete_object(Bucket=name, Key="plain")
    assert theirs.list_objects_v2(Bucket=name)["KeyCount"] == len(KEYS_OF_OBJECTS) - 1


def test_objects_are_streamed(bucket):
    (_, ours), name = bucket
    content = b"".join(b"line %d\r\n" % number for number in range(20_000))
    ours.put_object(Bucket=name, Key="k", Body=content)
    get = lambda: ours.get_object(Bucket=name, Key="k")["Body"]  # noqa: E731
    with get() as body:
        assert b"".join(body.iter_chunks(1000)) == content
        assert body.tell() == len(content)
    with get() as body:
        assert list(body.iter_lines()) == content.splitlines()
    with get() as body:
        assert next(body) == content[:1024]
        assert body.readline() == content[1024:].splitlines(keepends=True)[0]
    with get() as body:
        assert list(io.BufferedReader(body)) == content.splitlines(keepends=True)
    assert body.closed
    with get() as body:
        assert body.read(5) == content[:5]  # and the rest is not wanted
    assert get().read() == content


def test_parameters_are_checked_as_by_boto3(clients):
    theirs, ours = clients("ec2")
    for parameters in ({"InstanceIds": "i-1"}, {"Nope": 1}, {"MaxResults": "a"}):
        texts = []
        for client in (theirs, ours):
            with pytest.raises(Exception, match="Parameter validation failed") as caught:
                client.describe_instances(**parameters)
            texts.append(str(caught.value))
        assert texts[1] == texts[0]
    with pytest.raises(TypeError, match="only accepts keyword arguments"):
        ours.describe_instances("i-1")
    with pytest.raises(AttributeError, match="no attribute 'delete_everything'"):
        _ = ours.delete_everything
    with pytest.raises(exceptions.PaginationError):
        ours.get_paginator("create_tags")
    assert ours.can_paginate("describe_instances")
    assert not ours.can_paginate("create_tags")
    assert "describe_instances" in dir(ours)


def test_threads_share_a_client(clients, image):
    _, ours = clients("ec2")
    found = []

    def ask():
        found.extend(ours.describe_images(ImageIds=[image])["Images"] for _ in range(5))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == 40
    assert all(each == found[0] for each in found)


def test_a_client_shows_no_secrets(clients):
    _, ours = clients("ec2")
    assert "the secret" not in repr(ours) + repr(vars(ours))


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"service_name": "iam"}, ValueError),
        ({"region_name": "us east"}, exceptions.EndpointError),
        ({"endpoint_url": "ftp://a"}, exceptions.EndpointError),
        ({"endpoint_url": "http://user@a"}, exceptions.EndpointError),
        ({"aws_secret_access_key": None}, exceptions.NoCredentialsError),
        ({"config": aws.Config}, None),
    ],
)
def test_bad_settings(arguments, error):
    arguments = {"service_name": "ec2", **KEYS, **arguments}
    if error is None:
        with pytest.raises(ValueError, match="must be seconds above 0, not -1"):
            arguments["config"](connect_timeout=-1)
        return
    with pytest.raises(error):
        aws.client(**arguments)


@pytest.mark.parametrize("service", ["ec2", "s3", "sts"])
@pytest.mark.parametrize(
    "region", ["us-east-1", "eu-west-1", "cn-north-1", "us-gov-west-1", "xx-new-1"]
)
def test_endpoints_are_boto3s(service, region):
    keys = {**KEYS, "region_name": region}
    theirs = boto3.client(service, **keys)
    with contextlib.closing(theirs), aws.client(service, **keys) as ours:
        expected = theirs.meta.endpoint_url
        if (service, region) == ("s3", "us-east-1"):
            expected = "https://s3.amazonaws.com"
        assert ours.meta.endpoint_url == expected


def test_keys_that_s3_encodes_are_decoded():
    output = {
        "EncodingType": "url",
        "Delimiter": "+",
        "Prefix": "a+b%2B",
        "Contents": [{"Key": "a+b%2B%E6%97%A5%25"}],
        "CommonPrefixes": [{"Prefix": "c+d/"}],
    }
    _s3.decode_keys(output)
    assert output == {
        "EncodingType": "url",
        "Delimiter": " ",
        "Prefix": "a b+",
        "Contents": [{"Key": "a b+日%"}],
        "CommonPrefixes": [{"Prefix": "c d/"}],
    }


def test_a_pipe_is_stored(clients):
    _, ours = clients("s3")
    ours.create_bucket(Bucket="of-a-pipe")
    reader, writer = os.pipe()
    with open(reader, "rb") as source, open(writer, "wb") as sink:
        sink.write(b"what comes once")
        sink.close()
        ours.put_object(Bucket="of-a-pipe", Key="k", Body=source)
    with ours.get_object(Bucket="of-a-pipe", Key="k")["Body"] as stored:
        assert stored.read() == b"what comes once"
