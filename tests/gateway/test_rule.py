"""A rule is a value that all who tell of it read."""

from __future__ import annotations

import pytest

from gateway.messages import Response
from gateway.rule import UNREAD, Answer, Call
from gateway.rules import RULES, samples


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        pytest.param(Answer(Response(400), "InvalidArgument"), b"400 InvalidArgument", id="error"),
        pytest.param(Answer(Response(202)), b"202", id="no-code"),
    ],
)
def test_an_answer_is_named_by_status_and_code(answer: Answer, name: bytes) -> None:
    assert answer.name == name


def test_a_call_whose_request_is_not_http_has_a_stand_in() -> None:
    assert Call(samples.CUSTOM.facts, samples.CONFIG).request is UNREAD


def test_a_row_is_itself_and_nothing_else() -> None:
    """Tables sort and skip rows by identity: two rows are never the same rule."""
    one, other = RULES["req.strip.x-fc"], RULES["res.strip.x-fc"]
    assert one == one  # noqa: PLR0124 - identity is what equality means here
    assert one != other
