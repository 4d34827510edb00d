"""Calls SkyPilot's functions, and writes what each call did and left behind.

Run with SkyPilot, patched and not, which must give the same:
    python answers.py VECTORS ANSWERS.json
"""

import hashlib
import importlib
import inspect
import json
import logging
import pathlib
import pickle
import socket
import sys
import traceback

VECTORS = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(VECTORS))

import _evaluate  # noqa: E402
from sky.utils import common_utils  # noqa: E402

from sky_rs.skypilot._table import TABLE  # noqa: E402


def observed(call):
    """What a call did: result or error, and the mark that SkyPilot's errors leave behind."""
    if hasattr(sys, "tracebacklimit"):
        del sys.tracebacklimit
    try:
        result = call()
    except Exception as error:
        return [*told(error), getattr(sys, "tracebacklimit", None)]
    return [type(result).__name__, repr(result), getattr(sys, "tracebacklimit", None)]


def told(error):
    cause, context = error.__cause__, error.__context__
    return [
        type(error).__name__,
        str(error),
        repr(error.args),
        repr(cause),
        repr(context),
        error.__suppress_context__,
        traceback.format_exception_only(type(error), error),
    ]


def of_vectors():
    answers = {}
    for path in sorted(VECTORS.glob("*.json")):
        if not any(hasattr(module, path.stem) for module in _evaluate.SIDE.modules):
            continue  # an older SkyPilot
        for case in json.loads(path.read_text(encoding="ascii"))["cases"]:
            answers[f"{path.stem} {case['id']}"] = observed(
                lambda name=path.stem, case=case: _evaluate.evaluate(name, case)
            )
    return answers


class Listener(logging.Handler):
    """Keeps the messages it gets."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.messages = []

    def emit(self, record):
        self.messages.append(record.getMessage())


def with_busy_ports(start, count, call):
    """What a call does while some ports are bound."""
    sockets = []
    try:
        for port in range(start, start + count):
            sockets.append(socket.socket())
            sockets[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sockets[-1].bind(("", port))
        return observed(call)
    finally:
        for bound in sockets:
            bound.close()


def on_this_machine():
    """What the vectors do not show."""
    c, own = common_utils, __file__
    answers = {
        "cpus": observed(c.get_cpu_count),
        "memory": observed(c.get_mem_size_gb),
        "busy": with_busy_ports(47310, 20, lambda: c.find_free_port(47310)),
        "available": [
            with_busy_ports(47370, 1, lambda: [observed(lambda: c.is_port_available(47370))]),
            observed(lambda: c.is_port_available(47371)),
            observed(lambda: c.is_port_available(47371, reuse_addr=False)),
            *(observed(lambda port=port: c.is_port_available(port)) for port in (-1, 1 << 20, "a")),
        ],
        "wrong calls": [
            observed(c.base36_encode),
            observed(lambda: c.base36_encode("a", "b")),
            observed(lambda: c.format_float(1.5, digits=2)),
            observed(lambda: c.find_free_port(start_port="a")),
            observed(lambda: c.get_cpu_count(1)),
            observed(lambda: c.hash_file(path=own)),
        ],
        "keywords": [
            observed(lambda: c.format_float(precision=2, num=1.005)),
            observed(lambda: c.truncate_long_string(max_length=9, s="one two three")),
            observed(lambda: c.hash_file(hash_alg="sha1", path=own).hexdigest()),
        ],
    }
    digest = c.hash_file(own, "sha256")
    expected = hashlib.sha256(pathlib.Path(own).read_bytes() + b"more")
    digest.update(b"more")
    answers["a live digest"] = [type(digest).__name__, digest.digest() == expected.digest()]

    listener = Listener()
    c.logger.addHandler(listener)
    busy = with_busy_ports(47340, 2, lambda: c.find_free_port(47340))
    c.logger.removeHandler(listener)
    answers["heard"] = [busy, listener.messages]
    return answers


def functions():
    """SkyPilot's functions that may be patched, by name; an older version has not all of them."""
    for module, listed in TABLE.items():
        for function in listed:
            found = getattr(importlib.import_module(module), function.name, None)
            if found is not None:
                yield function.name, found


def as_object(function):
    """A function as an object: except for where it comes from, nothing tells."""
    return [
        str(inspect.signature(function)),
        function.__name__,
        function.__qualname__,
        function.__doc__,
        inspect.getsource(function),
        pickle.loads(pickle.dumps(function)) is function,
    ]


def main():
    answers = {
        "vectors": of_vectors(),
        "machine": on_this_machine(),
        "functions": {name: as_object(function) for name, function in functions()},
    }
    modules = {name: function.__module__ for name, function in functions()}
    pathlib.Path(sys.argv[2]).write_text(json.dumps({"answers": answers, "modules": modules}))


if __name__ == "__main__":
    main()
