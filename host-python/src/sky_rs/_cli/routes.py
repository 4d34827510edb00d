"""``sky-rs routes``: the routing table of `auto`."""

from __future__ import annotations

import json

import click

import sky_rs
from sky_rs._cli import _table


@click.command("routes")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(as_json: bool) -> None:
    """Show which backend answers a call, by function, kind and size.

    RATIO is how many times as fast as Python the component was where the table was measured. A
    route holds from the size of its row up to that of the next.
    """
    routes = sky_rs.routes()
    if as_json:
        click.echo(json.dumps(routes, indent=2))
        return
    rows = [
        (
            name,
            row["kind"],
            row["route"],
            f"{row['size']} {row['unit']}" if row["unit"] else "",
            f"{row['ratio']:.2f}",
        )
        for name, measured in routes.items()
        for row in measured
    ]
    _table.show(("function", "kind", "route", "from", "ratio"), rows, numbers=2)
