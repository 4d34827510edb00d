"""What CONTRIBUTING.md's walk-through says: edits of files, and commands between them."""

import re
from dataclasses import dataclass

from conftest import ROOT

GUIDE = ROOT / "CONTRIBUTING.md"
_SECTION = "## Adding a function"

_FENCE = re.compile(r"```(\w*)$")

#: What stands above a block: its file, and where it goes there.
_PLACE = re.compile(
    r"`(?P<path>[^`]+)`, "
    r"(?:a new file|(?P<how>after|before|instead of) (?P<tick>`+)(?P<line>.+)(?P=tick)):$"
)


class StaleError(Exception):
    """The walk-through does not fit the tree. The message starts with its file and line."""

    def __init__(self, line, what):
        super().__init__(f"{GUIDE.name}:{line}: {what}")


@dataclass
class Edit:
    """A block of code for a file: at a line of it, or all of it if there is no such line."""

    number: int  # of the block's first line in the guide
    path: str
    how: str
    line: str
    code: str

    def apply(self, root):
        """Makes the edit below a directory.

        Raises:
            StaleError: There is no such file, or not one such line in it.
        """
        file = root / self.path
        if not self.how:
            if file.exists():
                raise StaleError(self.number, f"{self.path} is there already")
            if not file.parent.is_dir():
                raise StaleError(self.number, f"there is no directory for {self.path}")
            file.write_text(self.code, encoding="utf-8")
            return
        if not file.is_file():
            raise StaleError(self.number, f"there is no file {self.path}")
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        places = [index for index, line in enumerate(lines) if line.strip() == self.line]
        if len(places) != 1:
            raise StaleError(
                self.number, f"{self.path} has {len(places)} lines {self.line!r}, not one"
            )
        start = places[0] + (self.how == "after")
        end = places[0] + (self.how != "before")
        lines[start:end] = [self.code]
        file.write_text("".join(lines), encoding="utf-8")


@dataclass
class Command:
    """What is typed at a point of the walk-through."""

    number: int
    text: str


def steps(text):
    """The edits and commands of the walk-through in a guide, in order.

    Raises:
        StaleError: There is no walk-through, or a block in it does not say where it goes.
    """
    lines = text.splitlines()
    if _SECTION not in lines:
        raise StaleError(1, f"there is no heading {_SECTION!r}")
    index = lines.index(_SECTION) + 1
    found = []
    while index < len(lines) and not lines[index].startswith("## "):
        fence = _FENCE.match(lines[index])
        index += 1
        if not fence:
            continue
        end = index + lines[index:].index("```")
        block = lines[index:end]
        if fence[1] == "console":
            found += [
                Command(index + 1 + offset, line.removeprefix("$ "))
                for offset, line in enumerate(block)
            ]
        else:
            found.append(_edit(index + 1, lines[index - 3], block))
        index = end + 1
    return found


def _edit(number, above, block):
    place = _PLACE.match(above)
    if not place:
        raise StaleError(number, "the line above the block does not say where it goes")
    line = (place["line"] or "").strip()
    return Edit(number, place["path"], place["how"], line, "".join(f"{line}\n" for line in block))
