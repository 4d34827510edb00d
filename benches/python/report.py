"""Shows the last run's results again, measuring nothing: `python -m benches.python.report`."""

from __future__ import annotations

import importlib.util
import pathlib
import subprocess
import sys

from benches.python import environment, markdown, results

FOLDER = environment.ROOT / "benches" / "report"


def write(measured: results.Results, folder: pathlib.Path) -> None:
    """Writes the report and its charts into a folder."""
    from benches.python import charts  # matplotlib is in the benches' environment only

    folder.mkdir(parents=True, exist_ok=True)
    drawn = charts.draw(measured)
    for name, svg in drawn.items():
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8", newline="\n")
    text = markdown.render(measured, list(drawn))
    (folder / "README.md").write_text(text, encoding="utf-8", newline="\n")


def main() -> int:
    """Writes the report of the last whole run."""
    if importlib.util.find_spec("matplotlib") is None and environment.PYTHON.exists():
        again = [environment.PYTHON, "-m", "benches.python.report"]
        return subprocess.run(again, cwd=environment.ROOT, check=False).returncode
    try:
        measured = results.load(environment.RESULTS)
    except (OSError, ValueError) as error:
        sys.exit(f"no results: {error}; run `make bench` first")
    write(measured, FOLDER)
    print(f"written: {(FOLDER / 'README.md').relative_to(environment.ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
