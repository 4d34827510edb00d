"""Both backends give what SkyPilot gave: see tests/vectors/README.md."""

import conftest  # noqa: F401 (puts the vectors on the path)
import pytest
from _ours import FUNCTIONS, agrees, answered_by_the_component, evaluate, load

# Some odd arguments make Python or numpy warn, in SkyPilot's function as in ours.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning")

#: How many of the cases of a routed function the component answers at least.
FLOORS = {
    "base36_encode": 260,
    "find_free_port": 46,
    "format_float": 480,
    "get_cpu_count": 260,
    "get_mem_size_gb": 300,
    "hash_file": 180,
    "read_last_n_lines": 360,
    "truncate_long_string": 820,
}


def test_there_are_vectors_for_every_function():
    assert len(FUNCTIONS) == 20
    assert sum(len(load(function)) for function in FUNCTIONS) >= 5500


@pytest.mark.parametrize("function", FUNCTIONS)
def test_vectors(function, backend):
    differences = []
    for case in load(function):
        ours = evaluate(function, case)
        if not agrees(function, case, ours):
            differences.append((case["id"], ours, case.get("returns", case.get("raises"))))
    assert not differences, f"{len(differences)} differences, first: {differences[:5]}"


@pytest.mark.parametrize("function", FLOORS)
def test_most_vectors_are_answered_by_the_component(function, runtime):
    """What the component has no form for goes to Python; that must not hide a missing route."""
    assert answered_by_the_component(function) >= FLOORS[function]
