"""``sky-rs exec`` and ``sky-rs migrate``, which need no click: here so that help knows them."""

from __future__ import annotations

from typing import Callable, List, Sequence, Tuple

import click
from click.shell_completion import CompletionItem

from sky_rs import _exec, migrate


def _files(_: click.Context, __: click.Parameter, typed: str) -> List[CompletionItem]:
    return [CompletionItem(typed, type="file")]


def _as_it_is(name: str, main: Callable[[Sequence[str]], int]) -> click.Command:
    """A command that gets its words as they are, its options included."""

    @click.command(
        name,
        add_help_option=False,
        context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    )
    @click.argument("words", nargs=-1, type=click.UNPROCESSED, shell_complete=_files)
    def command(words: Tuple[str, ...]) -> int:
        return main(words)

    return command


exec_command = _as_it_is("exec", _exec.main)
migrate_command = _as_it_is("migrate", migrate.main)
