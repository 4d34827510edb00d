"""Collects the cases of one function, before they have an expected outcome."""

import json
import random

import _codec


class Cases:
    """A list of unevaluated cases, all different, whose ids count up within each group."""

    def __init__(self):
        self._counts = {}
        self._cases = []
        self._seen = set()

    def add(self, group, *args, file=None, system=None, **kwargs):
        """Appends the call function(*args, **kwargs) as case "<group>-<number>".

        A call that is already in the list is not repeated.
        """
        case = {}
        if file is not None:
            case["file"] = file
        if system is not None:
            case["system"] = system
        case["args"] = [_codec.encode(value) for value in args]
        case["kwargs"] = {name: _codec.encode(value) for name, value in kwargs.items()}
        text = json.dumps(case)
        if text in self._seen:
            return
        self._seen.add(text)
        number = self._counts[group] = self._counts.get(group, 0) + 1
        self._cases.append({"id": f"{group}-{number:03}", **case})

    def add_all(self, group, calls):
        """Appends one call per tuple of positional arguments."""
        for args in calls:
            self.add(group, *args)

    def finish(self):
        return self._cases


def seeded(name):
    """A random generator that yields the same on every run and every CPython."""
    return random.Random(f"sky_rs vectors: {name}")
