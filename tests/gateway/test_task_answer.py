from __future__ import annotations

import json

import pytest

from gateway.facts import ApiFamily, Ingress
from gateway.messages import Request, get
from gateway.rules.accept import accepted
from gateway.rules.samples import call
from gateway.rules.tasks import told
from gateway.task_answer import TaskEvent, TaskTold, found_task, found_tasks

TASK = TaskTold(
    "job", "1-a", "LATEST", "Retrying", 2, 1_000_000, 2_500_000, None, "Interrupted", (TaskEvent(1, 9_000, "Enqueued"),)
)


@pytest.mark.parametrize("family", ApiFamily)
def test_a_task_has_the_members_of_its_family(family: ApiFamily) -> None:
    asked = call(Ingress.API, found=found_task(TASK), api_family=family, service="svc")
    members = json.loads(bytes(told(asked).response.body))  # type: ignore[arg-type] # never a BodyRef
    names = {
        ApiFamily.FC3: {
            "taskId": "job",
            "functionArn": "acs:fc:cn-hangzhou:1234567890123456:functions/web",
            "taskErrorMessage": "Interrupted",
        },
        ApiFamily.FC2: {
            "invocationId": "job",
            "functionName": "web",
            "serviceName": "svc",
            "invocationErrorMessage": "Interrupted",
        },
    }[family]
    assert members == {
        **names,
        "requestId": "1-a",
        "qualifier": "LATEST",
        "status": "Retrying",
        "alreadyRetriedTimes": 1,
        "startedTime": 2500,
        "events": [{"eventId": 1, "eventDetail": "", "status": "Enqueued", "timestamp": 9}],
    }


def test_a_task_that_ended_has_a_duration() -> None:
    ended = TaskTold("job", "1-a", "LATEST", "Succeeded", 1, 1_000_000, 2_000_000, 3_500_000, "")
    members = json.loads(bytes(told(call(Ingress.API, found=found_task(ended))).response.body))  # type: ignore[arg-type] # the same
    assert (members["startedTime"], members["endTime"], members["durationMs"]) == (2000, 3500, 1500)


def test_a_list_has_a_token_when_there_is_more() -> None:
    first = json.loads(bytes(told(call(Ingress.API, found=found_tasks([TASK], "7"))).response.body))  # type: ignore[arg-type] # the same
    assert ([task["taskId"] for task in first["tasks"]], first["nextToken"]) == (["job"], "7")
    last = told(call(Ingress.API, found=found_tasks([], ""), api_family=ApiFamily.FC2)).response.body
    assert json.loads(bytes(last)) == {"invocations": []}  # type: ignore[arg-type] # the same


def test_in_task_mode_an_unnamed_call_is_called_by_its_request_id() -> None:
    asked = call(Ingress.API, api_family=ApiFamily.FC2)
    named = Request(b"POST", b"/", ((b"X-Fc-Stateful-Async-Invocation-Enable", b"true"),))
    from dataclasses import replace

    headers = accepted(replace(asked, request=named)).response.headers
    assert get(headers, b"x-fc-stateful-async-invocation-id") == asked.facts.seed.request_id.encode()
    assert get(accepted(asked).response.headers, b"x-fc-stateful-async-invocation-id") is None
