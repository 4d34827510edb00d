"""What the metrics are called, in words of OpenTelemetry; Prometheus' follow from them."""

from __future__ import annotations

#: Seconds, from a microsecond to a long hash.
DURATIONS = tuple(digit * 10.0**power for power in range(-6, 2) for digit in (1, 3))

#: Texts or files.
BATCHES = tuple(4.0**power for power in range(11))

DURATION = ("sky_rs.call.duration", "Time in which calls were answered, fallback included")
BATCH = ("sky_rs.batch.size", "Texts or files in calls for many")
FALLBACKS = ("sky_rs.fallbacks", "Calls that Python answered since the component did not")
TRAPS = ("sky_rs.traps", "Calls that the component stopped in the middle of")
DEADLINES = ("sky_rs.deadline_hits", "Calls that took the component longer than their deadline")
INSTANCES = ("sky_rs.instances", "Instances in the pool: idle, or used")
STARTED = ("sky_rs.instances.started", "Instances that the pool has started")
DISCARDED = ("sky_rs.instances.discarded", "Instances that the pool has discarded")
HASHED = ("sky_rs.hashed", "Bytes that were hashed")

#: The reasons that are traps.
ARE_TRAPS = frozenset(("trap", "memory_limit"))

#: The one that is a deadline.
IS_LATE = "deadline"
