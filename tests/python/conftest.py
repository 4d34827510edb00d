"""Every behaviour test runs on every backend."""

import contextlib
import pathlib
import sys
from unittest import mock

import pytest

import sky_rs

ROOT = pathlib.Path(__file__).resolve().parents[2]
VECTORS = ROOT / "tests" / "vectors"

# The readers of the vectors live beside them.
sys.path.insert(0, str(VECTORS))


@contextlib.contextmanager
def calling(calls):
    """Makes the loaded component be called by 'plans' or by the 'public' API."""
    from sky_rs._component import runtime
    from sky_rs._component.calls import PlannedCalls, PublicCalls

    loaded = runtime.load()
    loaded.pool.close()
    chosen = {"plans": PlannedCalls, "public": PublicCalls}[calls]()
    with mock.patch.object(loaded, "calls", chosen):
        yield
        loaded.pool.close()


@pytest.fixture(params=["component", "component by the public API", "python", "auto"])
def backend(request):
    """The backend that answers the calls of the test."""
    name, _, public = request.param.partition(" ")
    with sky_rs.using(name), calling("public" if public else "plans"):
        yield name


@pytest.fixture(params=["plans", "public"])
def component(request):
    """Calls of the test go to the component."""
    with sky_rs.using("component"), calling(request.param):
        yield request.param


@pytest.fixture
def runtime():
    """The loaded component, of which the test may break instances."""
    from sky_rs._component import runtime

    return runtime.load()
