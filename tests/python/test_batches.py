"""Many texts in one call: in batches, in order, lazily, whatever is among them."""

import itertools
import random

import pytest

import sky_rs
from sky_rs import strings as public
from sky_rs._component import strings as adapter

RANDOM = random.Random(36)
NUMBERS = [f"{RANDOM.getrandbits(128):032x}" for _ in range(5000)]
TEXTS = [
    " ".join("xé😀"[RANDOM.randrange(3)] * RANDOM.randrange(9) for _ in range(RANDOM.randrange(20)))
    for _ in range(5000)
]


def loop(function, items, *arguments):
    with sky_rs.using("python"):
        return [function(item, *arguments) for item in items]


def outcome(function, *arguments):
    try:
        return function(*arguments)
    except ValueError as error:
        return type(error), str(error)


def test_numbers_of_several_batches(backend):
    assert sky_rs.base36_encode_many(NUMBERS) == loop(sky_rs.base36_encode, NUMBERS)


@pytest.mark.parametrize("middle", [False, True])
@pytest.mark.parametrize("max_length", [-2, 0, 3, 4, 5, 35])
def test_texts_of_several_batches(backend, max_length, middle):
    expected = loop(sky_rs.truncate_long_string, TEXTS, max_length, middle)
    assert sky_rs.truncate_long_strings(TEXTS, max_length, middle) == expected


@pytest.mark.parametrize("odd", ["\ud800f", "\u0661", "1\0", b"1f", "f" * 40_000, " 0X_f\n"])
def test_what_the_component_has_no_form_for_is_answered_in_its_place(backend, odd):
    items = [*NUMBERS[:100], odd, *NUMBERS[100:3000]]
    expected = outcome(loop, sky_rs.base36_encode, items)
    assert outcome(sky_rs.base36_encode_many, items) == expected


@pytest.mark.parametrize("place", [0, 20, 2047, 2048, 3000])
@pytest.mark.parametrize(
    ("wrong", "error"),
    [("xyz", "'xyz'"), ("-ff", "'-ff'"), ("", "''"), ("é", "'é'"), (b"g", "b'g'")],
)
def test_the_first_error_is_raised_and_names_its_value(backend, place, wrong, error):
    items = NUMBERS[:4000]
    items[place] = wrong
    items[place + 10 :: 10] = [None] * len(items[place + 10 :: 10])
    with pytest.raises(ValueError, match=error):
        sky_rs.base36_encode_many(items)
    with pytest.raises(TypeError, match="can't convert non-string"):
        sky_rs.base36_encode_many(items[place + 1 :])


def test_texts_with_nuls_and_surrogates(backend):
    items = ["a\0" * 30, *TEXTS[:20], "\0" * 36, "\ud800" * 50, "x" * 40]
    expected = loop(sky_rs.truncate_long_string, items)
    assert sky_rs.truncate_long_strings(items) == expected
    assert sky_rs.truncate_long_strings(items[:-2]) == expected[:-2]


def test_short_texts_are_the_same_objects(backend):
    items = ["".join(["short ", str(number)]) for number in range(3000)]
    items[1000] *= 10
    answers = sky_rs.truncate_long_strings(items, max_length=12, truncate_middle=True)
    assert answers[1000] == "short...1000"
    assert all(answer is item for answer, item in zip(answers, items) if len(item) <= 12)
    assert answers is not items


@pytest.mark.parametrize("function", [sky_rs.base36_encode_many, sky_rs.truncate_long_strings])
def test_any_iterable_is_taken_and_none_is_an_error(backend, function):
    assert function([]) == function(iter(())) == []
    assert function("12a") == ["1", "2", "a"]
    assert function(dict.fromkeys(["1", "2"])) == function(map(str, (1, 2))) == ["1", "2"]
    with pytest.raises(TypeError, match="not iterable"):
        function(None)


def test_an_endless_iterable_is_taken_up_to_the_error(backend):
    with pytest.raises(ValueError, match="'wrong'"):
        sky_rs.base36_encode_many(itertools.chain(NUMBERS, ["wrong"], itertools.repeat("f")))


def test_the_callers_list_is_left_alone(backend):
    items = list(TEXTS)
    sky_rs.truncate_long_strings(items)
    assert items == TEXTS


def test_no_call_is_long(component, runtime, monkeypatch):
    """However long a batch is, what crosses at once is bounded."""
    passed = []
    call = runtime.pool.call

    def noted(function, first, *rest):
        passed.append(sum(map(len, first)))
        return call(function, first, *rest)

    monkeypatch.setattr(runtime.pool, "call", noted)
    monkeypatch.setattr(adapter, "_STEP", 1000)
    numbers = [*NUMBERS[:100], "f" * 3000, *NUMBERS[100:200]]
    assert sky_rs.base36_encode_many(numbers) == loop(sky_rs.base36_encode, numbers)
    texts = [*TEXTS[:100], "x " * 1500, "\0" * 50, *TEXTS[100:200]]
    assert sky_rs.truncate_long_strings(texts) == loop(sky_rs.truncate_long_string, texts)
    assert len(passed) > 10
    assert all(size <= 1000 or size == 3000 for size in passed)


def test_a_failing_component_costs_no_answers(monkeypatch):
    """Each batch takes its own way."""
    from sky_rs.exceptions import ComponentTrapError

    route = sky_rs._routing.ROUTES["base36_encode_many"]
    calls = []

    def failing(batch):
        calls.append(len(batch))
        raise ComponentTrapError("trap")

    monkeypatch.setattr(route, "component", failing)
    monkeypatch.setattr(route, "_reported", set())
    with sky_rs.using("auto"):
        assert sky_rs.base36_encode_many(NUMBERS) == loop(sky_rs.base36_encode, NUMBERS)
    assert calls == [public._BATCH, public._BATCH, 5000 - 2 * public._BATCH]


@pytest.mark.parametrize(
    "texts",
    [
        [],
        [""],
        ["", "", "abc", ""],
        ["a\0b", "\0"],
        ["é", "日本語", "😀😀", "ascii"],
        [str(number) * (number % 7) for number in range(10_000)],
    ],
)
def test_lists_of_strings_cross_unchanged(component, runtime, texts):
    for _ in range(2):  # what a list leaves behind must not change the next
        assert runtime.pool.call("strings#truncate-long-strings", texts, 100, True) == texts
