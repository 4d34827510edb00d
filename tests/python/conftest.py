"""Every behaviour test runs on every backend."""

import pathlib
import sys

import pytest

import sky_rs

ROOT = pathlib.Path(__file__).resolve().parents[2]
VECTORS = ROOT / "tests" / "vectors"

# The readers of the vectors live beside them.
sys.path.insert(0, str(VECTORS))


@pytest.fixture(params=["component", "python", "auto"])
def backend(request):
    """The backend that answers the calls of the test."""
    with sky_rs.using(request.param):
        yield request.param


@pytest.fixture
def component():
    """Calls of the test go to the component."""
    with sky_rs.using("component"):
        yield


@pytest.fixture
def runtime():
    """The loaded component, of which the test may break instances."""
    from sky_rs._component import runtime

    return runtime.load()
