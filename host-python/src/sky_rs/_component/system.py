"""What this process may use of the machine."""

from __future__ import annotations

from typing import Any

from sky_rs import _errors
from sky_rs._component import runtime
from sky_rs._component.outcome import error_tag


def get_cpu_count() -> int:
    result = runtime.load().pool.call("system#get-cpu-count")
    tag = error_tag(result)
    if tag == "invalid-override":
        text = result.payload.text
        _errors.raise_invalid_cpu_limit(text, _parse_error(text))
    if tag == "infinite-cpu-count":
        return int(float("inf"))  # Python words the OverflowError
    if tag == "zero-cpu-period":
        return int(1.0 / 0.0)  # Python words the ZeroDivisionError
    return int(result)


def get_mem_size_gb() -> float:
    result = runtime.load().pool.call("system#get-mem-size-gb")
    if error_tag(result) == "invalid-override":
        text = result.payload.text
        unit = "GB" if result.payload.variable == "memory-gb" else "bytes"
        _errors.raise_invalid_memory_limit(text, unit, _parse_error(text))
    return float(result)


def _parse_error(text: Any) -> ValueError:
    """Why Python does not read the text as a finite number, in Python's words."""
    try:
        int(float(text))
    except ValueError as error:
        return error
    raise AssertionError(f"the component does not read {text!r} as a number, but Python does")
