"""Ports of this machine."""

from __future__ import annotations

from sky_rs._routing import Route

__all__ = ["find_free_port", "is_port_available"]

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


def is_port_available(port: int, reuse_addr: bool = True) -> bool:
    """Whether a TCP port can be bound on localhost.

    Args:
        port: The port, from 0 to 65535.
        reuse_addr: Set SO_REUSEADDR, so that a port whose connections have just ended can be bound.

    Raises:
        OverflowError: ``port`` is none of these.
        OSError: No socket can be made, or it does not take the option.
    """
    import socket  # noqa: PLC0415 - slow to import, and needed only here

    # Not `socket.socket`: the class around this one would be a tenth of a call.
    probe = socket.SocketType(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if reuse_addr:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("localhost", port))
        except OSError:
            return False
    finally:
        probe.close()
    return True
