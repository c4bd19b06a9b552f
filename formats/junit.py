"""JUnit XML, as GitLab, Jenkins, Azure and CircleCI read it: one suite per recording, one case per exchange.

The common part of a format without an official schema. Deterministic: no time stamp, no host name.
Must not know: replay; it receives cases. Read next: github.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

TEXT_LIMIT = 64 * 1024
"""Characters of one case's text; readers load the whole file into memory."""


class Result(StrEnum):
    """How a case ended, in JUnit's terms. ERROR: the tool or the connection, not the comparison."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Case:
    """One test case. `message` is one line, `text` the details; both must be safe text already."""

    group: str
    name: str
    result: Result = Result.PASSED
    message: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Suite:
    """A named list of cases and the facts of the run."""

    name: str
    cases: tuple[Case, ...]
    properties: tuple[tuple[str, str], ...] = ()


def render(suite: Suite) -> bytes:
    """The suite as a JUnit XML document in UTF-8."""
    element = TestSuite(suite.name)
    for name, value in suite.properties:
        element.add_property(name, value)
    element.add_testcases([_case(case) for case in suite.cases])
    document = JUnitXml(suite.name)
    document.add_testsuite(element)
    document.update_statistics()  # type: ignore[no-untyped-call]  # the library left this one out
    out = BytesIO()
    document.write(out, pretty=True)
    return out.getvalue()


def _case(case: Case) -> TestCase:
    element = TestCase(case.name, classname=case.group, time=0)
    kind = _ELEMENTS.get(case.result)
    if kind is not None:
        outcome = kind(case.message, case.result.value)
        outcome.text = case.text[:TEXT_LIMIT]
        element.result = [outcome]
    return element


_ELEMENTS: dict[Result, type[Failure | Error | Skipped]] = {
    Result.FAILED: Failure,
    Result.ERROR: Error,
    Result.SKIPPED: Skipped,
}
