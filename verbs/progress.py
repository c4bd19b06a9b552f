"""Progress of a long run: a bar on standard error when that is a terminal, nothing otherwise.

Must not know: what is counted. Read next: sending.py.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


@contextmanager
def progress(words: str, total: Callable[[], int]) -> Iterator[Callable[[object], None]]:
    """Call what this gives once per exchange. `total`: how many there will be, asked only where somebody looks."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal pays for it
    from rich.progress import Progress  # noqa: PLC0415 - the same

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=total())
        yield lambda _: bar.advance(task)


def followed[T](items: Iterable[T], told: Callable[[object], None]) -> Iterator[T]:
    """The items, each told when it was dealt with."""
    for item in items:
        yield item
        told(item)
