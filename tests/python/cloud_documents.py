"""Random responses that fit botocore's shapes, as services write them and as they might."""

import base64
import json
import sys
from xml.sax.saxutils import escape

from conftest import ROOT

sys.path.insert(0, str(ROOT / "models"))

import translate

from sky_rs.cloud import _models

TEXTS = [
    "",
    "x",
    "i-0123456789abcdef0",
    " in space ",
    "two\nlines\tand a tab",
    "<tag> & \"quotes\" 'and' \\backslash",
    "日本語 é 😀 \u00a0",
    "]]",
    "true",
    "a]b\\u0041",
    "\x7f\x85",
]
MOMENTS = [
    "2024-05-06T07:08:09.000Z",
    "2024-05-06T07:08:09Z",
    "2024-02-29T23:59:59.123Z",
    "2024-12-31T23:59:59.123456Z",
    "2024-12-31T23:30:00+02:00",
    "2024-12-31T23:30:00.5-0130",
    "20240506T070809Z",
    "2024-05-06T07:08:09",
    "2024-05-06 07:08Z",
    "2024-05-06",
    "Mon, 06 May 2024 07:08:09 GMT",
    "6 May 2024 07:08:09 +0100",
    "1714979289",
    "1714979289.123456",
    "-1.5",
    "1e9",
]
VALUES = ["a", "&lt;b", "c d"]
NUMBERS = {
    "integer": ["0", "-1", "42", " 7 ", "+5", "007", "1_000", str(2**70)],
    "float": ["0", "-1.5", "1e9", ".5", "5.", "1_0.5", "inf", "-2.50E-3", "1e400"],
    "boolean": ["true", "false", "True", "", "1", " true"],
}
NUMBERS["long"] = NUMBERS["integer"]
NUMBERS["double"] = NUMBERS["float"]


def translated(service_model, name, pages=None):
    """An operation of ours, made of botocore's."""
    model = translate.model(service_model.operation_model(name), pages or {})
    return _models.Operation(service_model.service_name, name, json.dumps(model))


