"""What Rust's toolchain links into the component besides crates.

Cargo does not know of it: the names of functions tell, which ``make size`` lists.
"""

from __future__ import annotations

import pathlib
from typing import List, NamedTuple, Optional, Tuple

from crates import output

_TEXTS = pathlib.Path(__file__).resolve().parent / "texts"


class Library(NamedTuple):
    """A library that comes compiled with the toolchain.

    Attributes:
        name: What it is called.
        version: None if the toolchain does not tell.
        source: Owner, repository and commit at GitHub; the commit may be None.
        description: What of it is in the component.
        licence: The SPDX expression of that.
        text: The file of the licence that is to be kept with it, other than Apache-2.0 alone.
    """

    name: str
    version: Optional[str]
    source: Tuple[str, str, Optional[str]]
    description: str
    licence: str
    text: str

    def own_text(self) -> str:
        """The text of the licence."""
        return (_TEXTS / self.text).read_text(encoding="utf-8").strip()


def libraries() -> List[Library]:
    """The libraries.

    Raises:
        subprocess.CalledProcessError: rustc failed; its words are on standard error.
    """
    lines = output(["rustc", "-vV"]).splitlines()
    told = dict(line.split(": ") for line in lines if ": " in line)
    release, rust = told["release"], ("rust-lang", "rust", told["commit-hash"])
    return [
        Library(
            "rust",
            release,
            rust,
            "core and alloc, with Unicode's tables",
            "Apache-2.0 AND Unicode-3.0",
            "unicode.txt",
        ),
        Library(
            "compiler_builtins",
            release,
            rust,
            "arithmetic that WebAssembly has no instructions for",
            "MIT AND Apache-2.0 WITH LLVM-exception",
            "compiler_builtins.txt",
        ),
        Library(
            "wasi-libc",
            None,
            ("WebAssembly", "wasi-libc", None),
            "memcmp, which is musl's, as Rust's target wasm32-wasip2 has it",
            "MIT",
            "musl.txt",
        ),
    ]
