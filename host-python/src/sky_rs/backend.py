"""Which backend answers, and why."""

from __future__ import annotations

from sky_rs import _loading, _routing
from sky_rs._limits import limits
from sky_rs._routing import using
from sky_rs._version import __version__
from sky_rs.exceptions import ComponentUnavailableError

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any

__all__ = ["get_backend_info", "is_rust_available", "limits", "routes", "using"]


def is_rust_available() -> bool:
    """Whether the component can be loaded in this process. Loads it, if it is not."""
    try:
        _loading.module("_component.runtime").load()
    except ComponentUnavailableError:
        return False
    return True


def get_backend_info() -> dict[str, Any]:
    """Tells which backend answers here. Loads the component unless Python is chosen.

    Returns:
        ``backend``: 'component' if calls can go there, 'python' if none can.
        ``selected``: what is chosen, 'auto', 'component' or 'python'.
        ``package_version``, ``component_version``, ``wasmtime_version``: versions; the latter two
        are None without the component, wasmtime's also if it was installed without its metadata.
        ``component_sha256``: the digest of the component's bytes, or None.
        ``imports``: the interfaces that the component imports, sorted; empty without it.
        ``calls``: how the component is called, by 'plans' or the slower 'public' API, or None.
        ``fallback_reason``: why Python answers, or answers some calls; None if there is no reason.

    Raises:
        ConfigurationError: ``SKYPILOT_USE_RUST`` has none of its values.
    """
    info: dict[str, Any] = {
        "backend": "python",
        "selected": _routing.selected(),
        "package_version": __version__,
        "component_version": None,
        "wasmtime_version": None,
        "component_sha256": None,
        "imports": [],
        "calls": None,
        "fallback_reason": None,
    }
    if info["selected"] == _routing.PYTHON:
        info["fallback_reason"] = f"Python is chosen, by {_routing.VARIABLE} or using()"
        return info
    runtime = _loading.module("_component.runtime")
    try:
        loaded = runtime.load()
    except ComponentUnavailableError as error:
        info["fallback_reason"] = str(error)
        return info
    with _loading.lock:
        from importlib import metadata  # noqa: PLC0415 - `import sky_rs` has to be quick

        installed = metadata.distributions(name="wasmtime")
        info.update(
            backend="component",
            component_version=_loading.module("_component.signatures").VERSION,
            wasmtime_version=next((each.version for each in installed), None),
            component_sha256=loaded.sha256,
            imports=loaded.imports(),
            calls=loaded.code.name,
        )
    if _loading.forked:
        info["fallback_reason"] = "files are read in Python: this process was forked"
    return info


def routes() -> dict[str, list[dict[str, Any]]]:
    """The routing table of 'auto', as it was measured and as it holds here.

    Returns:
        By function, one row for each size of a call at which both backends were measured, in
        ascending order: ``kind``, what else its time depends on, such as the algorithm ('' if
        nothing does); ``size`` and ``unit``, in what it is counted ('' if it plays no part);
        ``ratio``, how many times as fast as Python the component was; and ``route``, 'component' or
        'python', which answers the calls from this size up to the next row's.
    """
    measured = sorted(name for name, route in _routing.ROUTES.items() if route.ratios)
    return {name: _routing.ROUTES[name].table() for name in measured}
