"""Bodies that are compressed, in pieces of a bounded size."""

from __future__ import annotations

import zlib
from typing import Any, Iterator

#: Values of Content-Encoding that are understood.
ENCODINGS = ("gzip", "x-gzip", "deflate")

_ANY = zlib.MAX_WBITS | 32  # either of gzip's and zlib's headers
_PIECE = 256 * 1024


class Inflating:
    """Takes a compressed body block by block."""

    def __init__(self) -> None:
        self._member: Any = None

    def feed(self, block: bytes) -> Iterator[bytes]:
        """What is in a block, whatever size that is, in pieces.

        Raises:
            zlib.error: It is not what it has to be.
        """
        pieces = True
        while block or pieces:
            if self._member is None:
                if not block:
                    return
                self._member = zlib.decompressobj(_ANY)
            piece = self._member.decompress(block, _PIECE)
            pieces = len(piece) == _PIECE
            block = self._member.unconsumed_tail
            if self._member.eof:
                block = self._member.unused_data
                self._member = None
            if piece:
                yield piece

    def end(self) -> None:
        """Nothing comes any more.

        Raises:
            zlib.error: Something should.
        """
        if self._member is not None:
            raise zlib.error("incomplete")
