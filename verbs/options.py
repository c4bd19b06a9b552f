"""Options that take a small language: the parsers are playback's, a mistake is a usage error in one line.

Must not know: any parser. Read next: sending.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from playback.errors import BadOption

if TYPE_CHECKING:
    from collections.abc import Callable


def parsed_by[T](parse: Callable[[str], T]) -> Callable[[click.Context, click.Parameter, str | None], T | None]:
    """A click callback that hands the option's text to a parser; None stays None."""

    def callback(_context: click.Context, _option: click.Parameter, text: str | None) -> T | None:
        try:
            return None if text is None else parse(text)
        except BadOption as error:
            raise click.BadParameter(str(error)) from error

    return callback
