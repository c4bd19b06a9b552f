"""What a delivery of an accepted call came to, read from its exchange.

Contract ASYNC-6, which FC does not publish for web functions: the app's own `x-fc-status: 404`, a crash, a time-out
and a server that does not answer are function errors; a plain 4xx or 5xx is an answer like any other, unless
`fail_on_5xx` is set. Must not know: queues. Read next: task.py (what follows).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.exchange import Failure, State
from gateway.messages import get
from gateway.task import Outcome

if TYPE_CHECKING:
    from gateway.config import Asynchronous
    from gateway.exchange import Exchange

_NOT_THE_FUNCTIONS = {Failure.BUSY: Outcome.THROTTLED, Failure.STORE: Outcome.SYSTEM_ERROR}

ERROR_WORDS = {
    Outcome.FUNCTION_ERROR: "UnhandledInvocationError",
    Outcome.THROTTLED: "ResourceThrottled",
    Outcome.SYSTEM_ERROR: "InternalServerError",
    Outcome.INTERRUPTED: "Interrupted",
}
"""taskErrorMessage of the task API. The first is FC's; `Interrupted` is ours."""


def outcome_of(exchange: Exchange, policy: Asynchronous) -> Outcome:
    """What an attempt that has ended came to."""
    if exchange.state is State.INTERRUPTED:
        return Outcome.INTERRUPTED
    if exchange.state is State.CANCELLED:
        return Outcome.STOPPED
    if exchange.failure is not None:
        return _NOT_THE_FUNCTIONS.get(exchange.failure, Outcome.FUNCTION_ERROR)
    answer = exchange.server.response if exchange.server else None
    if answer is None:
        return Outcome.SYSTEM_ERROR
    failed = get(answer.headers, b"x-fc-status") == b"404" or (policy.fail_on_5xx and answer.status >= 500)
    return Outcome.FUNCTION_ERROR if failed else Outcome.SUCCESS
