"""A recording becomes a file, or above a size a folder: an index and one page per exchange.

Pages whose bytes would not change are left alone, so that a folder can be written again and again.
Must not know: HTML, the command line. Read next: page.py.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

from audit.page import render_index, render_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from audit.detail import Sources
    from audit.model import PageMeta
    from audit.page import Lang
    from gateway.exchange import Exchange

FOLDER_EXCHANGES = 20_000
"""From so many exchanges on, one file would be hundreds of megabytes: a folder is written instead."""


class Exchanges(Protocol):
    """Whoever keeps exchanges: the recording's reader."""

    def exchanges(self) -> Iterable[Exchange]:
        """Every exchange in order of arrival."""


def write_audit(
    reader: Exchanges,
    out_path: Path,
    meta: PageMeta,
    sources: Sources,
    *,
    lang: Lang | None = None,
    wanted: Callable[[Exchange], bool] | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[Path, ...]:
    """Write the audit of a recording and return the files that changed.

    An `out_path` that is a folder, or too many exchanges for one file, gives a folder: `index.html` and
    `e/<id>.html`. `wanted` chooses exchanges. Files are private to their owner (0600). Raises OSError.
    """
    exchanges = [exchange for exchange in reader.exchanges() if wanted is None or wanted(exchange)]
    if not out_path.is_dir() and len(exchanges) < FOLDER_EXCHANGES:
        page = render_page(exchanges, meta, lang=lang, sources=sources, progress=progress)
        return (out_path,) if write_page(out_path, page) else ()
    (out_path / "e").mkdir(parents=True, exist_ok=True)
    index = out_path / "index.html"
    changed = [index] if write_page(index, render_index(exchanges, meta, lang=lang, sources=sources)) else []
    for number, exchange in enumerate(exchanges, 1):
        place = out_path / "e" / f"{exchange.id}.html"
        if write_page(place, render_page([exchange], meta, lang=lang, sources=sources)):
            changed.append(place)
        if progress:
            progress(number)
    return tuple(changed)


def write_page(place: Path, page: str) -> bool:
    """Write a page unless it stands there already; an unfinished one never takes its place. Raises OSError."""
    content = page.encode("utf-8")
    if place.is_file() and place.read_bytes() == content:
        return False
    draft = place.with_name(f"{place.name}.part")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    draft.replace(place)
    return True
