"""Reading a file that grows."""

from __future__ import annotations

import os
from typing import Any, List, Optional

from sky_rs import _limits, _lines
from sky_rs._component import NotRepresented, runtime, sandbox
from sky_rs._component.instance import Instance
from sky_rs._component.outcome import check_file
from sky_rs._component.tail import STEP, UTF8, found
from sky_rs.exceptions import ComponentUnavailableError


class Reader:
    """An open file of which complete lines are read, in an instance of its own.

    The same as ``sky_rs._python.follow.Reader``.

    Raises:
        NotRepresented: The component cannot follow this file.
        OSError: It cannot be read.
    """

    def __init__(self, path: Any, n: Optional[int], encoding: Any, errors: Any) -> None:
        if encoding not in UTF8 or errors != "replace":
            raise NotRepresented("other than UTF-8 with replacements")
        self._path = path
        self._process = os.getpid()
        file = sandbox.locate(path)
        self.identity = file.identity
        self.position = 0 if n is None else file.size
        self.first: List[str] = []
        self._instance = Instance(runtime.load_for_files(), (file.directory,), _limits.current())
        try:
            self._lines = self._instance.call(
                "io#[static]last-lines.follow", file.name, self.position, n or 1
            )
            check_file(self._lines, path)
            if sandbox.locate(path).identity != file.identity:
                raise NotRepresented("a file that is replaced while it is opened")
            lines = found(self._instance, self._lines, n or 1, path, lossy=True)
            if n and lines:
                self.first = lines
                self.first[-1] += "\n"
        except BaseException:
            self.close()
            raise

    def more(self) -> List[str]:
        """Reads what was appended, or a part of it, and returns the lines that are complete now."""
        _limits.check_cancelled()
        self._check_process()
        growth = self._instance.call("io#[method]last-lines.appended", self._lines, STEP)
        check_file(growth, self._path)
        self.position = growth.position
        if growth.lines is None:
            return []
        lines = _lines.split(growth.lines, len(growth.lines) + 1)
        lines[-1] += "\n"
        return lines

    def rest(self) -> List[str]:
        """The unfinished line, if there is one."""
        self._check_process()
        rest = self._instance.call("io#[method]last-lines.unfinished", self._lines)
        return [rest] if rest else []

    def close(self) -> None:
        """Closes the file. Closing again does nothing."""
        if os.getpid() == self._process:
            self._instance.close()
        else:
            self._instance.abandon()

    def _check_process(self) -> None:
        """A fork leaves behind the threads on which wasmtime reads: the call would never return."""
        if os.getpid() != self._process:
            raise ComponentUnavailableError("a forked process cannot go on following a file")
