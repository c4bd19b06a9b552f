"""Every word of ours stands in both languages."""

from __future__ import annotations

import re

import pytest

from audit import texts
from audit.words import Text


def every(value: object) -> list[Text]:
    """The texts in a value, however deep in tuples and tables."""
    if isinstance(value, Text):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ()
    return [text for each in inner for text in every(each)]


NAMED = {name: every(value) for name, value in vars(texts).items() if name.isupper()}


@pytest.mark.parametrize("name", NAMED)
def test_both_languages_are_there_with_the_same_fields(name: str) -> None:
    assert NAMED[name]
    for text in NAMED[name]:
        assert text.zh
        assert text.en
        assert sorted(re.findall(r"{\w+}", text.zh)) == sorted(re.findall(r"{\w+}", text.en))


def test_every_word_is_used_somewhere() -> None:
    from audit import render

    sources = [path.read_text("utf-8") for path in render.TEMPLATES.rglob("*.j2")]
    sources += [path.read_text("utf-8") for path in render.TEMPLATES.parent.joinpath("audit").glob("*.py")]
    whole = "\n".join(sources)
    assert [name for name in NAMED if not re.search(rf"\b(?:t|texts)\.{name}\b", whole)] == []
