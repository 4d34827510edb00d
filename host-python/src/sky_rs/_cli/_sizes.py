"""Sizes on the command line, such as 8MiB."""

from __future__ import annotations

import re

import click

_SIZE = re.compile(r"(\d{1,18})\s*(?:([KMGT])(?:iB)?|B)?", re.ASCII | re.IGNORECASE)

_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}


def size(_context: click.Context, _parameter: click.Parameter, value: str) -> int:
    """An option's callback: a number of bytes, at least 1, given with or without a unit.

    Raises:
        click.BadParameter: It is no such size.
    """
    found = _SIZE.fullmatch(value.strip())
    if found is None:
        raise click.BadParameter(
            f"{value!r} is no size: a whole number of bytes, or of K, M, G, T or KiB, MiB, GiB, "
            "TiB, which are powers of 1024"
        )
    number, unit = found.groups("")
    chosen = int(number) * int(1024 ** _POWERS[unit.upper()])
    if chosen < 1:
        raise click.BadParameter(f"{value!r} is no size: at least 1 byte is needed")
    return chosen
