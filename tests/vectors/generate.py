#!/usr/bin/env python3
"""Writes the golden test vectors beside this file by running the real SkyPilot functions.

    python tests/vectors/generate.py [--work DIR] [--only FUNCTION ...] [--check]

The calls are chosen by the _cases_*.py modules. Every expected value comes from
skypilot's own code under CPython 3.11; CPython 3.9 and 3.13 only tell which outcomes
depend on the interpreter. README.md defines the format.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys

import _cases_files
import _cases_names
import _cases_numbers
import _cases_process
import _cases_system
import _cases_text

HERE = pathlib.Path(__file__).resolve().parent
SKYPILOT = "0.14.1"
REFERENCE = "3.11"
OTHERS = ("3.9", "3.13")
REQUIREMENTS = (
    f"skypilot=={SKYPILOT}",
    "numpy==2.0.2; python_version < '3.10'",
    "numpy==2.2.6; python_version >= '3.10'",
)
TIME_LIMIT = 900  # seconds for all cases of one interpreter: a hang is a mistake in the cases

BUILDERS = {
    "base36_encode": _cases_numbers.base36_encode,
    "format_float": _cases_numbers.format_float,
    "find_free_port": _cases_numbers.find_free_port,
    "truncate_long_string": _cases_text.truncate_long_string,
    "read_last_n_lines": _cases_files.read_last_n_lines,
    "hash_file": _cases_files.hash_file,
    "get_cpu_count": _cases_system.get_cpu_count,
    "get_mem_size_gb": _cases_system.get_mem_size_gb,
    "base64_url_encode": _cases_names.base64_url_encode,
    "compute_code_challenge": _cases_names.compute_code_challenge,
    "get_display_node_names": _cases_names.get_display_node_names,
    "is_valid_env_var": _cases_names.is_valid_env_var,
    "make_cluster_name_on_cloud": _cases_names.make_cluster_name_on_cloud,
    "merge_node_names_lineage": _cases_names.merge_node_names_lineage,
    "remove_color": _cases_names.remove_color,
    "get_max_workers_for_file_mounts": _cases_process.get_max_workers_for_file_mounts,
    "get_parallel_threads": _cases_process.get_parallel_threads,
    "handle_returncode": _cases_process.handle_returncode,
    "run_with_retries": _cases_process.run_with_retries,
    "slow_start_processes": _cases_process.slow_start_processes,
}


def find_interpreter(version):
    """The path of CPython `version` ("3.11"): from pyenv, else from PATH, else None."""
    root = pathlib.Path(os.environ.get("PYENV_ROOT", pathlib.Path.home() / ".pyenv"))
    found = sorted(root.glob(f"versions/{version}.*/bin/python"))
    return str(found[0]) if found else shutil.which(f"python{version}")


def make_environment(interpreter, folder):
    """A virtual environment with the real code; returns its interpreter. Reused if complete."""
    python = folder / "bin" / "python"
    complete = folder / "complete"
    requirements = "\n".join(REQUIREMENTS)
    if complete.exists() and complete.read_text(encoding="utf-8") == requirements:
        return python
    subprocess.run([interpreter, "-m", "venv", "--clear", str(folder)], check=True)
    install = [str(python), "-m", "pip", "install", "--quiet", *REQUIREMENTS]
    subprocess.run(install, check=True)
    complete.write_text(requirements, encoding="utf-8")
    return python


def run(python, functions, folder):
    """The outcomes of all cases under one interpreter."""
    request, response = folder / "request.json", folder / "response.json"
    request.write_text(json.dumps(functions), encoding="ascii")
    environment = {
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "PATH": os.defpath,
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "SKYPILOT_DISABLE_USAGE_COLLECTION": "1",
    }
    command = [str(python), "-W", "ignore", str(HERE / "_evaluate.py"), str(request), str(response)]
    subprocess.run(command, env=environment, check=True, timeout=TIME_LIMIT)
    return json.loads(response.read_text(encoding="ascii"))


def variation(reference, other):
    """How two interpreters' outcomes differ: None, "message" or "outcome"."""
    if reference == other:
        return None
    return "message" if without_messages(reference) == without_messages(other) else "outcome"


def without_messages(outcome):
    if "raises" not in outcome:
        return outcome
    raised = outcome["raises"]
    return [raised["type"], raised["cause"] and raised["cause"]["type"]]


def evaluated(case, reference, others):
    """The finished case."""
    result = {**case, **reference}
    variations = {variation(reference, other) for other in others}
    for kind in ("outcome", "message"):
        if kind in variations:
            result["varies"] = kind
            break
    return result


def render(function, python, cases):
    """The text of one vector file: a header and one case per line, sorted by id."""
    header = {"function": function, "skypilot": SKYPILOT, "python": python}
    lines = [f"{json.dumps(key)}: {json.dumps(value)}," for key, value in header.items()]
    body = ",\n".join(json.dumps(case) for case in sorted(cases, key=lambda case: case["id"]))
    return "\n".join(["{", *lines, '"cases": [', body, "]", "}", ""])


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--work",
        type=pathlib.Path,
        default=HERE / ".work",
        help="folder for the virtual environments (default: %(default)s)",
    )
    parser.add_argument(
        "--only",
        nargs="+",
        choices=sorted(BUILDERS),
        default=sorted(BUILDERS),
        metavar="FUNCTION",
        help="write the files of these functions only",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; fail if a file is not what would be written",
    )
    return parser.parse_args()


def main():
    options = parse_arguments()
    functions = {name: BUILDERS[name]() for name in options.only}
    answers = {}
    for version in (REFERENCE, *OTHERS):
        interpreter = find_interpreter(version)
        if interpreter is None:
            if version == REFERENCE:
                sys.exit(f"CPython {version} is required and was not found")
            print(f"CPython {version} not found: 'varies' is incomplete", file=sys.stderr)
            continue
        folder = options.work.resolve() / version
        answers[version] = run(make_environment(interpreter, folder), functions, folder)

    reference = answers.pop(REFERENCE)
    stale = []
    for name, cases in functions.items():
        others = [answer["outcomes"][name] for answer in answers.values()]
        finished = [
            evaluated(case, outcome, [other[number] for other in others])
            for number, (case, outcome) in enumerate(zip(cases, reference["outcomes"][name]))
        ]
        text = render(name, reference["python"], finished)
        target = HERE / f"{name}.json"
        if not options.check:
            target.write_text(text, encoding="ascii")
        elif not target.exists() or target.read_text(encoding="ascii") != text:
            stale.append(target.name)
        print(f"{name}: {len(finished)} cases")
    if stale:
        sys.exit(f"not up to date: {', '.join(stale)}")


if __name__ == "__main__":
    main()
