"""Responses of clouds, beside botocore's parsers."""

import json
import random

import botocore.parsers
import botocore.session
import pytest
from botocore.awsrequest import HeadersDict
from cloud_documents import Writer, translated
from hypothesis import given, settings
from hypothesis import strategies as st

import sky_rs
from sky_rs.cloud import _models, _response
from sky_rs.cloud.exceptions import ResponseParserError

SESSION = botocore.session.get_session()
SERVICES = {name: SESSION.get_service_model(name) for name in ("ec2", "s3", "sts", "iam", "sns")}

OURS = [
    (service, name)
    for service in ("ec2", "s3", "sts")
    for name in _models.index(service)["operations"].values()
]
#: Others, whose shapes have what ours do not.
OTHERS = [
    ("s3", "GetBucketAcl"),  # attributes
    ("s3", "ListObjectVersions"),  # many flat lists
    ("s3", "GetBucketTagging"),
    ("s3", "GetBucketLifecycleConfiguration"),
    ("s3", "CopyObject"),  # a body that is one member
    ("s3", "GetBucketPolicy"),
    ("sns", "GetTopicAttributes"),  # a map
    ("iam", "ListRoles"),
    ("iam", "GetContextKeysForCustomPolicy"),
    ("ec2", "GetConsoleOutput"),
    ("ec2", "DescribeKeyPairs"),
    ("ec2", "DescribeSpotFleetRequests"),
]


def operation(service, name):
    """One of ours, or one like them."""
    if (service, name) in OURS:
        return _models.operation(service, name)
    return translated(SERVICES[service], name)


def expected(service, name, status, headers, body):
    """What botocore says, in our words."""
    model = SERVICES[service].operation_model(name)
    parser = botocore.parsers.create_parser(SERVICES[service].protocol)
    response = {"body": body, "headers": HeadersDict(headers), "status_code": status}
    parsed = parser.parse(response, model.output_shape)
    request_id = parsed.pop("ResponseMetadata", {}).get("RequestId")
    if status > 300:
        return {"error": parsed["Error"], "request_id": request_id}
    return {"output": parsed, "request_id": request_id}


def read(operation, body, status=200, headers=()):
    answer = _response.read(operation, status, dict(headers).items(), body)
    answer.pop("next", None)
    return answer


@pytest.mark.parametrize(("service", "name"), OURS + OTHERS)
def test_results_are_botocores(service, name):
    chosen = random.Random(f"{service} {name}")
    known, model = operation(service, name), SERVICES[service].operation_model(name)
    streams = model.has_streaming_output
    for number in range(40):
        body, headers = Writer(chosen, noise=number > 3).document(model)
        same = expected(service, name, 200, headers, body)
        if streams or name == "GetBucketPolicy":  # the body is the caller's
            same["output"].popitem()
        for backend in ("component", "python"):
            with sky_rs.using(backend):
                found = read(known, body, headers=headers)
            assert found == same, (backend, body)
            assert repr(types(found)) == repr(types(same))