class Writer:
    """Writes responses.

    Args:
        chosen: A random.Random.
        noise: Whether to add what a reader has to skip.
    """

    def __init__(self, chosen, noise=True):
        self.chosen = chosen
        self.noise = noise

    def document(self, operation_model, request_id="id-1"):
        """The body and the headers of a response."""
        protocol = operation_model.service_model.protocol
        shape = operation_model.output_shape
        headers, content = {}, []
        payload = None
        if shape is not None:
            headers = self._headers(shape)
            payload = shape.serialization.get("payload")
            content = [] if payload else self._members(shape, 0)
        if protocol == "rest-xml":
            headers["x-amz-request-id"] = request_id
            if payload:
                return self._payload(shape.members[payload]), headers
            if not content and self.chosen.random() < 0.5:
                return b"", headers
        if protocol == "query":
            wrapper = shape is not None and shape.serialization.get("resultWrapper")
            if wrapper:
                content = [self._tag(wrapper, "".join(content))]
            content.append(
                f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
            )
        if protocol == "ec2":
            content.insert(0, f"<requestId>{request_id}</requestId>")
        return self._whole(self._tag("Response", "".join(content))), headers

    def _payload(self, shape):
        if shape.type_name in ("blob", "string"):
            return b""
        if self.chosen.random() < 0.1:
            return b""
        return self._whole(self._element("Payload", shape, 0))

    def _whole(self, root):
        start = self.chosen.choice(
            [
                "",
                "\ufeff",
                '<?xml version="1.0"?>',
                '<?xml version="1.0" encoding="UTF-8"?>\n',
                "<?xml version='1.0' encoding='utf-8' standalone='yes' ?><!-- x --><?pi x?>\r\n",
            ]
        )
        return (start + root + self.chosen.choice(["", "\n", " <!-- end -->\r\n"])).encode()

    def _headers(self, shape):
        headers = {}
        for name, member in shape.members.items():
            location = member.serialization.get("location")
            wire = member.serialization.get("name", name)
            if location == "header" and self.chosen.random() < 0.7:
                headers[self._case(wire)] = self._header(member)
            elif location == "headers":
                headers.update({f"{wire}{key}": "é x" for key in ("One", "two-3")})
        return headers

    def _case(self, name):
        return self.chosen.choice([name, name.lower(), name.upper()])

    def _header(self, shape):
        return self._plain(shape).strip() or ("0" if shape.type_name != "string" else "")

    def _plain(self, shape):
        kind = shape.type_name
        if kind == "timestamp":
            return self.chosen.choice(MOMENTS)
        if kind == "blob":
            return base64.b64encode(self.chosen.randbytes(self.chosen.randrange(5))).decode()
        if kind in NUMBERS:
            return self.chosen.choice(NUMBERS[kind])
        return self.chosen.choice(TEXTS)

    def _members(self, shape, depth):
        """The elements of a structure's members."""
        chosen = self.chosen
        groups = []
        for name, member in shape.members.items():
            where = member.serialization
            if where.get("location") or where.get("xmlAttribute") or chosen.random() < 0.3:
                continue
            wire = where.get("name", name)
            if where.get("flattened"):
                inner = member.member if member.type_name == "list" else None
                if inner is not None:
                    wire = inner.serialization.get("name") or wire
                write = (
                    (lambda w=wire, i=inner: self._element(w, i, depth))
                    if inner is not None
                    else (lambda w=wire, m=member: self._tag(w, "".join(self._pair(m, depth))))
                )
                groups.append([write() for _ in range(chosen.randrange(1, 4))])
            else:
                groups.append([self._element(wire, member, depth)])
            if self.noise and chosen.random() < 0.1:
                groups.append(
                    [
                        chosen.choice(
                            ["<unknown>a<b/>c</unknown>", "<x:y xmlns:x='x' z='>'/>", "text"]
                        )
                    ]
                )
        # Items of flat lists stay in their order, with others in between.
        order = [number for number, group in enumerate(groups) for _ in group]
        chosen.shuffle(order)
        left = [iter(group) for group in groups]
        return [self._space() + next(left[number]) for number in order]

    def _pair(self, shape, depth):
        names = [
            shape.key.serialization.get("name", "key"),
            shape.value.serialization.get("name", "value"),
        ]
        pair = [
            f"<{names[0]}>k{self.chosen.randrange(100)}</{names[0]}>",
            self._element(names[1], shape.value, depth),
        ]
        self.chosen.shuffle(pair)
        return pair

    def _element(self, name, shape, depth):
        kind, chosen = shape.type_name, self.chosen
        few = 0 if depth > 8 else chosen.randrange(4)
        if kind == "structure":
            attributes = "".join(
                f" q:{member.serialization['name'].split(':')[1]}='{chosen.choice(VALUES)}'"
                for member in shape.members.values()
                if member.serialization.get("xmlAttribute") and chosen.random() < 0.7
            )
            return self._tag(
                name, "".join(self._members(shape, depth + 1)) if few else "", attributes
            )
        if kind == "list":
            item = shape.member.serialization.get("name", "member")
            items = [
                self._space() + self._element(item, shape.member, depth + 1) for _ in range(few)
            ]
            return self._tag(name, "".join(items) + self._space())
        if kind == "map":
            entries = [
                f"<entry>{self._space()}{''.join(self._pair(shape, depth))}</entry>"
                for _ in range(few)
            ]
            return self._tag(name, "".join(entries))
        return self._tag(name, self._written(self._plain(shape)))

    def _tag(self, name, content, attributes=""):
        if attributes:
            attributes = f' xmlns:q="http://q/"{attributes}'
        elif self.noise and self.chosen.random() < 0.1:
            attributes = self.chosen.choice([" ", ' a="1"', " b = '>&#65;' c=\"\"\n"])
        if not content and self.chosen.random() < 0.5:
            return f"<{name}{attributes}/>"
        return f"<{name}{attributes}>{content}</{name}{self.chosen.choice(['', '', ' '])}>"

    def _space(self):
        return self.chosen.choice(["", "", "\n    ", "\r\n\t", "<!-- c -->"]) if self.noise else ""

    def _written(self, text):
        """Text, in one of the ways to write it."""
        plain = escape(text, {'"': "&quot;"}).replace("]]>", "]]&gt;")
        way = self.chosen.randrange(8)
        if not self.noise or way < 4:
            return plain
        if way == 4 and text and "]]>" not in text:
            return f"<![CDATA[{text}]]>"
        if way == 5:
            return "".join(
                f"&#{ord(c)};" if self.chosen.random() < 0.5 else f"&#x{ord(c):x};" for c in text
            )
        if way == 6:
            half = len(text) // 2
            return escape(text[:half]) + "<!-- between --><?x y?>" + escape(text[half:])
        return plain.replace("\n", "\r\n")
