"""The page and the command line understand the same terms, and docs/audit.md lists exactly these."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from audit import render, texts
from gateway.exchange import State
from gateway.traits import MODES, TRAITS
from playback.selection import KEYS, parse_filter
from tests.audit import sample
from tests.audit.test_browser_use import FILTERS

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "audit.md").read_text("utf-8")

# A body is searched as far as the page holds it, and what means nothing is refused where it can be.
ON_THE_PAGE_ALONE = ("status:teapot",)


def table(head: str) -> list[str]:
    rows = PAGE.split(f"| {head} |", 1)[1].split("\n\n")[0].splitlines()[2:]
    return [word for row in rows for word in re.findall(r"`([^`]+)`", row.split("|")[1])]


def test_the_page_s_script_knows_the_same_terms() -> None:
    source = (render.TEMPLATES / "assets" / "filter.js").read_text("utf-8")
    known = source.split("const filterKeys = {")[1].split("\n};")[0]
    assert set(re.findall(r"^  (\w+): ", known, re.MULTILINE)) == set(KEYS)


def test_the_documentation_lists_the_terms_and_no_other() -> None:
    assert [word for word in table("term") if word != "word"] == [f"{key}:" for key in _in_their_order()]
    assert table("`is:`") == list(TRAITS)
    assert set(table("`mode:`")) == set(MODES)
    assert all(f"`{state.value}`" in PAGE for state in State)


def _in_their_order() -> list[str]:
    documented = [word.rstrip(":") for word in table("term") if word != "word"]
    assert set(documented) == set(KEYS) - {"is", "mode"}
    return documented


@pytest.mark.parametrize("example", [example for example, _ in texts.FILTERS])
def test_the_help_s_examples_are_understood(example: str) -> None:
    parse_filter(example)


def test_the_chips_are_understood() -> None:
    for _, _, expression in texts.CHIPS:
        parse_filter(expression)


@pytest.mark.parametrize(("expression", "expected"), FILTERS)
def test_the_command_line_chooses_what_the_page_shows(expression: str, expected: list[int]) -> None:
    if expression in ON_THE_PAGE_ALONE:
        pytest.skip("refused on the command line")
    wanted = parse_filter(expression)
    assert [exchange.id for exchange in sample.exchanges() if wanted(exchange)] == list(expected)
