"""Signatures of AWS requests: botocore's, those of Amazon's manuals, and what cannot be signed."""

import datetime
import pickle
import random
import traceback
from unittest import mock

import botocore.auth
import botocore.config
import botocore.credentials
import pytest
from botocore.awsrequest import AWSRequest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import sky_rs
from sky_rs.cloud import aws

NOW = datetime.datetime(2015, 8, 30, 12, 36)
KEYS = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
S3_KEYS = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
BACKENDS = ("python", "component")

UNSIGNED = "UNSIGNED-PAYLOAD"
TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
FORM = "application/x-www-form-urlencoded; charset=utf-8"


def botocores(
    method, url, headers, body, *, service, region, keys, now, presign, expires=3600, mode=None
):
    """What botocore makes of a request: its headers by name, or its URL."""
    kinds = {
        (False, False): botocore.auth.SigV4Auth,
        (False, True): botocore.auth.SigV4QueryAuth,
        (True, False): botocore.auth.S3SigV4Auth,
        (True, True): botocore.auth.S3SigV4QueryAuth,
    }
    signer = kinds[service == "s3", presign](
        botocore.credentials.Credentials(*keys),
        service,
        region,
        **({"expires": expires} if presign else {}),
    )
    request = AWSRequest(method=method, url=url, data=body or b"")
    for name, value in headers:
        request.headers[name] = value
    if mode == UNSIGNED:
        request.context["payload_signing_enabled"] = False
        request.context["client_config"] = botocore.config.Config(
            s3={"payload_signing_enabled": False}
        )
    if mode == TRAILER:
        request.context["checksum"] = {"request_algorithm": {"in": "trailer"}}
    with mock.patch("botocore.auth.get_current_datetime", return_value=now):
        signer.add_auth(request)
    if presign:
        return request.url
    folded = {}
    for name, value in request.headers.items():
        folded.setdefault(name.lower(), []).append(" ".join(value.split()))
    return {name: ",".join(values) for name, values in folded.items()}


def ours(method, url, headers, body, *, keys, mode=None, **rest):
    signed = aws.sign(method, url, headers, body, credentials=keys, payload=mode, **rest)
    if isinstance(signed, str):
        return signed
    return {name.lower(): " ".join(value.split()) for name, value in signed.items()}


def check(*arguments, **rest):
    expected = botocores(*arguments, **rest)
    for backend in BACKENDS:
        with sky_rs.using(backend):
            assert ours(*arguments, **rest) == expected, (backend, arguments, rest)


WORDS = [
    "a",
    "B",
    "0",
    "-",
    "_",
    ".",
    "~",
    "%20",
    "%2F",
    "%e2%82%ac",
    "%",
    "+",
    " ",
    "é",
    "ሴ",
    "😀",
]
WORDS += ["*", "'", "(", "!", "$", ":", ";", ",", "@", "[", "\\", '"', "|", "\x01", "%zz", "%ff"]
SEGMENTS = ["", ".", "..", "...", "~", "a.b", "..a", *WORDS]
VALUES = [
    "",
    "a",
    " a  b ",
    "a\tb",
    "é ሴ",
    '"a   b"',
    "a,b",
    "\u3000x\u00a0y",
    "x\x1fy",
    "1\n  2\r\n\t3",
]
NAMES = [
    "X-Amz-Meta-A",
    "x-amz-meta-a",
    "Range",
    "My-Header1",
    "A",
    "Z_z",
    "Content-Type",
    "X-Amz-B",
]
NAMES += [
    "Content-MD5",
    "Expect",
    "User-Agent",
    "Transfer-Encoding",
    "X-Amzn-Trace-Id",
    "TE",
    "Baggage",
]
NAMES += ["Host", "Date", "X-Amz-Date", "Authorization", "X-Amz-Security-Token"]
NAMES += ["Connection", "traceparent", "Upgrade"]
HOSTS = ["ec2.us-east-1.amazonaws.com", "EXAMPLE.com", "bucket.s3.amazonaws.com", "127.0.0.1:5000"]
HOSTS += ["a:80", "a:443", "a:0443", "a:", "[::1]:8080", "[2001:DB8::1]", "me:pw@a.b:81", "ex_a-b"]


