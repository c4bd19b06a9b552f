"""The page about replay names every verb, and weighs every kind of difference as the code does."""

from __future__ import annotations

import re

import pytest

from playback.findings import RANKS
from playback.shapes import SHAPES
from replay import MODULES
from tests.verbs.cli import ROOT

PAGE = (ROOT / "docs" / "replay.md").read_text("utf-8")


@pytest.mark.parametrize("verb", MODULES)
def test_every_verb_is_named(verb: str) -> None:
    assert re.search(rf"`{verb}[ `]", PAGE)


def test_the_table_of_ranks_is_the_one_in_force() -> None:
    rows = [line.split("|")[1:3] for line in PAGE.splitlines() if re.match(r"\| (forgiven|low|medium|high) ", line)]
    told = {kind: rank.strip() for rank, kinds in rows for kind in re.findall(r"`([a-z-]+)`", kinds)}
    assert told == {kind.value: rank.name.lower() for kind, rank in RANKS.items()}


def test_the_example_shape_exists() -> None:
    (shape,) = re.findall(r'^shape = "([a-z-]+)"', PAGE, flags=re.MULTILINE)
    assert shape in SHAPES
