"""Replaces, one at a time, everything that a patched function is listed to use.

Run with SkyPilot; prints what did not go as it has to: SkyPilot's own code runs while a thing is
replaced, and only then.
    python steps_aside.py
"""

import builtins
import importlib
import json
import sys
from unittest import mock

import sky_rs.skypilot
from sky_rs.skypilot._table import TABLE

#: A call of each; it may fail.
ARGUMENTS = {
    "base36_encode": ("ff",),
    "find_free_port": (40000,),
    "format_float": (2.25,),
    "hash_file": (__file__, "md5"),
    "is_port_available": (40000,),
    "is_valid_env_var": ("A",),
    "read_last_n_lines": (__file__, 1),
    "truncate_long_string": ("a b c", 2),
}


class Delegate:
    """Does as the genuine thing does, without being it."""

    def __init__(self, genuine):
        self.genuine = genuine

    def __call__(self, *args, **kwargs):
        return self.genuine(*args, **kwargs)

    def __getattr__(self, name):
        return getattr(self.genuine, name)


def own_code_runs(function, arguments):
    """Whether a call of the function comes to SkyPilot's own code."""
    seen = set()
    sys.setprofile(lambda frame, *_: seen.add(frame.f_code))
    try:
        function(*arguments)
    except Exception:
        pass  # what was replaced may be no function
    finally:
        sys.setprofile(None)
    return function.__wrapped__.__code__ in seen


def places(module, path):
    """Where somebody may replace the last name of a path: the objects, and the name."""
    *names, last = path.split(".")
    target = module
    for name in names:
        target = getattr(target, name)
    if not names:
        # A builtin is replaced for everybody, or for this module.
        yield from [(builtins, last)] if hasattr(builtins, last) else []
    yield target, last
    if type(target).__name__ == "LazyImport":
        yield importlib.import_module(vars(target)["_module_name"]), last


def main():
    sky_rs.skypilot.patch()
    wrong = []
    for name, functions in TABLE.items():
        module = importlib.import_module(name)
        for listed in functions:
            function = getattr(module, listed.name)
            arguments = ARGUMENTS.get(listed.name, ())

            def expect(expected, what, function=function, arguments=arguments):
                if own_code_runs(function, arguments) != expected:
                    wrong.append(
                        f"{function.__name__}: {what}, and SkyPilot's runs: {not expected}"
                    )

            expect(False, "nothing replaced")
            for path in listed.collaborators:
                for target, last in places(module, path):
                    genuine = getattr(target, last, None) or getattr(builtins, last)
                    with mock.patch.object(target, last, Delegate(genuine), create=True):
                        expect(True, f"{path} replaced in {target}")
                    expect(False, f"{path} put back in {target}")
                first = path.split(".")[0]
                if first in vars(module):
                    with mock.patch.object(module, first, Delegate(getattr(module, first))):
                        expect(True, f"{first} replaced")
                    expect(False, f"{first} put back")
    print(json.dumps(wrong))


if __name__ == "__main__":
    main()
