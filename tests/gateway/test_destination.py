from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.config import Asynchronous, Config
from gateway.destination import Destination, Sent, destination_of, event
from gateway.messages import BodyRef
from gateway.task import TaskState
from tests.gateway.test_outcome import answered

BOTH = Asynchronous(on_success="acs:mns:a", on_failure="acs:mns:b")


@pytest.mark.parametrize(
    ("state", "policy", "sent"),
    [
        pytest.param(TaskState.SUCCEEDED, BOTH, Destination("acs:mns:a", "Success"), id="success"),
        pytest.param(TaskState.FAILED, BOTH, Destination("acs:mns:b", "RetriesExhausted"), id="failure"),
        pytest.param(TaskState.EXPIRED, BOTH, Destination("acs:mns:b", "EventAgeExceeded"), id="too-old"),
        pytest.param(TaskState.STOPPED, BOTH, Destination(), id="stopped"),
        pytest.param(TaskState.RETRYING, BOTH, Destination(), id="not-yet"),
        pytest.param(TaskState.SUCCEEDED, Asynchronous(on_failure="x"), Destination(), id="none"),
    ],
)
def test_a_result_goes_there(state: TaskState, policy: Asynchronous, sent: Destination) -> None:
    assert destination_of(state, policy) == sent


def test_the_event_has_the_published_members() -> None:
    exchange = answered(200)
    told = event(Sent("Success", 2, 5_000_000), exchange, exchange, Config())
    assert told == {
        "timestamp": 5000,
        "requestContext": {
            "requestId": exchange.facts.seed.request_id,
            "functionArn": "acs:fc:cn-hangzhou:1234567890123456:functions/web",
            "condition": "Success",
            "approximateInvokeCount": 2,
        },
        "requestPayload": "",
        "responseContext": {"statusCode": 200, "functionError": ""},
        "responsePayload": "",
    }


def test_the_event_of_a_call_that_was_never_delivered() -> None:
    exchange = answered()
    assert exchange.client.request is not None
    large = replace(
        exchange, client=replace(exchange.client, request=replace(exchange.client.request, body=BodyRef(b"", 9)))
    )
    told = event(Sent("EventAgeExceeded", 0, 0), large, None, Config())
    assert told["responseContext"] == {"statusCode": 0, "functionError": "UnhandledInvocationError"}
    assert told["requestPayload"] == ""
    gone = replace(exchange, client=replace(exchange.client, request=None))
    assert event(Sent("EventAgeExceeded", 0, 0), gone, None, Config())["requestPayload"] == ""
