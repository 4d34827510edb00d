"""Ports of this machine."""

from __future__ import annotations

from sky_rs._routing import Route

__all__ = ["find_free_port"]

# How many of the ports are busy, nobody knows before.
_find_free_port = Route("find_free_port", "network", unit="busy ports")


def find_free_port(start_port: int) -> int:
    """Finds the first TCP port that can be bound on all IPv4 addresses.

    Args:
        start_port: The first port to try. The last one is 65534, as in SkyPilot.

    Raises:
        OSError: No port is free, or no socket can be made.
        OverflowError: ``start_port`` is negative.
    """
    return _find_free_port.run(start_port)  # type: ignore[no-any-return]
