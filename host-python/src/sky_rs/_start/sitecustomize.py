"""Run by Python itself when it starts, in what ``sky-rs exec`` runs: patches SkyPilot.

Then does what Python would have done: runs the next ``sitecustomize`` on the path, if there is one.
Python of any version may run this, and one that has no sky_rs of its own.
"""

# mypy: ignore-errors
# (no annotations: Python 2 may have to read this)

import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))


def _patch():
    try:
        from sky_rs import skypilot
    except ImportError:
        skypilot = _without_installation()
    skypilot.patch()


def _without_installation():
    """``sky_rs.skypilot`` of the package this file is in, and nothing else of its environment."""
    import importlib.util

    package = os.path.dirname(_HERE)
    spec = importlib.util.spec_from_file_location(
        "sky_rs", os.path.join(package, "__init__.py"), submodule_search_locations=[package]
    )
    sys.modules["sky_rs"] = module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        return importlib.import_module("sky_rs.skypilot")
    except BaseException:
        del sys.modules["sky_rs"]
        raise


def _go_on():
    """Leaves no trace on the path, and runs the ``sitecustomize`` that this one is in front of."""
    import importlib.util
    from importlib.machinery import PathFinder

    sys.path[:] = [path for path in sys.path if os.path.abspath(path) != _HERE]
    spec = PathFinder.find_spec("sitecustomize", sys.path)
    if spec is not None and spec.loader is not None:
        sys.modules["sitecustomize"] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)


if sys.version_info >= (3, 8):
    try:
        if os.environ.get("SKY_RS_PATCH") == "1":
            _patch()
    except Exception as error:  # whatever it is, it must not keep the program from running
        sys.stderr.write("sky-rs: SkyPilot is not patched: %r\n" % (error,))
    _go_on()
