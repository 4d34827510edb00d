"""Finds in the bytecode of SkyPilot's functions what they look up when they are called.

Run with SkyPilot; prints, by function of the table, the dotted names that it does not list:
    python uses.py
"""

import builtins
import dis
import importlib
import json
import types

from sky_rs.skypilot._table import TABLE

#: Nobody replaces these: types, errors, and functions that only compute.
LEFT_OUT = {"divmod", "hasattr", "isinstance", "len", "min"} | {
    name for name, value in vars(builtins).items() if isinstance(value, type)
}

#: Looked up by the function that stands in as well, at each call; or no more than numbers.
LIKEWISE = {
    "os.SEEK_END",
    "socket.AF_INET",
    "socket.SOCK_STREAM",
    "socket.SOL_SOCKET",
    "socket.SO_REUSEADDR",
    "ux_utils.print_exception_no_traceback",
}


def mentioned(code):
    """Dotted names that start with a global one."""
    name = None
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            if name:
                yield name
            name = instruction.argval
        elif instruction.opname in ("LOAD_ATTR", "LOAD_METHOD") and name:
            name += f".{instruction.argval}"
        elif instruction.opname not in ("CACHE", "PUSH_NULL"):
            if name:
                yield name
            name = None
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from mentioned(constant)


def used(function, namespace):
    """What it looks up, and what its helpers in the same module do."""
    for name in mentioned(function.__code__):
        helper = namespace.get(name)
        yield name
        if isinstance(helper, types.FunctionType) and helper.__globals__ is namespace:
            yield from used(helper, namespace)


def main():
    missing = {}
    for name, functions in TABLE.items():
        namespace = vars(importlib.import_module(name))
        for function in functions:
            names = set(used(namespace[function.name], namespace)) - LEFT_OUT - LIKEWISE
            for path in function.collaborators:
                names -= {path, path.partition(".")[0]}
            missing[function.name] = sorted(names)
    print(json.dumps(missing))


if __name__ == "__main__":
    main()
