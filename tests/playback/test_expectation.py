"""What answers are held to when the recorded ones are the bug."""

from __future__ import annotations

import pytest

from gateway.exchange import Failure
from gateway.messages import Response
from playback.errors import BadOption
from playback.expectation import parse_expectation
from playback.findings import Kind
from tests.playback.recorded import get, ok, through_gateway

(EXCHANGE,) = through_gateway(3, get(), lambda _: ok(b"total 700", status=500))
NOW = Response(200, b"OK", ((b"X-One", b"1"),), b'{"total": 7}')


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("status:200", True),
        ("server:200", True),
        ("status:5xx", False),
        ("-status:5xx", True),
        ("body:*7*", True),
        ("body:*700*", False),
        ("header:x-one", True),
        ("header:host", False),
    ],
)
def test_the_filter_is_asked_of_the_answer_of_now_alone(text: str, holds: bool) -> None:
    found = parse_expectation(text).findings(EXCHANGE, NOW)
    assert (not found) is holds
    if found:
        assert (found[0].kind, found[0].recorded, found[0].now) == (Kind.EXPECTATION, text, "answered 200")


def test_no_answer_is_never_what_was_expected() -> None:
    (found,) = parse_expectation("-status:200").findings(EXCHANGE, Failure.TIMED_OUT)
    assert found.now == "timed-out"


def test_a_filter_that_means_nothing_is_refused() -> None:
    with pytest.raises(BadOption):
        parse_expectation("stats:200")
