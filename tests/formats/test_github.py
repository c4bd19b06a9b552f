"""Annotations are workflow commands that recorded content cannot break out of."""

from __future__ import annotations

import pytest

from formats.github import MOST, Annotation, render, render_table


@pytest.mark.parametrize(
    ("annotation", "line"),
    [
        pytest.param(Annotation("error", "T", "m"), "::error title=T::m\n", id="plain"),
        pytest.param(
            Annotation("warning", "a,b:c", "x\n::error::y%", "f.db"),
            "::warning file=f.db,title=a%2Cb%3Ac::x%0A::error::y%25\n",
            id="escaped",
        ),
        pytest.param(Annotation("notice", "T", "a\rb"), "::notice title=T::a%0Db\n", id="CR"),
    ],
)
def test_an_annotation_is_one_line(annotation: Annotation, line: str) -> None:
    assert render([annotation]) == line


def test_only_the_first_ten_are_written_and_the_rest_counted() -> None:
    lines = render([Annotation("error", str(number), "m") for number in range(MOST + 3)]).splitlines()
    assert len(lines) == MOST + 1
    assert lines[-1] == "::notice title=fc-replay::3 more are in the report"


def test_nothing_to_say_is_nothing() -> None:
    assert render([]) == ""


def test_a_table_takes_content_literally() -> None:
    table = render_table("Replay", ("Exchange", "What"), [("1", "[x](http://evil) <img> a|b `c`\nd & e \\")])
    assert table == (
        "### Replay\n\n| Exchange | What |\n| --- | --- |\n"
        "| 1 | \\[x\\]\\(http://evil\\) &lt;img&gt; a&#124;b \\`c\\` d &amp; e \\\\ |\n"
    )