def any_request(pick):
    """A request of random parts, as arguments of sign()."""

    def some(choices, most):
        return [pick.choice(choices) for _ in range(pick.randint(0, most))]

    path = "".join("/" + "".join(some(SEGMENTS, 2)) for _ in range(pick.randint(0, 5)))
    pairs = [
        "".join(some(WORDS, 3)) + pick.choice(["=", "", "=="]) + "".join(some(WORDS, 2))
        for _ in range(pick.randint(0, 5))
    ]
    pairs += some(["", "X-Amz-Expires=1", "X-Amz-Signature=x", "a=2", "a=1", "a"], 2)
    scheme = pick.choice(["https", "http", "HTTPS"])
    url = f"{scheme}://{pick.choice(HOSTS)}{path}"
    url += pick.choice(["", "?"]) + ("?" + "&".join(pairs) if pairs else "")
    url += "" if pick.random() < 0.9 else "#part"
    presign = pick.random() < 0.4
    headers = [(pick.choice(NAMES), pick.choice(VALUES)) for _ in range(pick.randint(0, 6))]
    if pick.random() < 0.2:
        headers.append(("content-type", pick.choice([FORM, "text/xml"])))
    if pick.random() < 0.2:
        headers.append(("X-amz-content-sha256", pick.choice([UNSIGNED, "e3" * 32])))
    mode = None if presign else pick.choice([None, None, UNSIGNED, TRAILER])
    return (
        (
            pick.choice(["GET", "post", "PUT", "DELETE", "HEAD"]),
            url.partition("#")[0] if presign else url,
            headers,
            None if presign else pick.choice([None, b"", b"Action=A&B=%20", bytes(range(256))]),
        ),
        {
            "service": pick.choice(["ec2", "s3", "sts", "service"]),
            "region": pick.choice(["us-east-1", "cn-north-1"]),
            "keys": (
                *pick.choice([KEYS, S3_KEYS, ("A", "k" * 99)]),
                pick.choice([None, "to/ke+n=="]),
            ),
            "now": NOW + datetime.timedelta(seconds=pick.randrange(10**9)),
            "presign": presign,
            **({"expires": pick.choice([1, 900, 604_800])} if presign else {}),
            "mode": mode,
        },
    )


@pytest.mark.parametrize("seed", range(20))
def test_random_requests_are_signed_as_botocore_signs_them(seed):
    pick = random.Random(seed)
    for _ in range(250):
        arguments, rest = any_request(pick)
        check(*arguments, **rest)


PRINTABLE = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="?#")


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    path=st.text(PRINTABLE | st.sampled_from("/.%"), max_size=20),
    query=st.text(PRINTABLE | st.sampled_from("&=%+"), max_size=20),
    value=st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20),
    service=st.sampled_from(["ec2", "s3"]),
    presign=st.booleans(),
)
@example("//a/../b/", "a&a=1&&=&b=%E1ሴ", "\x85\u2028 \x1c", "ec2", True)
def test_any_text_is_signed_as_botocore_signs_it(path, query, value, service, presign):
    check(
        "GET",
        f"https://host/{path}?{query}",
        [("x-amz-meta-a", value)],
        None,
        service=service,
        region="us-east-1",
        keys=(*KEYS, "token"),
        now=NOW,
        presign=presign,
    )


def sign(method="GET", url="https://host/", headers=None, body=None, **rest):
    defaults = {"service": "service", "region": "us-east-1", "credentials": KEYS, "now": NOW}
    return aws.sign(method, url, headers, body, **{**defaults, **rest})