def types(value):
    """The types in a value, in an order that does not matter."""
    if isinstance(value, dict):
        return {key: types(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return list(map(types, value))
    return type(value).__name__


ERRORS = [
    (
        b"<Response><Errors><Error><Code>Unauthorized &amp; so</Code><Message>No</Message></Error>"
        b"</Errors><RequestID>r</RequestID></Response>"
    ),
    (
        b"<ErrorResponse xmlns='http://x/'><Error><Type>Sender</Type><Code>Bad</Code><Message/>"
        b"<Detail><A>1</A><A>2</A></Detail></Error><RequestId>r</RequestId></ErrorResponse>"
    ),
    (
        b"<?xml version='1.0'?><Error><Code>NoSuchKey</Code><Message>The key</Message><Key>k</Key>"
        b"<RequestId>r</RequestId><HostId>h</HostId></Error>"
    ),
    b"<Error><Code>a</Code><Code>b</Code><Key>x<y/></Key></Error>",
    b"<html><body>not here</body></html>",
    b"",
    b" \n",
    b"<Error><Code>Slow",
    b"no XML",
]


@pytest.mark.parametrize("status", [301, 304, 400, 403, 404, 412, 500, 503, 599])
@pytest.mark.parametrize("body", ERRORS)
@pytest.mark.parametrize("service", ["ec2", "sts", "s3"])
def test_errors_are_botocores(backend, service, body, status):
    name = {"ec2": "DescribeInstances", "sts": "GetCallerIdentity", "s3": "HeadObject"}[service]
    headers = {"x-amz-request-id": "of the headers"} if service == "s3" else {}
    try:
        same = expected(service, name, status, headers, body)
    except botocore.parsers.ResponseParserError:
        with pytest.raises(ResponseParserError, match=name):
            read(operation(service, name), body, status, headers)
        return
    except KeyError:  # there is no error in it
        same = {"error": {}}
    found = read(operation(service, name), body, status, headers)
    assert found["error"] == same["error"]
    if service != "s3" and same["error"]:
        assert found["request_id"] == same["request_id"]


def test_an_error_with_status_200_is_one(backend):
    body = b"<Error><Code>InternalError</Code><Message>Again</Message></Error>"
    for name in ("ListObjectsV2", "DeleteObject"):
        found = read(operation("s3", name), body)
        assert found["error"] == {"Code": "InternalError", "Message": "Again"}
    assert read(operation("s3", "GetObject"), body)["output"] == {"Metadata": {}}


def test_further_pages_are_named(backend):
    page = b"<R><nextToken>%s</nextToken></R>"
    describe = operation("ec2", "DescribeInstances")
    for body, following in [
        (page % b"a&amp;b", {"NextToken": "a&b"}),
        (page % b"", None),
        (b"<R/>", None),
    ]:
        assert _response.read(describe, 200, [], body)["next"] == following
    page = b"<R><NextContinuationToken>t</NextContinuationToken><IsTruncated>%s</IsTruncated></R>"
    for more, following in [(b"true", {"ContinuationToken": "t"}), (b"false", None)]:
        answer = _response.read(operation("s3", "ListObjectsV2"), 200, [], page % more)
        assert answer["next"] == following


def test_expires_may_be_anything(backend):
    head = operation("s3", "HeadObject")
    assert read(head, b"", headers={"Expires": "soon", "ETag": '"x"'})["output"] == {
        "ETag": '"x"',
        "Metadata": {},
    }
    with pytest.raises(ResponseParserError, match="soon"):
        read(head, b"", headers={"Last-Modified": "soon"})


SAMPLE = (
    b"\xef\xbb\xbf<?xml version='1.0' encoding=\"UTF-8\"?><!-- c --><a:R xmlns:a='http://x/'>\r\n"
    b"<requestId>r</requestId><reservationSet><item><instancesSet><item><instanceId>i&amp;\xc3\xa9"
    b"<![CDATA[ ]] ]]></instanceId><launchTime>2024-05-06T07:08:09Z</launchTime><?p i?></item>"
    b"</instancesSet></item></reservationSet></a:R>"
)


def outcome(operation, body, status=200, headers=()):
    try:
        return read(operation, body, status, headers)
    except ResponseParserError:
        return None


def both(operation, body, status=200, headers=()):
    """What both backends say, which has to be the same; None for an error."""
    with sky_rs.using("component"):
        found = outcome(operation, body, status, headers)
    with sky_rs.using("python"):
        assert outcome(operation, body, status, headers) == found, body
    return found


def test_a_body_cut_anywhere_is_malformed(backend):
    describe = operation("ec2", "DescribeInstances")
    assert read(describe, SAMPLE)["request_id"] == "r"
    for length in range(len(SAMPLE)):
        with pytest.raises(ResponseParserError, match="DescribeInstances"):
            read(describe, SAMPLE[:length])


def test_both_take_the_same_for_well_formed():
    describe = operation("ec2", "DescribeInstances")
    chosen = random.Random(7)
    marks = [
        b"<",
        b">",
        b"&",
        b"/",
        b"]]>",
        b"]",
        b"\0",
        b"\r",
        b'"',
        b"!",
        b"?",
        b"-",
        b"\xef\xbf\xbf",
        b" ",
        b";",
        b"\x80",
    ]
    for _ in range(3000):
        body = bytearray(SAMPLE)
        for _ in range(chosen.randrange(1, 4)):
            place = chosen.randrange(len(body))
            if chosen.random() < 0.5:
                body[place : place + chosen.randrange(3)] = chosen.choice(marks)
            else:
                del body[place : place + chosen.randrange(1, 9)]
        both(describe, bytes(body))


PIECES = [
    *["<a>", "</a>", "<item>", "</item>", "<reservationSet>", "</reservationSet>", "<a/>", "x"],
    *["<![CDATA[", "]]>", "<!--", "-->", "--", "<?", "?>", "<?xml version='1.0'?>", "&amp;", "&x;"],
    *["&#65;", "&#0;", "&#xd800;", "&#x110000;", "<", ">", "&", '<a b="', "'", '" ', "/>", "\r\n"],
    *["<!DOCTYPE a>", "<!ENTITY", "<a b='1' b='2'>", "<1>", "<a b=c>", "<a\n>", "</a >", "< a>"],
    *["<instancesSet>", "</instancesSet>", "<launchTime>", "</launchTime>", "é", "\ufffe", "\x01"],
    *[
        "<nextToken>",
        "</nextToken>",
        "<a b='<'>",
        "<a b='&x;'>",
        "<a b='1'c='2'>",
        "<?XML x?>",
        "\t",
    ],
]


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=12))
def test_broken_xml_is_a_result_or_an_error(pieces):
    body = "".join(pieces).encode("utf-8", "replace")
    both(operation("ec2", "DescribeInstances"), body)
    both(operation("ec2", "DescribeInstances"), b"<a>" + body + b"</a>")
    both(operation("s3", "ListObjectsV2"), body, status=404)


