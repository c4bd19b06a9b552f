"""Where the result of an accepted call would be sent, and what would be sent there. Contract ASYNC-10.

Nothing is sent: the recording notes it, and the event can be made from the exchanges at any time.
Must not know: queues, targets. Read next: task.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.messages import BodyRef
from gateway.task import TaskState

if TYPE_CHECKING:
    from gateway.config import Asynchronous, Config
    from gateway.exchange import Exchange
    from gateway.messages import Body

# FC publishes the member `condition` and no values for it; these say what happened.
CONDITIONS = {
    TaskState.SUCCEEDED: "Success",
    TaskState.FAILED: "RetriesExhausted",
    TaskState.EXPIRED: "EventAgeExceeded",
}


@dataclass(frozen=True, slots=True)
class Destination:
    """A target's ARN and the condition under which it is used; both empty for nowhere."""

    target: str = ""
    condition: str = ""


def destination_of(state: TaskState, policy: Asynchronous) -> Destination:
    """Where the result goes when a call has come into this state."""
    if state not in CONDITIONS:
        return Destination()
    target = policy.on_success if state is TaskState.SUCCEEDED else policy.on_failure
    return Destination(target, CONDITIONS[state]) if target else Destination()


@dataclass(frozen=True, slots=True)
class Sent:
    """What the recording notes of a result that would be sent. `made_us`: microseconds since the epoch."""

    condition: str
    attempts: int
    made_us: int


def event(sent: Sent, accepted: Exchange, delivery: Exchange | None, config: Config) -> dict[str, Any]:
    """The event that a destination would get. `delivery`: the last one, None when there was none."""
    answer = delivery.server.response if delivery and delivery.server else None
    failed = sent.condition != CONDITIONS[TaskState.SUCCEEDED]
    request = accepted.client.request
    return {
        "timestamp": sent.made_us // 1000,
        "requestContext": {
            "requestId": accepted.facts.seed.request_id,
            "functionArn": f"acs:fc:{config.region}:{config.account_id}:functions/{accepted.facts.function}",
            "condition": sent.condition,
            "approximateInvokeCount": sent.attempts,
        },
        "requestPayload": _text(request.body) if request else "",
        "responseContext": {
            "statusCode": answer.status if answer else 0,
            "functionError": "UnhandledInvocationError" if failed else "",
        },
        "responsePayload": _text(answer.body) if answer else "",
    }


def _text(body: Body) -> str:
    return "" if isinstance(body, BodyRef) else body.decode("utf-8", "replace")
