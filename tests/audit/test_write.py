"""From a recording to a file or a folder."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from audit import write, write_audit
from tests.audit import sample
from tests.audit.conftest import META, SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pytest

    from gateway.exchange import Exchange


class Kept:
    def exchanges(self) -> Iterable[Exchange]:
        return iter(sample.exchanges()[:4])


def test_one_file_for_its_owner_alone(tmp_path: Path) -> None:
    place = tmp_path / "audit.html"
    assert write_audit(Kept(), place, META, SOURCES) == (place,)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert '<article class="x" id="e4"' in place.read_text("utf-8")


def test_a_page_that_would_not_change_is_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "audit.html"
    write_audit(Kept(), place, META, SOURCES)
    assert write_audit(Kept(), place, META, SOURCES) == ()


def test_a_folder_gets_an_index_and_a_page_for_each(tmp_path: Path) -> None:
    written = write_audit(Kept(), tmp_path, META, SOURCES)
    assert sorted(str(place.relative_to(tmp_path)) for place in written) == [
        "e/1.html",
        "e/2.html",
        "e/3.html",
        "e/4.html",
        "index.html",
    ]
    assert write_audit(Kept(), tmp_path, META, SOURCES) == ()


def test_too_many_exchanges_for_one_file_give_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "FOLDER_EXCHANGES", 3)
    write_audit(Kept(), tmp_path / "new", META, SOURCES)
    assert (tmp_path / "new" / "index.html").is_file()


def test_only_what_is_wanted_is_written(tmp_path: Path) -> None:
    place = tmp_path / "audit.html"
    write_audit(Kept(), place, META, SOURCES, wanted=lambda exchange: exchange.id == 2)
    assert '<article class="x" id="e1"' not in place.read_text("utf-8")
