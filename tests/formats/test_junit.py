"""A JUnit document has the numbers and texts of its cases, and the same bytes every time."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from formats.junit import TEXT_LIMIT, Case, Result, Suite, render

SUITE = Suite(
    "fc.db",
    (
        Case("GET /hello", "#1 1-abc"),
        Case("GET /x", "#2 1-def", Result.FAILED, "2 differences", "value  body.a  1 -> 2 <&>\x85"),
        Case("POST /y", "#3 1-ghi", Result.ERROR, "no answer", "closed"),
        Case("GET /z", "#4 1-jkl", Result.SKIPPED, "never reached the server"),
    ),
    (("rules", "2026.11"),),
)


def parse(document: bytes) -> ET.Element:
    return ET.fromstring(document)  # noqa: S314 - our own bytes of a moment ago


def test_the_numbers_are_those_of_the_cases() -> None:
    root = parse(render(SUITE))
    assert root.tag == "testsuites"
    for element in (root, root[0]):
        numbers = {name: element.get(name) for name in ("tests", "failures", "errors", "skipped")}
        assert numbers == {"tests": "4", "failures": "1", "errors": "1", "skipped": "1"}


def test_a_case_says_what_happened() -> None:
    cases = parse(render(SUITE)).findall(".//testcase")
    assert [(case.get("classname"), case.get("name")) for case in cases][:2] == [
        ("GET /hello", "#1 1-abc"),
        ("GET /x", "#2 1-def"),
    ]
    assert [child.tag for case in cases for child in case] == ["failure", "error", "skipped"]
    assert cases[1][0].get("message") == "2 differences"
    assert cases[1][0].text == "value  body.a  1 -> 2 <&>\x85"


def test_run_facts_are_properties() -> None:
    (fact,) = parse(render(SUITE)).findall(".//property")
    assert fact.attrib == {"name": "rules", "value": "2026.11"}


def test_the_same_suite_gives_the_same_bytes() -> None:
    assert render(SUITE) == render(SUITE)


def test_a_long_text_is_cut() -> None:
    suite = Suite("s", (Case("a", "b", Result.FAILED, "m", "x" * (TEXT_LIMIT + 1)),))
    (failure,) = parse(render(suite)).findall(".//failure")
    assert failure.text == "x" * TEXT_LIMIT