def signature(signed):
    text = signed if isinstance(signed, str) else signed["Authorization"]
    return text.rpartition("ignature=")[2]


# Signatures that Amazon's documentation and its test suite for Signature Version 4 publish.
EXAMPLE = "https://example.amazonaws.com"


@pytest.mark.parametrize(
    ("method", "path", "headers", "expected"),
    [
        ("GET", "/", {}, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "/", {}, "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        (
            "GET",
            "/?Param2=value2&Param1=value1",
            {},
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        (
            "GET",
            "//example//",
            {},
            "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84",
        ),
    ],
)
def test_amazons_suite(backend, method, path, headers, expected):
    assert signature(sign(method, EXAMPLE + path, headers)) == expected


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("", "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
        ("; charset=utf8", "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"),
    ],
)
def test_the_suites_forms(backend, content_type, expected):
    headers = {"Content-Type": f"application/x-www-form-urlencoded{content_type}"}
    assert signature(sign("POST", f"{EXAMPLE}/", headers, "Param1=value1")) == expected


def test_the_suites_unencoded_query(backend):
    url = f"{EXAMPLE}/?ሴ=bar"
    expected = "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"
    assert signature(sign(url=url, encode_query=True)) == expected
    assert signature(sign(url=f"{EXAMPLE}/?%E1%88%B4=bar", encode_query=True)) == expected
    assert signature(sign(url=url)) != expected


def test_the_suites_token_that_is_added_afterwards(backend):
    token = "AQoDYXdzEPT//////////wEXAMPLE=="
    after = sign("POST", f"{EXAMPLE}/", credentials=(*KEYS, token), sign_token=False)
    assert signature(after) == "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
    assert after["X-Amz-Security-Token"] == token
    before = sign("POST", f"{EXAMPLE}/", credentials=(*KEYS, token))
    assert before["X-Amz-Security-Token"] == token
    assert "x-amz-security-token" in before["Authorization"]
    url = sign(presign=True, credentials=(*KEYS, token), sign_token=False)
    unsigned = "&X-Amz-Security-Token=AQoDYXdzEPT%2F%2F%2F%2F%2F%2F%2F%2F%2F%2FwEXAMPLE%3D%3D"
    assert url.replace(unsigned, "") == sign(presign=True)
    assert unsigned in url


def test_the_suites_presigned_form(backend):
    headers = {"Content-Type": FORM, "Host": "example.amazonaws.com", "Content-Length": "13"}
    url = sign("POST", f"{EXAMPLE}/", headers, "Param1=value1", presign=True, keep_headers=True)
    assert "content-length%3Bcontent-type%3Bhost&" in url
    without = sign("POST", f"{EXAMPLE}/", headers, "Param1=value1", presign=True)
    assert "content-length%3Bhost&" in without


def test_paths_are_not_normalised_if_asked(backend):
    assert signature(sign(url=f"{EXAMPLE}/a/../")) == signature(sign(url=f"{EXAMPLE}/"))
    as_it_is = sign(url=f"{EXAMPLE}/a/../", normalize_path=False)
    assert signature(as_it_is) != signature(sign(url=f"{EXAMPLE}/"))


