"""The command line. Each command is a module of its own, imported when it is run."""

from __future__ import annotations

import contextlib
import importlib
import io
import sys
from typing import Any, Iterator, List, NamedTuple, Optional, Sequence, cast

import click

from sky_rs import _version
from sky_rs.exceptions import SkyRsError


class _Entry(NamedTuple):
    """A command: the module that defines it, under which name, and what the help says of it."""

    module: str
    attribute: str
    help: str


COMMANDS = {
    "doctor": _Entry("doctor", "command", "Show what works here: backends, sandbox, answers."),
    "hash": _Entry("hash", "command", "Print or check checksums of files."),
    "etag": _Entry("etag", "command", "Print the ETags that S3 gives uploads of files."),
    "tail": _Entry("tail", "command", "Print the last lines of files, and follow them."),
    "free-port": _Entry("machine", "free_port", "Print a port that can be bound."),
    "cpu": _Entry("machine", "cpu", "Print how many CPU cores can be used."),
    "mem": _Entry("machine", "mem", "Print how much memory can be used, in GiB."),
    "bench": _Entry("bench", "command", "Measure the backends on this machine."),
    "routes": _Entry("routes", "command", "Show which backend answers which calls."),
    "exec": _Entry("others", "exec_command", "Run a command with SkyPilot patched."),
    "migrate": _Entry("others", "migrate_command", "Make code use sky_rs instead of SkyPilot."),
    "completion": _Entry("completion", "command", "Print the completion script of a shell."),
}


class _ReaderLeftError(Exception):
    """A BrokenPipeError, by a name that click does not know: it would end with 1."""


@contextlib.contextmanager
def _renaming() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise _ReaderLeftError from error


class _Commands(click.Group):
    """The group of all commands."""

    def list_commands(self, ctx: click.Context) -> List[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> Optional[click.Command]:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module = importlib.import_module(f"sky_rs._cli.{entry.module}")
        return cast(click.Command, getattr(module, entry.attribute))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with _renaming():  # prints help and version
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        with _renaming():
            return super().invoke(ctx)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(_version.__version__, prog_name="sky-rs")
def commands() -> None:
    """SkyPilot's utilities in a sandboxed component."""


def run(arguments: Sequence[str]) -> int:
    """Runs one command; returns the exit status.

    Args:
        arguments: The words after ``sky-rs``.

    Raises:
        KeyboardInterrupt: By Ctrl-C.
        OSError: A file, or the standard output.
    """
    # What is printed may have names of files that are no text, or not in the stream's encoding.
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        status: Any = commands.main(list(arguments), prog_name="sky-rs", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort as error:
        raise KeyboardInterrupt from error
    except _ReaderLeftError as error:
        raise BrokenPipeError from error
    except SkyRsError as error:
        click.echo(f"sky-rs: {error}", err=True)
        return 1
    return status if isinstance(status, int) else 0
