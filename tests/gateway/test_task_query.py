from __future__ import annotations

import pytest

from gateway.facts import ApiFamily
from gateway.messages import Request
from gateway.task_query import Question, name_of, question_of, task_field

FC3 = b"/2023-03-30/functions/fn/async-tasks"
FC2 = b"/2021-04-06/services/svc.prod/functions/fn/stateful-async-invocations"


@pytest.mark.parametrize(
    ("method", "target", "question"),
    [
        pytest.param(b"GET", FC3, Question("fn", ""), id="list"),
        pytest.param(b"GET", FC3 + b"/a%2Fb", Question("fn", "", "a/b"), id="get"),
        pytest.param(b"PUT", FC3 + b"/a/stop?qualifier=v", Question("fn", "", "a", True, "v"), id="stop"),
        pytest.param(b"GET", FC2, Question("fn", "svc", qualifier="prod"), id="fc2-list"),
        pytest.param(b"PUT", FC2 + b"/a", Question("fn", "svc", "a", True, "prod"), id="fc2-stop"),
        pytest.param(
            b"GET",
            FC3
            + b"?limit=2&prefix=a&status=Running&sortOrderByTime=asc&nextToken=9&startedTimeBegin=1&startedTimeEnd=2",
            Question("fn", "", "", False, "", "a", "Running", 2, True, 1, 2, "9"),
            id="everything",
        ),
    ],
)
def test_a_question_is_read(method: bytes, target: bytes, question: Question) -> None:
    assert question_of(Request(method, target)) == question


@pytest.mark.parametrize(
    ("query", "told"),
    [
        pytest.param(b"limit=0", "1 to 100", id="limit"),
        pytest.param(b"limit=x", "no whole number", id="no-number"),
        pytest.param(b"startedTimeEnd=99999999999999999", "no whole number", id="too-long"),
        pytest.param(b"status=running", "use Enqueued", id="status"),
        pytest.param(b"sortOrderByTime=up", "use asc, desc", id="order"),
    ],
)
def test_what_has_no_meaning_is_told(query: bytes, told: str) -> None:
    answer = question_of(Request(b"GET", FC3 + b"?" + query))
    assert isinstance(answer, str)
    assert told in answer


def test_a_request_that_asks_nothing_is_a_question_for_nothing() -> None:
    assert question_of(Request(b"GET", b"/")) == Question("", "")


def test_a_name_is_given_by_either_header() -> None:
    assert name_of(Request(b"POST", b"/", ((b"X-Fc-Async-Task-Id", b"a"),))) == b"a"
    assert name_of(Request(b"POST", b"/", ((b"x-fc-stateful-async-invocation-id", b"b"),))) == b"b"
    assert name_of(Request(b"POST", b"/")) is None
    assert task_field(ApiFamily.FC3) != task_field(ApiFamily.FC2)
