"""How fast hashlib is on this machine.

On a processor with instructions for it, SHA-256 is four times as fast as on another, while MD5 is
much the same. So how the component compares with hashlib cannot be carried over from the machine
of the routing table: it is measured here, once for each algorithm, when it is first needed.
"""

from __future__ import annotations

import sys
import time

from sky_rs._routes_table import HASHLIB

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Dict

# Bytes that take some tens of microseconds, and how often.
_SAMPLE = 64 * 1024
_SAMPLES = 4

# The time in which this thread runs: in a sample's there is no waiting for Python's lock, which
# hashlib gives away meanwhile, nor for other processes. That of Windows ticks too seldom.
_clock = time.perf_counter if sys.platform == "win32" else time.thread_time

# By algorithm. Two threads may both measure; then the latter's figure stays.
_rates: Dict[str, float] = {}


def rate(algorithm: str) -> float:
    """Bytes per second that hashlib hashes here.

    Measured at the first call, in some hundred microseconds, and the same from then on.

    Args:
        algorithm: A name that ``hashlib.new`` knows.

    Raises:
        ValueError: ``algorithm`` is unknown here.
    """
    known = _rates.get(algorithm)
    if known is None:
        known = _rates[algorithm] = _SAMPLE / max(_seconds(algorithm), 1e-9)
    return known


def scale(algorithm: str) -> float:
    """How much more the component gains here than on the machine of the routing table.

    Args:
        algorithm: A name that ``hashlib.new`` knows.

    Returns:
        The recorded speed of hashlib over that measured here, both relative to MD5's; 0 if there is
        nothing to compare.
    """
    try:
        return HASHLIB[algorithm] * rate("md5") / rate(algorithm)
    except (KeyError, ValueError):  # not recorded, or forbidden here, as MD5 may be
        return 0.0


def _seconds(algorithm: str) -> float:
    """The shortest time that a sample takes: the one that was disturbed least."""
    import hashlib  # noqa: PLC0415 - slow to import, and needed only here

    data = bytes(_SAMPLE)
    shortest = float("inf")
    for _ in range(_SAMPLES):
        start = _clock()
        hashlib.new(algorithm, data)
        shortest = min(shortest, _clock() - start)
    return shortest
