"""Lines of checksum files, as ``md5sum``, ``sha256sum`` and ``shasum`` write and read them."""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple, Optional

#: By hexadecimal digits of a digest: the algorithm of a line that names none.
_BY_LENGTH = {32: "md5", 40: "sha1", 56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}

_TAGGED = re.compile(rb"([A-Za-z0-9/_-]+) ?\((.+)\) ?= ?([0-9A-Fa-f]+)", re.DOTALL)
# Two blanks, or a blank and a star for what was read as binary. BSD's `md5 -r` writes one blank.
_PLAIN = re.compile(rb"([0-9A-Fa-f]+)(?:[ \t][ *]|[ \t](?![ *]))(.+)", re.DOTALL)

_SPECIAL = re.compile(rb"[\\\n\r]")
_ESCAPES = {b"\\": b"\\\\", b"\n": b"\\n", b"\r": b"\\r"}
_UNESCAPES = {escape: plain for plain, escape in _ESCAPES.items()}

#: Those whose tags are not just their names in capitals.
_TAGS = {"blake2b": "BLAKE2b", "blake2s": "BLAKE2s"}


class Checksum(NamedTuple):
    """What a line says of a file."""

    algorithm: str
    digest: str
    name: bytes


def algorithm_named(name: str) -> Optional[str]:
    """The algorithm as hashlib spells it, such as ``sha3_256`` for ``SHA3-256``.

    Returns:
        None if it is unknown here, or has digests of any length one likes.
    """
    # OpenSSL calls SHA-256 SHA2-256.
    spelled = re.sub(r"[-/]", "_", name.lower()).replace("sha2_", "sha")
    try:
        return spelled if hashlib.new(spelled).digest_size else None
    except (TypeError, ValueError):
        return None


def escaped(name: bytes) -> bytes:
    """The name on one line, with the escapes that the formats have."""
    return _SPECIAL.sub(lambda match: _ESCAPES[match.group()], name)


def write(
    digest: str, name: bytes, *, tag: Optional[str] = None, binary: bool = False, zero: bool = False
) -> bytes:
    """A line of a checksum file, with its end.

    Args:
        digest: Hexadecimal digits, or anything else without blanks.
        name: The file's name.
        tag: The algorithm, if the line is to name it, in BSD's format.
        binary: Marks the file as one that was read as binary; not in BSD's format.
        zero: Ends the line with a NUL character, and escapes nothing.
    """
    shown = name if zero else escaped(name)
    mark = b"" if shown == name else b"\\"
    if tag is not None:
        called = _TAGS.get(tag, tag.upper().replace("SHA512_", "SHA512/").replace("_", "-"))
        line = b"%s (%s) = %s" % (called.encode(), shown, digest.encode())
    else:
        line = b"%s %s%s" % (digest.encode(), b"*" if binary else b" ", shown)
    return mark + line + (b"\0" if zero else b"\n")


def parse(line: bytes, algorithm: Optional[str] = None) -> Optional[Checksum]:
    r"""What a line of a checksum file says, in either format.

    Args:
        line: The line; its end, ``\r`` included, does not matter.
        algorithm: What lines without a tag were made with; None goes by the digest's length.

    Returns:
        None if the line is improperly formatted, or its algorithm unknown here.
    """
    line = line.rstrip(b"\n")
    line = (line[:-1] if line.endswith(b"\r") else line).lstrip(b" \t")
    has_escapes = line.startswith(b"\\")
    line = line[1:] if has_escapes else line
    tagged, plain = _TAGGED.fullmatch(line), _PLAIN.fullmatch(line)
    if tagged:
        named, name, digits = tagged.groups()
        algorithm = algorithm_named(named.decode("ascii"))
    elif plain:
        digits, name = plain.groups()
        algorithm = algorithm or algorithm_named(_BY_LENGTH.get(len(digits), ""))
    else:
        return None
    name = _unescaped(name) if has_escapes else name
    if name is None or b"\0" in name or algorithm is None:
        return None
    if len(digits) != 2 * hashlib.new(algorithm).digest_size:
        return None
    return Checksum(algorithm, digits.decode("ascii").lower(), name)


def _unescaped(name: bytes) -> Optional[bytes]:
    try:
        return re.sub(rb"\\.?", lambda match: _UNESCAPES[match.group()], name, flags=re.DOTALL)
    except KeyError:
        return None
