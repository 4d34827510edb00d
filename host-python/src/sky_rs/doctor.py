"""Shows the eight functions at work on this machine: `python -m sky_rs.doctor [FILE]`.

Each call runs in the component and in the fallback; the exit status is 1 if any two answers
differ, or if the component cannot be loaded.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import Any, Callable, List, Optional, Sequence

import sky_rs


@dataclass
class Check:
    """One call: its input in words, and the call itself, whose result can be compared."""

    function: str
    subject: str
    call: Callable[[], Any]


@dataclass
class Row:
    """What the two backends answered, and the median microseconds they took."""

    check: Check
    component: Any
    fallback: Any
    component_us: float
    fallback_us: float

    @property
    def equal(self) -> bool:
        return bool(self.component == self.fallback)


def checks(path: str) -> List[Check]:
    """The calls: on a file, on a word from its content, on this machine."""
    digest = str(sky_rs.hash_file(path, "md5").hexdigest())
    longest = max(sky_rs.read_last_n_lines(path, 1000), key=len).rstrip("\n")
    return [
        Check(
            "read_last_n_lines",
            f"{path}, n=3",
            lambda: sky_rs.read_last_n_lines(path, 3),
        ),
        Check(
            "hash_file",
            f"{path}, sha256",
            lambda: sky_rs.hash_file(path, "sha256").hexdigest(),
        ),
        Check("find_free_port", "30000", lambda: sky_rs.find_free_port(30000)),
        Check("base36_encode", digest, lambda: sky_rs.base36_encode(digest)),
        Check("format_float", "3.14159, precision=3", lambda: sky_rs.format_float(3.14159, 3)),
        Check("truncate_long_string", longest, lambda: sky_rs.truncate_long_string(longest, 30)),
        Check("get_cpu_count", "this machine", sky_rs.get_cpu_count),
        Check("get_mem_size_gb", "this machine", sky_rs.get_mem_size_gb),
    ]


def run(check: Check) -> Row:
    """Answers one check on both backends.

    Raises:
        ComponentError: The component cannot answer.
    """
    with sky_rs.using("component"):
        component, component_us = _timed(check.call)
    with sky_rs.using("python"):
        fallback, fallback_us = _timed(check.call)
    return Row(check, component, fallback, component_us, fallback_us)


def _timed(call: Callable[[], Any], repeats: int = 25) -> Any:
    answer = call()  # the first call may load the component
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return answer, sorted(times)[repeats // 2] * 1e6


def _table(rows: Sequence[Row]) -> str:
    """The rows as text: equal answers are shown once."""
    lines = [("function", "input", "answer", "equal", "component", "fallback")]
    for row in rows:
        answer = repr(row.component)
        if not row.equal:
            answer += f" but in Python {row.fallback!r}"
        lines.append(
            (
                row.check.function,
                row.check.subject,
                answer,
                "yes" if row.equal else "NO",
                f"{row.component_us:.1f} us",
                f"{row.fallback_us:.1f} us",
            )
        )
    limits = (None, 36, None if not all(row.equal for row in rows) else 60, None, None, None)
    cells = [[_cut(cell, limit) for cell, limit in zip(line, limits)] for line in lines]
    widths = [max(map(len, column)) for column in zip(*cells)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in cells)


def _cut(text: str, limit: Optional[int]) -> str:
    if limit is None:
        return text
    return str(sky_rs.truncate_long_string(text, limit, truncate_middle=True))


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Prints the table; returns the exit status."""
    paths = list(sys.argv[1:] if arguments is None else arguments)
    with sky_rs.using("auto"):
        info = sky_rs.get_backend_info()
    for key, value in info.items():
        print(f"{key}: {', '.join(value) if isinstance(value, list) else value}")
    if info["backend"] != "component":
        return 1
    rows = [run(check) for check in checks(paths[0] if paths else __file__)]
    print()
    print(_table(rows))
    different = sum(not row.equal for row in rows)
    print(f"\n{len(rows) - different} of {len(rows)} answers equal")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