HOSTILE = {
    "entities": b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><a>&b;</a>',
    "a document type": b"<!DOCTYPE a><a/>",
    "an external entity": b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    "depth": b"<a>" * 129 + b"</a>" * 129,
    "no UTF-8": b"<a>\xff</a>",
    "UTF-16": "<a/>".encode("utf-16"),
    "64 MiB of nesting": b"<a>" * (64 * 2**20 // 3),
    "64 MiB of text": b"<a>" + b"x" * (64 * 2**20),
    "64 MiB of one tag": b"<" + b"a" * (64 * 2**20),
    "many attributes": b"<a " + b" ".join(b"a%d=''" % n for n in range(100_000)) + b"/>",
    "many ampersands": b"<a>" + b"&" * 2**20 + b"</a>",
    "many comments": b"<a>" + b"<!--" * 2**20 + b"</a>",
    "much CDATA": b"<a>" + b"<![CDATA[" * 2**20 + b"</a>",
    "a long number": b"<a><reservationSet><item><instancesSet><item><amiLaunchIndex>"
    + b"9" * 2**20
    + b"x</amiLaunchIndex></item></instancesSet></item></reservationSet></a>",
}


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.timeout(60)
def test_hostile_bodies_end_soon(backend, what, status):
    with pytest.raises(ResponseParserError):
        read(operation("ec2", "DescribeInstances"), HOSTILE[what], status)


def test_depth_is_counted_alike():
    for depth in (127, 128, 129):
        both(operation("ec2", "DescribeInstances"), b"<a>" * depth + b"</a>" * depth)


PLAIN = {"operation": "list", "protocol": "rest-json", "method": "GET", "uri": "/", "shapes": []}
SHAPED = {
    **PLAIN,
    "output": 0,
    "page": {"output": ["Token"], "input": ["pageToken"], "result": ["Items"]},
    "shapes": [
        {
            "type": "structure",
            "members": {
                "Items": {"shape": 1, "name": "items"},
                "Token": {"shape": 3, "name": "nextPageToken"},
                "Labels": {"shape": 4, "name": "labels"},
                "Made": {"shape": 5, "name": "made"},
                "Id": {"shape": 6, "name": "id"},
                "Ready": {"shape": 7, "name": "ready"},
                "Share": {"shape": 8, "name": "share"},
                "Else": {"shape": 9, "name": "else"},
                "Raw": {"shape": 10, "name": "raw"},
                "Status": {"shape": 6, "name": "status", "in": "status"},
                "Tag": {"shape": 3, "name": "ETag", "in": "header"},
            },
        },
        {"type": "list", "shape": 2, "name": ""},
        {"type": "structure", "members": {"Made": {"shape": 5, "name": "made"}}},
        {"type": "string"},
        {"type": "map", "shape": 5, "key": 3, "names": ["entry", "key", "value"]},
        {"type": "timestamp", "format": "iso8601"},
        {"type": "integer"},
        {"type": "boolean"},
        {"type": "float"},
        {"type": "any"},
        {"type": "blob"},
    ],
}


def made(model):
    return _models.Operation("compute", "list", json.dumps(model))


def test_json_is_read_as_the_model_has_it(backend):
    moment = "2024-05-06T07:08:09Z"
    body = {
        "items": [{"made": moment, "other": 1}, None, {}],
        "nextPageToken": "t",
        "labels": {"a": moment, "é\n": 1714979289},
        "id": "12345678901234567890",
        "ready": "TRUE",
        "share": 1,
        "else": [1.5, {"x": None}],
        "raw": "AAE=",
        "made": None,
        "unknown": {"deep": [[]]},
    }
    answer = _response.read(made(SHAPED), 203, [("etag", "x")], json.dumps(body).encode())
    output = answer["output"]
    when = output["Labels"]["a"]
    assert when.isoformat() == "2024-05-06T07:08:09+00:00"
    assert answer == {
        "output": {
            "Items": [{"Made": when}, None, {}],
            "Token": "t",
            "Labels": {"a": when, "é\n": when},
            "Id": 12345678901234567890,
            "Ready": True,
            "Share": 1.0,
            "Else": [1.5, {"x": None}],
            "Raw": b"\x00\x01",
            "Status": 203,
            "Tag": "x",
        },
        "next": {"pageToken": "t"},
        "request_id": None,
    }


JSONS = [
    *[
        "",
        "{}",
        "[]",
        "null",
        '{"nextPageToken": "a"}',
        '{"nextPageToken": ""}',
        "1",
        "1.5e3",
        "NaN",
    ],
    *['{"a": 1, "a": 2}', "[" * 128 + "]" * 128, "[" * 129 + "]" * 129, '"\\ud83d\\ude00"', "{"],
    *['"\\ud800"', '"\\udc00"', '"\n"', "[1,]", "{'a': 1}", "01", "-", "Infinity", "tru", "[] []"],
    *['{"items": 1}', '{"id": 1.5}', '{"id": "x"}', '{"made": "x"}', '{"labels": []}', "\ufeff{}"],
    *['{"id": true}', '{"share": "inf"}', '{"raw": "="}', '{"items": [[]]}', '{"items": [null]}'],
    *[f'{{"id": {"9" * 5000}}}', '{"share": 1e999}', '{"\\u0069d": 5}', " [1 , 2 ] ", "\x0c[]"],
]


@pytest.mark.parametrize("body", JSONS)
def test_json_is_read_alike(body):
    paged = {**PLAIN, "page": {"output": ["nextPageToken"], "input": ["pageToken"], "result": []}}
    for model in (paged, SHAPED):
        found = both(made(model), body.encode())
        if model is paged:
            try:
                same = json.loads(body or "{}")
            except ValueError:
                same = None
            if found is not None:
                assert found["output"] == same


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ('{"error": {"code": 404, "message": "gone", "errors": [{"reason": "x"}]}}',
         {"Code": "404", "Message": "gone", "errors": [{"reason": "x"}]}),
        ('{"error": {"code": "ResourceNotFound", "message": "gone"}}',
         {"Code": "ResourceNotFound", "Message": "gone"}),
        ('{"code": "X", "message": null}', {"Code": "X", "Message": ""}),
        ('{"error": "invalid_grant", "error_description": "expired"}',
         {"Code": "invalid_grant", "Message": "expired"}),
        ('{"error": {"message": "x"}}', {"Code": "404", "Message": "Not Found"}),
        ("<html>", {"Code": "404", "Message": "Not Found"}),
        ("", {"Code": "404", "Message": "Not Found"}),
        ("[]", {"Code": "404", "Message": "Not Found"}),
    ],
)  # fmt: skip
def test_errors_in_json(backend, body, error):
    found = _response.read(made(PLAIN), 404, [("x-ms-request-id", "r")], body.encode())
    assert found == {"error": error, "request_id": "r"}


def test_a_body_that_is_no_utf8_is_malformed(backend):
    for model in (PLAIN, SHAPED):
        with pytest.raises(ResponseParserError, match="utf-8"):
            read(made(model), b'{"a": "\xff"}')


def test_instances_that_have_grown_are_not_kept(runtime):
    operation = _models.operation("ec2", "DescribeRegions")

    def read(length):
        body = b"<R><requestId>r</requestId>" + b" " * length + b"</R>"
        with sky_rs.using("component"):
            assert _response.read(operation, 200, [], body)["request_id"] == "r"

    runtime.pool.close()
    read(5_000_000)
    assert runtime.pool.idle == 0
    read(1000)
    assert runtime.pool.idle == 1
