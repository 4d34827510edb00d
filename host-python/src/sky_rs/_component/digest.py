"""The result of hashing a file in the component."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from sky_rs.exceptions import UnsupportedOperationError

if TYPE_CHECKING:
    from hashlib import _Hash


class FileDigest:
    """A finished digest with the interface of hashlib's objects.

    ``update`` is refused: the state that would go on is gone with the component's call.
    """

    __slots__ = ("_hexdigest", "block_size", "digest_size", "name")

    def __init__(self, like: _Hash, hexdigest: str) -> None:
        """Takes name and sizes from a hashlib object of the same algorithm."""
        self.name: str = like.name
        self.digest_size: int = like.digest_size
        self.block_size: int = like.block_size
        self._hexdigest = hexdigest

    def digest(self) -> bytes:
        """The digest, ``digest_size`` bytes."""
        return bytes.fromhex(self._hexdigest)

    def hexdigest(self) -> str:
        """The digest in lower-case hexadecimal digits."""
        return self._hexdigest

    def copy(self) -> FileDigest:
        """An equal digest."""
        return FileDigest(self, self._hexdigest)  # type: ignore[arg-type]

    def update(self, _data: object) -> NoReturn:
        """Refused.

        Raises:
            UnsupportedOperationError: Always.
        """
        raise UnsupportedOperationError(
            f"this {self.name} digest of a whole file is finished; hash further data with "
            f"hashlib.new({self.name!r})"
        )

    def __repr__(self) -> str:
        return f"<{self.name} FileDigest {self._hexdigest}>"
