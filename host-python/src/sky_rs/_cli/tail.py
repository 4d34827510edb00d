"""``sky-rs tail``: the ends of files, and what is appended to them."""

from __future__ import annotations

import collections
import contextlib
import os
import select
import sys
import time
from typing import Dict, Iterator, Optional, Tuple

import click

from sky_rs._cli import _files, _writing
from sky_rs._cli._tailing import Follower, Reader


@click.command("tail")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option(
    "-n",
    "--lines",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    metavar="N",
    help="How many lines.",
)
@click.option(
    "-f",
    "-F",
    "--follow",
    is_flag=True,
    help="Go on with what is appended to files that are there, also when another file takes the "
    "name (rotation) or the file is truncated.",
)
@click.option(
    "-s",
    "--sleep-interval",
    type=click.FloatRange(min=0.001, max=60),
    default=0.1,
    show_default=True,
    metavar="SECONDS",
    help="Between two looks at files that are followed.",
)
def command(files: Tuple[str, ...], lines: int, follow: bool, sleep_interval: float) -> None:
    """Print the last lines of files, byte for byte.

    Several files get a header each. Without FILE, or for -, the standard input is read to its end.
    The exit status is 1 if a file cannot be read.
    """
    names = files or (_files.STDIN,)
    output = _Output(headers=len(names) > 1)
    followed: Dict[str, Follower] = {}
    passed = True
    with contextlib.ExitStack() as opened:
        for name in names:
            passed &= output.copy(name, _last(name, lines, followed if follow else None, opened))
        while followed:
            output.check()
            time.sleep(sleep_interval)
            for name in list(followed):
                if not output.copy(name, followed[name].new()):
                    passed = False
                    del followed[name]
    if not passed:
        raise click.exceptions.Exit(1)


def _last(
    name: str, n: int, followed: Optional[Dict[str, Follower]], opened: contextlib.ExitStack
) -> Iterator[bytes]:
    """The last lines of a file, some bytes at a time; at first none, once it is open.

    Args:
        name: The file.
        n: How many lines.
        followed: Where a follower of it is put, if it is to be followed and can be.
        opened: Closes that.

    Raises:
        OSError: The file cannot be read.
    """
    size = None if name == _files.STDIN else _files.regular_size(name)
    if size is not None and followed is not None:
        followed[name] = follower = Follower(name, n)
        opened.callback(follower.close)
        yield b""
        yield from follower.new()
    elif size:
        with contextlib.closing(Reader(name, n)) as reader:
            yield b""
            yield from reader.to_the_end()
    else:  # a stream; or a file of /proc, which says that it is empty
        with _files.reading(name) as stream:
            yield b""
            yield from collections.deque(stream, maxlen=min(n, sys.maxsize))


class _Output:
    """The standard output, with headers if several files share it.

    Args:
        headers: Whether they do.
    """

    def __init__(self, *, headers: bool) -> None:
        self._headers = headers
        self._name: Optional[str] = None

    def copy(self, name: str, content: Iterator[bytes]) -> bool:
        """Writes what a file has, and reports an error in reading it; tells whether there is none.

        Raises:
            OSError: It cannot be written.
        """
        while True:
            try:
                block = next(content, None)
            except OSError as error:
                _writing.complain("tail", name, error)
                return False
            if block is None:
                return True
            if name != self._name and self._headers:
                shown = b"standard input" if name == _files.STDIN else os.fsencode(name)
                blank = b"" if self._name is None else b"\n"
                _writing.write([blank, b"==> ", shown, b" <==\n"])
            self._name = name
            _writing.write([block])

    def check(self) -> None:
        """Without anything to write, notices that nobody reads any more.

        Raises:
            BrokenPipeError: So it is.
        """
        if sys.stdout is not None and hasattr(select, "poll"):
            reader = select.poll()
            reader.register(sys.stdout.fileno(), 0)  # errors are always told
            # A descriptor that cannot be asked, as some terminals, is none of these.
            if any(event & (select.POLLERR | select.POLLHUP) for _, event in reader.poll(0)):
                raise BrokenPipeError
