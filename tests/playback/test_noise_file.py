"""Noise rules are a text file: what is written is read back, what is wrong is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playback.learn import Proposal
from playback.noise import UNORDERED, NoiseRule
from playback.noise_file import load_noise, write_noise
from playback.shapes import SHAPES
from playback.toml_tables import MOST_BYTES, BadFile

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
RULES = st.builds(
    NoiseRule,
    TEXTS.filter(bool),
    TEXTS.map(lambda text: f"body.{text}"),
    st.sampled_from([*SHAPES, UNORDERED]),
    TEXTS,
    TEXTS,
    TEXTS,
    TEXTS,
)


@given(st.lists(RULES, max_size=3, unique_by=lambda rule: rule.id))
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, rules: list[NoiseRule]) -> None:
    path = tmp_path_factory.mktemp("noise") / "noise.toml"
    path.write_text(write_noise(Proposal(rule, ("seen",)) for rule in rules), "utf-8", newline="")
    assert load_noise(path) == tuple(rules)


def test_a_file_reads_as_a_person_would_write_it() -> None:
    rule = NoiseRule("uuid-1", "body.id", "uuid", "GET", "/items/*")
    written = write_noise([Proposal(rule, ("differed in 3 of 3 runs",))])
    assert written.endswith(
        "\n# differed in 3 of 3 runs\n[[rule]]\n"
        'id = "uuid-1"\npath = "body.id"\nshape = "uuid"\nmethod = "GET"\nroute = "/items/*"\n'
    )


def test_a_rule_that_toml_cannot_hold_is_not_proposed() -> None:
    assert "[[rule]]" not in write_noise([Proposal(NoiseRule("a", "body.\ud800", "any"), ())])


GOOD = '[[rule]]\nid="a"\npath="body.x"\nshape="uuid"\n'


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param("x = = y", "is not TOML", id="no TOML"),
        pytest.param("\xff", "is not TOML", id="no UTF-8"),
        pytest.param("other = 1", "not 'other'", id="another key"),
        pytest.param("rule = 1", r"only \[\[rule\]\] tables", id="no list"),
        pytest.param("rule = [1]", "rule 1 is no table", id="no table"),
        pytest.param(GOOD + 'paht="x"\n', "did you mean 'path'", id="mistyped key"),
        pytest.param(GOOD + "zzzzz=1\n", "no key 'zzzzz'", id="unknown key"),
        pytest.param(GOOD + "before=1\n", "before must be text", id="a number"),
        pytest.param('[[rule]]\nid="a"\npath="body"\n', "shape is missing", id="no shape"),
        pytest.param(GOOD.replace("uuid", "uud"), "did you mean 'uuid'", id="mistyped shape"),
        pytest.param(GOOD.replace("uuid", "@@@"), "there are uuid", id="unknown shape"),
        pytest.param(GOOD.replace("body.x", "status"), "never noise", id="status"),
        pytest.param(GOOD + GOOD, "used twice", id="doubled id"),
        pytest.param("#" * (MOST_BYTES + 1), "more than", id="too large"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "noise.toml"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(BadFile, match=told):
        load_noise(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot read"):
        load_noise(tmp_path / "noise.toml")