def test_the_manuals_list_of_users(backend):
    signed = aws.sign(
        "GET",
        "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
        {"Content-Type": FORM},
        None,
        service="iam",
        region="us-east-1",
        credentials=KEYS,
        now="20150830T123600Z",
    )
    assert signature(signed) == "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "expected"),
    [
        (
            "GET",
            "/test.txt",
            {"Range": "bytes=0-9"},
            None,
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            "PUT",
            "/test%24file.text",
            {"Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"},
            b"Welcome to Amazon S3.",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
        (
            "GET",
            "/?lifecycle",
            {},
            None,
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        ),
        (
            "GET",
            "/?max-keys=2&prefix=J",
            {},
            None,
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ],
)
def test_the_manuals_requests_to_s3(backend, method, path, headers, body, expected):
    signed = aws.sign(
        method,
        f"https://examplebucket.s3.amazonaws.com{path}",
        headers,
        body,
        service="s3",
        region="us-east-1",
        credentials=S3_KEYS,
        now="20130524T000000Z",
        keep_headers=True,
    )
    assert signature(signed) == expected


def test_the_manuals_presigned_object(backend):
    url = aws.sign(
        "GET",
        "https://examplebucket.s3.amazonaws.com/test.txt",
        None,
        None,
        service="s3",
        region="us-east-1",
        credentials=aws.Credentials(*S3_KEYS),
        now=datetime.datetime(
            2013, 5, 24, 2, tzinfo=datetime.timezone(datetime.timedelta(hours=2))
        ),
        presign=True,
        expires=86_400,
    )
    assert signature(url) == "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"


def test_headers_that_are_sent(backend):
    headers = [
        ("x-b", " 1  2 "),
        ("User-Agent", "me"),
        ("X-B", "3"),
        ("authorization", "old"),
        ("x-amz-date", "old"),
        ("folded", "1\r\n  2"),
    ]
    signed = sign("PUT", "https://host/", headers, "text", service="s3")
    assert signed.pop("Authorization").startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/2015")
    assert signed == {
        "x-b": "1 2,3",
        "User-Agent": "me",
        "folded": "1 2",
        "X-Amz-Date": "20150830T123600Z",
        "X-Amz-Content-SHA256": "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1",
    }
    # What is sent can be signed again, which changes nothing.
    again = sign("PUT", "https://host/", signed, "text", service="s3")
    assert again == sign("PUT", "https://host/", headers, "text", service="s3")


def test_a_body_in_any_form_or_its_digest(backend):
    digest = "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1"
    bodies = [b"text", "text", bytearray(b"text"), memoryview(b"text")]
    signed = [sign("PUT", body=body, service="s3") for body in bodies]
    assert all(each == sign("PUT", service="s3", payload=digest) for each in signed)
    assert len({signature(sign(body=body, presign=True)) for body in (*bodies, None)}) == 2
    modes = (None, UNSIGNED, TRAILER, digest)
    assert len({signature(sign(payload=mode, presign=True)) for mode in modes}) == 4


def test_credentials_of_any_kind(backend):
    expected = sign(credentials=aws.Credentials(*KEYS, "token"))
    for credentials in [
        (*KEYS, "token"),
        [*KEYS, "token"],
        botocore.credentials.Credentials(*KEYS, "token"),
    ]:
        assert sign(credentials=credentials) == expected
    assert sign(credentials=aws.Credentials(*KEYS)) == sign(credentials=(*KEYS, ""))


def test_credentials_keep_their_secrets():
    credentials = aws.Credentials(*KEYS, "the-token")
    assert repr(credentials) == "Credentials(access_key='AKIDEXAMPLE', secret_key=***, token=***)"
    assert str(credentials) == f"{credentials}" == repr(credentials)
    assert repr(aws.Credentials(*KEYS)) == "Credentials(access_key='AKIDEXAMPLE', secret_key=***)"
    with pytest.raises(AttributeError):
        credentials.secret_key = "other"
    with pytest.raises(AttributeError):
        del credentials.token
    assert pickle.loads(pickle.dumps(credentials)) == credentials
    assert {credentials: 1}[aws.Credentials(*KEYS, "the-token")] == 1
    assert credentials != aws.Credentials(*KEYS)
    assert credentials != (*KEYS, "the-token")


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"method": ""}, ValueError, "method must be"),
        ({"method": "GET /"}, ValueError, "'GET /'"),
        ({"url": "host/path"}, ValueError, "url must be http"),
        ({"url": "ftp://host/"}, ValueError, "url must be http"),
        ({"url": " https://host/"}, ValueError, "url must be http"),
        ({"url": "https:///path"}, ValueError, "url must be http"),
        ({"url": "https://host:99999/"}, ValueError, "port"),
        ({"url": "https://host:x/"}, ValueError, "port"),
        ({"url": "https://[::1/"}, ValueError, "host"),
        ({"url": "https://a b/"}, ValueError, "host"),
        ({"url": "https://user:pw@/"}, ValueError, "host"),
        ({"url": "https://host/\n"}, ValueError, "end of line"),
        ({"url": "https://host/?\0"}, ValueError, "U\\+0000"),
        ({"url": "https://host/\ud800"}, ValueError, "surrogate"),
        ({"url": b"https://host/"}, TypeError, "url must be a str, not bytes"),
        ({"headers": {"a b": "c"}}, ValueError, "'a b'"),
        ({"headers": {"": "c"}}, ValueError, "''"),
        ({"headers": {"a:": "c"}}, ValueError, "'a:'"),
        ({"headers": {"a\n": "c"}}, ValueError, r"'a\\n'"),
        ({"headers": {"é": "c"}}, ValueError, "'é'"),
        ({"headers": {"a": b"c"}}, TypeError, "'a' must be a str, not bytes"),
        ({"headers": {"a": 1}}, TypeError, "'a' must be a str, not int"),
        ({"headers": {"a": "\0"}}, ValueError, "'a' has U\\+0000"),
        ({"headers": {"a": "\udfff"}}, ValueError, "surrogate"),
        ({"service": ""}, ValueError, "service must be"),
        ({"service": "a/b"}, ValueError, "'a/b'"),
        ({"region": "us east"}, ValueError, "region must be a name"),
        ({"region": None}, TypeError, "region must be a str, not NoneType"),
        ({"now": "2015-08-30"}, ValueError, "'2015-08-30'"),
        ({"now": 1.5}, TypeError, "now must be"),
        ({"presign": True, "expires": 0}, ValueError, "1 to 604800 seconds, not 0"),
        ({"presign": True, "expires": 604_801}, ValueError, "1 to 604800 seconds, not 604801"),
        ({"presign": True, "expires": 1.5}, ValueError, "not 1.5"),
        ({"body": 5}, TypeError, "body must be"),
        ({"body": {"a": "b"}}, TypeError, "body must be"),
        ({"payload": "a\nb"}, ValueError, "payload must be"),
        ({"credentials": None}, TypeError, "credentials must be"),
        ({"credentials": ("AKID",)}, ValueError, "access key, secret key and maybe token"),
        ({"credentials": (None, "s3cr3t")}, ValueError, "no access key"),
        ({"credentials": ("a/b", "s3cr3t")}, ValueError, "no access key"),
        ({"credentials": ("AKID", "")}, ValueError, "no secret key"),
        ({"credentials": ("AKID", b"s3cr3t")}, ValueError, "no secret key"),
        ({"credentials": ("AKID", "s3cr3t\0")}, ValueError, "no secret key"),
        ({"credentials": ("AKID", "s3cr3t\ud800")}, ValueError, "surrogate"),
        ({"credentials": ("AKID", "x", "s3cr3t\n")}, ValueError, "token"),
    ],
)
def test_what_cannot_be_signed(backend, changed, error, message):
    with pytest.raises(error, match=message) as caught:
        sign(**changed)
    shown = "".join(traceback.format_exception_only(caught.type, caught.value))
    assert "s3cr3t" not in shown


def test_fragments_are_ignored(backend):
    assert sign(url="https://host/a?b#c?d") == sign(url="https://host/a?b")
    assert sign(url="https://host/a#c", presign=True) == sign(url="https://host/a", presign=True)


def test_an_odd_answer_of_the_component_is_not_taken():
    from sky_rs._component import cloud_signing

    with pytest.raises(sky_rs.exceptions.ComponentError, match="malformed"):
        cloud_signing.cloud_sign(["GET"], ["a"], 0, True, True)
