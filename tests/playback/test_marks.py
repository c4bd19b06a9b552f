"""Retries and health checks are told apart from ordinary calls."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.exchange import Exchange, Failure, Timings
from playback.marks import WITHIN_US, BadMark, Mark, Marked, Marks, parse_marks
from tests.playback.recorded import ARRIVED_US, get, ok, post, record

GONE = replace(record([(get(b"/a"), lambda _: ok())])[0], failure=Failure.CLIENT_GONE)
ANSWERED = replace(GONE, failure=None)


def at(exchange: Exchange, number: int, after_us: int = 1000) -> Exchange:
    """The exchange as call `number`, begun so long after the recording's start."""
    seed = replace(exchange.facts.seed, arrived_us=ARRIVED_US + after_us)
    return replace(exchange, id=number, facts=replace(exchange.facts, seed=seed), timings=Timings(done=500))


def marks_of(*calls: Exchange) -> list[str | None]:
    marks = Marks("/healthz")
    return [found.text if (found := marks.of(call)) else None for call in calls]


@pytest.mark.parametrize(
    ("first", "second", "mark"),
    [
        pytest.param(at(GONE, 1), at(ANSWERED, 2, 5000), "a retry of #1", id="the client had left"),
        pytest.param(at(ANSWERED, 1), at(ANSWERED, 2, 5000), None, id="the first was answered"),
        pytest.param(at(GONE, 1), at(ANSWERED, 2, 2000 + WITHIN_US), None, id="much later"),
        pytest.param(at(GONE, 1), at(GONE, 2, 600), "a retry of #1", id="while the first was under way"),
    ],
)
def test_the_same_request_after_one_without_an_answer_is_a_retry(
    first: Exchange, second: Exchange, mark: str | None
) -> None:
    assert marks_of(first, second) == [None, mark]


def test_another_request_is_no_retry() -> None:
    (other,) = record([(get(b"/b"), lambda _: ok())])
    (bodied,) = record([(post(b"/a", b"x"), lambda _: ok())])
    assert marks_of(at(GONE, 1), at(other, 2, 2000), at(bodied, 3, 2000)) == [None, None, None]


def test_a_retry_of_a_retry_names_the_last_one() -> None:
    assert marks_of(at(GONE, 1), at(GONE, 2, 3000), at(ANSWERED, 3, 6000)) == [None, "a retry of #1", "a retry of #2"]


def test_a_later_attempt_of_a_delivery_is_a_retry() -> None:
    again = replace(ANSWERED, facts=replace(ANSWERED.facts, seed=replace(ANSWERED.facts.seed, attempt=2)))
    assert Marks().of(again) == Marked(Mark.RETRY, "attempt 3 of a delivery")


@pytest.mark.parametrize(
    ("request_", "mark"),
    [
        pytest.param(get(b"/healthz?x"), "a health check", id="the named path"),
        pytest.param(get(b"/a", (b"User-Agent", b"kube-probe/1.3")), "a health check", id="a prober"),
        pytest.param(post(b"/healthz", b"x"), None, id="a POST"),
        pytest.param(get(b"/healthz2"), None, id="another path"),
    ],
)
def test_health_checks_are_known(request_: object, mark: str | None) -> None:
    (call,) = record([(request_, lambda _: ok())])  # type: ignore[list-item]
    assert marks_of(call) == [mark]


def test_a_request_that_could_not_be_read_has_no_mark() -> None:
    assert Marks().of(replace(ANSWERED, client=replace(ANSWERED.client, request=None))) is None


def test_marks_are_parsed() -> None:
    assert parse_marks("retry, health") == {Mark.RETRY, Mark.HEALTH}
    with pytest.raises(BadMark, match="there are retry, health"):
        parse_marks("retries")
