"""``sky-rs free-port``, ``cpu`` and ``mem``: one number each."""

from __future__ import annotations

import click

import sky_rs


@click.command("free-port")
@click.argument("start", type=click.IntRange(1, 65535), default=30000)
def free_port(start: int) -> None:
    """Print the first port from START (30000) on that can be bound."""
    click.echo(sky_rs.find_free_port(start))


@click.command("cpu")
def cpu() -> None:
    """Print how many CPU cores can be used, with affinity and container limits."""
    click.echo(sky_rs.get_cpu_count())


@click.command("mem")
def mem() -> None:
    """Print how much memory can be used, in GiB, with container limits."""
    click.echo(sky_rs.get_mem_size_gb())
