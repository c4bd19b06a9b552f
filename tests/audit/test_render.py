"""Models become HTML: strict names, our assets, inert data. A golden file shows one exchange whole."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from markupsafe import Markup

from audit import catalogue, detail, listing, render
from audit.glance import glance
from audit.words import Claim, Text
from tests.audit import sample
from tests.audit.conftest import META, SOURCES

GOLDEN = Path(__file__).parent / "golden"
PARTS = sorted(render.TEMPLATES.rglob("*.j2"))


def test_an_undefined_name_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render.environment().from_string("{{ nobody }}").render()


@pytest.mark.parametrize("template", PARTS, ids=lambda path: path.name)
def test_no_template_marks_anything_safe(template: Path) -> None:
    source = template.read_text("utf-8")
    assert "|safe" not in source.replace(" ", "")
    assert "autoescape" not in source


@pytest.mark.parametrize("names", [render.STYLES, render.BOOT_SCRIPTS, render.SCRIPTS, render.LIVE_SCRIPTS])
def test_assets_cannot_end_their_element(names: tuple[str, ...]) -> None:
    asset = render.asset(names)
    assert "</" not in asset.source
    assert asset.policy.startswith("'sha256-")


def test_every_asset_is_used() -> None:
    used = {*render.STYLES, *render.BOOT_SCRIPTS, *render.LIVE_SCRIPTS}
    assert used == {path.name for path in (render.TEMPLATES / "assets").iterdir()}


def test_no_asset_asks_for_anything_outside() -> None:
    for path in (render.TEMPLATES / "assets").iterdir():
        source = path.read_text("utf-8")
        assert "url(" not in source
        assert "@import" not in source
        assert ("fetch(" in source) == (path.name == "live.js")  # only a live page asks, and only its own server


@given(st.recursive(st.text() | st.integers() | st.none(), lambda inner: st.lists(inner, max_size=3), max_leaves=6))
def test_a_data_block_holds_any_value_and_no_markup(value: object) -> None:
    block = render.json_block(value)
    assert not set(block) & set("<>&\u2028\u2029")
    assert json.loads(block) == value


def sentence_of(rule_id: str) -> Claim:
    """A rule with words of the test's own: the rules' texts have their own tests, and change more often."""
    docs = Text("https://help.aliyun.com/zh/x", "https://www.alibabacloud.com/help/en/x")
    return Claim(rule_id, Text("一句话", "one sentence"), Text("原因", "the reason"), docs, "observed")


def golden(ident: int) -> str:
    exchange = sample.exchanges()[ident - 1]
    page = detail.page(exchange, META, SOURCES)
    return render.row(listing.row(glance(exchange, SOURCES))) + "\n" + render.detail(page) + "\n"


@pytest.mark.parametrize("ident", [1])
def test_an_exchange_looks_as_it_did(ident: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set FC_WRITE_GOLDEN=1 to write the file anew, then look at the difference."""
    monkeypatch.setattr(catalogue, "claim", sentence_of)
    place = GOLDEN / f"exchange-{ident}.html"
    if os.environ.get("FC_WRITE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        place.write_text(golden(ident), "utf-8")
    assert golden(ident) == place.read_text("utf-8")


def test_packed_pieces_are_the_same_each_time() -> None:
    assert render.packed(["a", "李"]) == render.packed(["a", "李"])
    assert isinstance(render.packed([]), Markup)
