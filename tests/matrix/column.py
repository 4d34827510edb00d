"""One column: run by each CPython, with sky_rs and a wasmtime on its path, or none.

    python column.py component|python

Prints JSON as tests/matrix/columns.py wants it.
"""

import json
import pathlib
import platform
import sys
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "vectors"))

import _ours

import sky_rs


def main(backend):
    # Some odd arguments make Python or numpy warn, in SkyPilot's function as in ours.
    warnings.simplefilter("ignore", DeprecationWarning)
    warnings.simplefilter("ignore", RuntimeWarning)
    with sky_rs.using(backend):
        functions = {name: held(name) for name in _ours.FUNCTIONS}
    if backend == "component":
        for name in sky_rs._routing.ROUTES:
            if name in functions:
                functions[name]["inside"] = _ours.answered_by_the_component(name)
    info = sky_rs.get_backend_info()
    column = {
        "host": f"CPython {platform.python_version()}",
        "wasmtime": info["wasmtime_version"],
        "sha256": info["component_sha256"],
        "functions": functions,
    }
    json.dump(column, sys.stdout)


def held(function):
    cases = _ours.load(function)
    failures = [
        case["id"]
        for case in cases
        if not _ours.agrees(function, case, _ours.evaluate(function, case))
    ]
    return {"passed": len(cases) - len(failures), "total": len(cases), "failures": failures}


if __name__ == "__main__":
    main(sys.argv[1])
