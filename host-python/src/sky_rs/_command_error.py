"""SkyPilot's ``CommandError`` where there is no SkyPilot."""

from __future__ import annotations

import os

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Any, Optional, Tuple


class CommandError(Exception):
    """A command ended with a return code that is not 0.

    Args:
        returncode: The return code.
        command: The command, of which the message has the first 100 characters, or all of them with
            ``SKYPILOT_DEBUG`` set.
        error_msg: What was to be done with it.
        detailed_reason: What it wrote to its standard error.
        failure: What went wrong, if that is not just the return code.
    """

    def __init__(
        self,
        returncode: int,
        command: str,
        error_msg: str,
        detailed_reason: Optional[str],
        failure: Optional[str] = None,
    ) -> None:
        self.returncode = returncode
        self.command = command
        self.error_msg = error_msg
        self.detailed_reason = detailed_reason
        self.failure = f"failed with return code {returncode}" if failure is None else failure
        super().__init__(self._message() if command else error_msg)

    def _message(self) -> str:
        command = self.command
        debugging = os.environ.get("SKYPILOT_DEBUG", "").lower() in ("true", "1")
        if len(command) > 100 and not debugging:
            command = command[:100] + "..."
        return f"Command {command} {self.failure}.\n{self.error_msg}\n{self.detailed_reason}"

    def __reduce__(self) -> Tuple[Any, ...]:
        return type(self), (
            self.returncode,
            self.command,
            self.error_msg,
            self.detailed_reason,
            self.failure,
        )
