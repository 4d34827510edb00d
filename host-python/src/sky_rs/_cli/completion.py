"""``sky-rs completion``: what a shell needs to complete command lines."""

from __future__ import annotations

from typing import Type, cast

import click
from click.shell_completion import ShellComplete, get_completion_class


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the completion script of SHELL.

    For bash, this line goes into ~/.bashrc: eval "$(sky-rs completion bash)"
    """
    completion = cast(Type[ShellComplete], get_completion_class(shell))
    root = context.find_root()
    try:
        script = completion(root.command, {}, "sky-rs", "_SKY_RS_COMPLETE").source()
    except RuntimeError as error:  # by some releases of click, for a bash that is too old
        raise click.ClickException(str(error)) from error
    click.echo(script)
