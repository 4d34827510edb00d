"""Every case with every contender: first the same answer, then the time."""

from __future__ import annotations

import time
from typing import Any, Callable, Dict

import pytest

from benches.python.cases import CASES, Case
from benches.python.contenders import CONTENDERS, SKYPILOT, Contender, observe

#: Seconds of a round, at least, so that the timer's own cost does not matter.
_ROUND = 0.0005

#: Seconds of a contender's turn in one lap, or one round if that is longer.
_TURN = 0.02


# A lap is all cases, and within a case all contenders: who is compared runs side by side, and a
# minute in which the machine is slow falls on one lap only.
@pytest.mark.parametrize("contender", CONTENDERS, ids=str)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_side_by_side(benchmark: Any, case: Case, contender: Contender, lap: int) -> None:
    with case.setting() as arguments, contender.chosen():
        function = getattr(contender.module, case.function)
        answer, took = observe(function, arguments)
        expected = getattr(SKYPILOT.module, case.function)(*arguments)
        assert case.essence(answer) == case.essence(expected)

        benchmark.group = str(case)
        benchmark.extra_info.update(contender=contender.name, took=took, lap=lap)
        benchmark.pedantic(function, arguments, **_plan(function, arguments))


def _plan(function: Callable[..., Any], arguments: Any) -> Dict[str, int]:
    """How many calls fill a round, and how many rounds a turn."""
    start = time.perf_counter()
    function(*arguments)
    seconds = time.perf_counter() - start
    iterations = 1 + int(_ROUND / seconds)
    return {"iterations": iterations, "rounds": 1 + int(_TURN / (seconds * iterations))}
