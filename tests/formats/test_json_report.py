"""A JSON report holds any text, in readable and deterministic bytes."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from formats.json_report import render


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none()))
def test_what_is_written_is_read_back(report: dict[str, object]) -> None:
    assert json.loads(render(report)) == report


def test_chinese_stays_readable_and_half_a_character_stays_json() -> None:
    document = render({"a": "中", "b": "\ud800"})
    assert document == '{\n "a": "中",\n "b": "\\ud800"\n}\n'.encode()
    assert json.loads(document)["b"] == "\ud800"
