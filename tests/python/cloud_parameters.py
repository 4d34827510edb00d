"""Parameters of cloud operations: made up from botocore's models, and sent as botocore does it."""

import datetime
import decimal
import math

import boto3
import botocore.exceptions
from botocore import handlers
from botocore.awsrequest import create_request_object

NAIVE = datetime.datetime(2024, 5, 6, 7, 8, 9)
EAST = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
TIMESTAMPS = [
    NAIVE,
    NAIVE.replace(microsecond=123456),
    NAIVE.replace(year=1969, tzinfo=EAST),
    NAIVE.replace(microsecond=1, tzinfo=datetime.timezone.utc),
    "2024-05-06",
    "2024-05-06T07:08:09Z",
    "2024-05-06 07:08:09.25",
    "2024-05-06T07:08:09.1234567-0330",
    "2024-05-06T07:08:09.000001+02:00",
    "20240506T070809Z",
    "Mon, 06 May 2024 07:08:09 GMT",
    "May 6 2024 7:08",
    "1714979289",
    "1.5",
    0,
    -1,
    1714979289,
    1714979289.3691,
    True,
]
TEXTS = [
    "",
    " ",
    "a",
    "key",
    "i-0123456789abcdef0",
    "instance-state-name",
    "a/b c+d",
    "/leading//double/../dots/./",
    "?query=1&more#fragment",
    "100%41 %",
    "~-._!*'();:@$,[]",
    '"quoted", <tag attr="1">&amp;</tag>',
    "back\\slash",
    "née Ünïcödé",
    "日本語",
    "😀\U0010ffff",
    "\u2028\ufeff",
    "x" * 300,
]
CONTROLS = ["line\nbreak", "\r\n\t", "\x00\x01\x1f\x7f\x80"]
WRONG = [None, 5, 1.5, "x", b"x", [], {}, ["x"], {"x": 1}, (), True, object, -1, ""]


class Maker:
    """Makes up parameters for shapes of botocore's.

    Args:
        chosen: The source of randomness.
        wrong: How often a value is of a wrong type, or a member of a structure is too many or
            missing.
    """

    def __init__(self, chosen, wrong=0.0):
        self.chosen = chosen
        self.wrong = wrong

    def parameters(self, shape):
        return {} if shape is None else self.structure(shape)

    def value(self, shape, depth=0):
        if self.wrong and self.chosen.random() < self.wrong:
            return self.chosen.choice(WRONG)
        make = getattr(self, shape.type_name, None)
        return make(shape, depth) if make else self.number(shape)

    def structure(self, shape, depth=0):
        required = set(shape.required_members)
        # Few members of large structures and deep ones, so that all combinations come.
        share = self.chosen.choice([0.1, 0.3, 1.0]) / (1 + depth)
        names = [name for name in shape.members if name in required or self.chosen.random() < share]
        if shape.is_tagged_union:
            names = [self.chosen.choice(list(shape.members))]
        if self.wrong and self.chosen.random() < self.wrong:
            names = names[1:]
        self.chosen.shuffle(names)
        made = {}
        for name in names:
            member = shape.members[name]
            if name == "Bucket" and depth == 0 and not self.wrong:
                made[name] = self.chosen.choice(["bucket", "My_Bucket.1"])
            else:
                made[name] = self.value(member, depth + 1)
        if self.wrong and self.chosen.random() < self.wrong:
            made[self.chosen.choice(["Unknown", "bucket"])] = 1
        return made

    def list(self, shape, depth):
        least = shape.metadata.get("min", 0)
        items = [
            self.value(shape.member, depth + 1)
            for _ in range(max(least, self.chosen.choice([0, 1, 1, 2, 12 if depth < 3 else 2])))
        ]
        return tuple(items) if self.chosen.random() < 0.1 else items

    def map(self, shape, depth):
        in_header = shape.serialization.get("location") == "headers"
        least = shape.key.metadata.get("min", 0)
        texts = [text for text in TEXTS if len(text) >= least]
        if in_header:
            texts = ["a", "Some-Key", "x.y", "z_1"]
        return {
            key: self.chosen.choice(texts) if in_header else self.value(shape.value, depth + 1)
            for key in self.chosen.sample(texts, self.chosen.randrange(4))
        }

    def string(self, shape, depth=0):
        in_header = shape.serialization.get("location") == "header"
        least = shape.metadata.get("min", 0)
        # What is deep may be in a list that is in a header.
        texts = TEXTS if in_header or depth < 3 else TEXTS + CONTROLS
        if shape.enum and self.chosen.random() < 0.5:
            texts = shape.enum
        return self.chosen.choice([text for text in texts if len(text) >= least])

    def number(self, shape):
        least = shape.metadata.get("min", -(10**6))
        if shape.type_name in ("float", "double"):
            numbers = [0.1, 1e30, -2.5e-7, 3.0, 7, True, decimal.Decimal("1.50"), math.inf]
            numbers.append(-math.inf)
            return self.chosen.choice([n for n in numbers if n >= least] + [math.nan])
        return self.chosen.choice([max(least, n) for n in (0, 1, 8, -5, 2**53 + 1, True)])

    def boolean(self, _shape, _depth):
        return self.chosen.random() < 0.5

    def blob(self, _shape, _depth):
        return self.chosen.choice([b"", b"\x00\xff bytes", bytearray(b"array"), "text é"])

    def timestamp(self, _shape, _depth):
        return self.chosen.choice(TIMESTAMPS)


class Peer:
    """One operation of a botocore client, up to the signature."""

    def __init__(self, service, name):
        self.client = boto3.session.Session().client(
            service,
            region_name="us-east-1",
            aws_access_key_id="id",
            aws_secret_access_key="secret",
        )
        if name == "ListObjectsV2":
            # Whoever reads the response has to know that it did so.
            self.client.meta.events.unregister(
                "before-parameter-build.s3.ListObjectsV2",
                handlers.set_list_objects_encoding_type_url,
            )
        self.operation = self.client.meta.service_model.operation_model(name)
        self.shape = self.operation.input_shape

    def request(self, parameters, endpoint):
        """What the serializer gives, and the request that is sent.

        Raises:
            botocore.exceptions.ParamValidationError: The parameters do not fit.
        """
        context = {}
        fields = self.client._emit_api_params(
            api_params=dict(parameters), operation_model=self.operation, context=context
        )
        made = self.client._convert_to_request_dict(
            api_params=fields,
            operation_model=self.operation,
            endpoint_url=endpoint,
            context=context,
            set_user_agent_header=False,
        )
        return made, create_request_object(made).prepare()

    def report(self, parameters):
        """What botocore says about parameters, if they do not fit; '' if they do.

        None if it fails on them in another way.
        """
        try:
            self.request(parameters, "https://localhost")
        except botocore.exceptions.ParamValidationError as error:
            return str(error)
        except (AttributeError, TypeError, RuntimeError):
            return None
        return ""
