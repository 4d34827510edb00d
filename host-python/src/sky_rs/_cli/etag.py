"""``sky-rs etag``: the ETags that S3 gives files."""

from __future__ import annotations

import hashlib
import os
from typing import BinaryIO, Iterator, List, Tuple

import click

import sky_rs
from sky_rs._cli import _checksums, _files, _writing
from sky_rs._cli._bar import Bar
from sky_rs._cli._sizes import size

_MOST_PARTS = 10_000


@click.command("etag")
@click.argument("paths", nargs=-1)
@click.option(
    "--part-size",
    callback=size,
    default="8MiB",
    metavar="SIZE",
    show_default=True,
    help="Bytes of each part of an upload: a number, or one of KiB, MiB or GiB. What the AWS tools "
    "call 8MB is 8MiB.",
)
@click.option("-z", "--zero", is_flag=True, help="End lines with NUL, and escape no names.")
def command(paths: Tuple[str, ...], part_size: int, zero: bool) -> None:
    """Print the ETags that S3 gives files when they are uploaded.

    A file smaller than a part has its MD5, any other what its parts' MD5s make, with their number.
    Without PATHS, or for -, the standard input is read. The exit status is 1 if a file cannot be
    read, or has more parts than S3 takes.
    """
    files = [_files.File(path, "md5") for path in paths or [_files.STDIN]]
    passed = True
    with Bar(_files.total_size(files)) as bar:
        for file in files:
            try:
                etag = _etag(file, part_size, bar)
            except (OSError, ValueError) as error:
                bar.hide()
                passed = False
                _writing.complain("etag", file.path, error)
                continue
            bar.hide()
            _writing.write([_checksums.write(etag, os.fsencode(file.path), zero=zero)])
    if not passed:
        raise click.exceptions.Exit(1)


def _etag(file: _files.File, part_size: int, bar: Bar) -> str:
    if file.error is not None:
        raise file.error
    if file.size is not None:
        return sky_rs.s3_etag(file.path, part_size, progress=bar)
    with _files.reading(file.path) as stream:
        return _stream_etag(stream, part_size)


def _stream_etag(stream: BinaryIO, part_size: int) -> str:
    """The ETag of what is known only as far as it has come."""
    parts: List[bytes] = []
    smallest = part_size
    for digest, taken in _parts(stream, part_size):
        parts.append(digest)
        smallest = min(smallest, taken)
        if len(parts) > _MOST_PARTS:
            raise ValueError(f"more than {_MOST_PARTS} parts of {part_size} bytes")
    if len(parts) == 1 and smallest < part_size:
        return parts[0].hex()
    return f"{hashlib.md5(b''.join(parts)).hexdigest()}-{len(parts)}"  # noqa: S324


def _parts(stream: BinaryIO, part_size: int) -> Iterator[Tuple[bytes, int]]:
    """The MD5s and sizes of the parts, of which one is there even if it is empty."""
    part, taken, whole = hashlib.md5(), 0, 0  # noqa: S324 - it is what S3 takes
    for block in _files.blocks(stream):
        rest = memoryview(block)
        while rest:
            piece = rest[: part_size - taken]
            part.update(piece)
            taken += len(piece)
            rest = rest[len(piece) :]
            if taken == part_size:
                yield part.digest(), taken
                part, taken, whole = hashlib.md5(), 0, whole + 1  # noqa: S324
    if taken or not whole:
        yield part.digest(), taken
