from __future__ import annotations

from dataclasses import replace

import pytest

from audit.tasks import task_of, told
from gateway.exchange import Exchange, State, View
from gateway.facts import Facts, Ingress, InvocationType
from gateway.messages import Request
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
