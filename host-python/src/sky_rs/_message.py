"""What is hashed."""

from __future__ import annotations

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any, Optional


class Message:
    """What one digest is of: a file, or a part of it.

    Args:
        path: The file.
        size: Bytes it is expected to have; large messages are begun first. None if the file is
            none that has a size, such as a FIFO.
        offset: Where it begins.
        length: How many bytes it has at most; None is all there are.
    """

    __slots__ = ("length", "offset", "path", "size")

    def __init__(
        self, path: Any, size: Optional[int], offset: int = 0, length: Optional[int] = None
    ) -> None:
        self.path = path
        self.size = size
        self.offset = offset
        self.length = length
