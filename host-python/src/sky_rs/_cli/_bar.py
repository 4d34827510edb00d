"""A progress bar for what takes long."""

from __future__ import annotations

import sys
import time
from typing import Any, Optional

# Seconds without a bar.
_PATIENCE = 1.0


class Bar:
    """Shows on the standard error, if that is a terminal, how many bytes are done.

    To be used as a context manager; called with a number of bytes it goes on by them.

    Args:
        total: The bytes to be done.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._start = time.monotonic()
        self._shown: Optional[Any] = None
        self._wanted = sys.stderr is not None and sys.stderr.isatty()

    def __call__(self, size: int) -> None:
        self._done += size
        if not self._wanted or time.monotonic() - self._start < _PATIENCE:
            return
        if self._shown is None:
            self._shown = _progress()
            self._shown.add_task("", total=self._total)
            self._shown.start()
        self._shown.update(self._shown.task_ids[0], completed=self._done)

    def hide(self) -> None:
        """Clears the bar off the terminal, for something else to be written; it comes back."""
        shown, self._shown = self._shown, None
        if shown is not None:
            shown.stop()

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self.hide()


def _progress() -> Any:
    from rich import console, progress  # noqa: PLC0415 - slow to import, and seldom needed

    return progress.Progress(
        progress.BarColumn(),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
        console=console.Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
