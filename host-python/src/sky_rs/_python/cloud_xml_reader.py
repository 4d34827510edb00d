"""XML as services write it, read by expat. There is no DTD: entities cannot be declared."""

from __future__ import annotations

from typing import Any, Callable, List
from xml.parsers import expat

#: How deep elements may be in one another, and twice how many attributes one may have.
MAX_DEPTH = 128
MOST = 128

#: Bytes that expat gets at once. In between, Ctrl-C is heard.
_STEP = 1 << 20


def read(
    body: bytes,
    start: Callable[[str, List[str]], None],
    end: Callable[[str], None],
    text: Callable[[str], Any],
) -> None:
    """Reads a document.

    Args:
        body: The document, in UTF-8 whatever it says.
        start: Gets each element's name, and a list of its attributes' names and values.
        end: Gets each element's name at its end.
        text: Gets text, in pieces.

    Raises:
        ValueError: It is not well-formed, or has a document type.
    """
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.ordered_attributes = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse
    try:
        for place in range(0, len(body), _STEP):
            parser.Parse(body[place : place + _STEP], False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise ValueError(f"XML: {error}") from error


def _refuse(*_: Any) -> None:
    raise ValueError("XML: a document type")


def local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]
