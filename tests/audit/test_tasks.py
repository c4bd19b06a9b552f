from __future__ import annotations

import json
from dataclasses import replace

import pytest

from audit.tasks import event_of, task_of, told
from gateway.config import Config
from gateway.exchange import Exchange, State, View
from gateway.facts import Facts, Ingress, InvocationType
from gateway.messages import Request, Response
from gateway.rules.samples import SEED
from store.task_lists import TaskRow

WAITS = TaskRow(7, "job-1", "Retrying", 2, 1_738_907_445_000_000, None, "Interrupted")
CALL = Exchange(
    7,
    Facts(SEED, Ingress.API, "web", invocation_type=InvocationType.ASYNC),
    View(Request(b"POST", b"/")),
    state=State.COMPLETE,
)


@pytest.mark.parametrize(
    ("row", "en"),
    [
        pytest.param(
            WAITS,
            "Task job-1: Retrying, attempts: 2, the next at 2025-02-07 05:50:45 UTC, the last failed: Interrupted",
            id="waits",
        ),
        pytest.param(
            replace(WAITS, state="Succeeded", due_us=None, error=""), "Task job-1: Succeeded, attempts: 2", id="ended"
        ),
        pytest.param(
            replace(WAITS, state="Failed", due_us=None, error="", target="acs:mns:<b>", condition="RetriesExhausted"),
            "Task job-1: Failed, attempts: 2; its result would go to acs:mns:<b> (RetriesExhausted), nothing is sent",
            id="destination",
        ),
    ],
)
def test_a_task_is_one_sentence(row: TaskRow, en: str) -> None:
    assert told(row).en == en
    assert told(row).zh.startswith("异步任务 job-1：")


def test_a_call_and_its_deliveries_tell_it_and_no_others() -> None:
    asked: list[int] = []

    def tasks(ident: int) -> TaskRow | None:
        asked.append(ident)
        return WAITS if ident == 7 else None

    assert task_of(CALL, tasks) == told(WAITS)
    assert task_of(replace(CALL, id=9, parent_id=7), tasks) == told(WAITS)
    assert task_of(replace(CALL, id=8), tasks) is None
    sync = replace(CALL, facts=replace(CALL.facts, invocation_type=InvocationType.SYNC))
    assert task_of(sync, tasks) is None
    assert asked == [7, 7, 8]


def test_the_event_for_a_destination_is_made_from_the_exchanges() -> None:
    ended = replace(
        WAITS, state="Failed", target="acs:mns:b", condition="RetriesExhausted", attempt_id=9, made_us=5_000
    )
    delivery = replace(CALL, id=9, parent_id=7, server=View(Request(b"POST", b"/"), Response(500, b"", (), b"broken")))
    exchanges = {9: delivery}.get
    made = event_of(CALL, {7: ended}.get, exchanges, Config())
    assert made is not None
    told_event = json.loads(made)
    assert told_event["requestContext"]["condition"] == "RetriesExhausted"
    assert told_event["responseContext"] == {"statusCode": 500, "functionError": "UnhandledInvocationError"}
    assert told_event["responsePayload"] == "broken"
    assert event_of(delivery, {7: ended}.get, exchanges, Config()) is None
    assert event_of(CALL, {7: WAITS}.get, exchanges, Config()) is None
    expired = replace(ended, attempt_id=None, condition="EventAgeExceeded")
    never = event_of(CALL, {7: expired}.get, exchanges, Config())
    assert never is not None
    assert json.loads(never)["responseContext"]["statusCode"] == 0
