"""What S3 wants beyond the models of its operations."""

from __future__ import annotations

import base64
import io
import zlib
from typing import Any, Dict, Iterator, List, Optional, Tuple
from urllib.parse import unquote_plus

from sky_rs.cloud import _bodies
from sky_rs.cloud.exceptions import ChecksumError, IncompleteReadError

#: Operations that ask for the checksums of objects.
_CHECKED = ("GetObject",)

_CHECKSUM = "x-amz-checksum-crc32"


def prepare(operation: str, parameters: Dict[str, Any]) -> Tuple[Dict[str, Any], bool]:
    """The parameters of a call with those that clients add by themselves.

    Returns:
        A new dict, and whether keys come back percent-encoded without the caller's asking.
    """
    parameters = dict(parameters)
    encoded = operation == "ListObjectsV2" and "EncodingType" not in parameters
    if encoded:
        # Keys may have characters that XML cannot.
        parameters["EncodingType"] = "url"
    if operation in _CHECKED:
        parameters.setdefault("ChecksumMode", "ENABLED")
    return parameters, encoded


def decode_keys(output: Dict[str, Any]) -> None:
    """Decodes what `prepare` had encoded, in place. S3 encodes a space as a plus sign."""
    if output.get("EncodingType") != "url":
        return
    for name in ("Delimiter", "Prefix", "StartAfter"):
        if name in output:
            output[name] = unquote_plus(output[name])
    for name, key in (("Contents", "Key"), ("CommonPrefixes", "Prefix")):
        for entry in output.get(name, ()):
            entry[key] = unquote_plus(entry[key])


def checksum_headers(body: Any) -> List[Tuple[str, str]]:
    """The headers that tell a body's checksum, for an object to be stored."""
    return [(_CHECKSUM, _checksum(body)), ("x-amz-sdk-checksum-algorithm", "CRC32")]


def _checksum(body: Any) -> str:
    value = 0
    if hasattr(body, "read"):
        start = body.tell()
        for block in iter(lambda: body.read(_bodies.BLOCK), b""):
            value = zlib.crc32(block, value)
        body.seek(start)
    else:
        value = zlib.crc32(body)
    return base64.b64encode(value.to_bytes(4, "big")).decode()


class StreamingBody(io.RawIOBase):
    """An object's content, as it comes. To be read to its end, or closed.

    Args:
        stream: Something with ``read``, and ``close``.
        headers: Of the response, in lower case.
    """

    def __init__(self, stream: Any, headers: Dict[str, str]) -> None:
        self._stream = stream
        length = headers.get("content-length", "")
        self._length = int(length) if length.isdecimal() else None
        self._read = 0
        # That of a multipart upload is a checksum of checksums, with the number of parts behind it.
        checksum = headers.get(_CHECKSUM, "-")
        self._expected = None if "-" in checksum else checksum
        self._value = 0

    def read(self, amt: Optional[int] = None) -> bytes:
        """The next bytes, all or at most ``amt``; none at the end.

        Raises:
            IncompleteReadError: The content ends too early.
            ChecksumError: It is not what was stored.
        """
        whole = amt is None or amt < 0
        block: bytes = self._stream.read(None if whole else amt)
        self._read += len(block)
        if self._expected is not None:
            self._value = zlib.crc32(block, self._value)
        if whole or (not block and amt):
            self._check()
        return block

    def readinto(self, buffer: Any) -> int:
        """Fills a buffer with the next bytes; returns how many there were."""
        block = self.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)

    def _check(self) -> None:
        if self._length is not None and self._read != self._length:
            raise IncompleteReadError(self._read, self._length)
        if self._expected is not None:
            found = base64.b64encode(self._value.to_bytes(4, "big")).decode()
            if found != self._expected:
                raise ChecksumError(self._expected, found)

    def iter_chunks(self, chunk_size: int = 1024) -> Iterator[bytes]:
        """The content in blocks of at most so many bytes."""
        return iter(lambda: self.read(chunk_size), b"")

    def __iter__(self) -> Iterator[bytes]:  # blocks, as boto3 has it
        return self

    def __next__(self) -> bytes:
        block = self.read(1024)
        if not block:
            raise StopIteration
        return block

    def iter_lines(self, chunk_size: int = 1024, keepends: bool = False) -> Iterator[bytes]:
        """The content's lines."""
        pending = b""
        for chunk in self.iter_chunks(chunk_size):
            lines = (pending + chunk).splitlines(keepends=True)
            for line in lines[:-1]:
                yield line if keepends else line.splitlines()[0]
            pending = lines[-1]
        if pending:
            yield pending if keepends else pending.splitlines()[0]

    def readable(self) -> bool:
        """Always true."""
        return True

    def tell(self) -> int:
        """How many bytes were read."""
        return self._read

    def close(self) -> None:
        """Ends the transfer."""
        self._stream.close()
        super().close()
