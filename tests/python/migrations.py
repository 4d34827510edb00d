"""Code before and after ``sky-rs migrate``, in tests."""

import textwrap

from sky_rs import _migration


def code(text):
    return textwrap.dedent(text).lstrip("\n")


def rewritten(before, **options):
    return _migration.migrate(before.encode(), **options).code.decode()
