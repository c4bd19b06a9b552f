"""What becomes of an accepted call: when it is delivered next, or how it ended. Time comes in as a value.

Contract ASYNC-5..7 and ASYNC-13: a function's own errors are retried a few times, the platform's for up to five
hours, each pause twice the one before. Must not know: queues, clocks, exchanges. Read next: outcome.py (what an
attempt came to), config.py (Asynchronous).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.config import Asynchronous

FIRST_PAUSE_US = 500_000
"""Before the first retry; each further pause is twice the one before. FC publishes this for throttling and system
errors; for function errors it publishes no pause, and the same one is assumed."""

SYSTEM_RETRIES_US = 5 * 3600 * 1_000_000
"""Throttling and system errors are retried for five hours."""


class TaskState(StrEnum):
    """FC's words for what an accepted call is at (contract ASYNC-13)."""

    ENQUEUED = "Enqueued"
    RUNNING = "Running"
    RETRYING = "Retrying"
    STOPPING = "Stopping"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    STOPPED = "Stopped"
    EXPIRED = "Expired"
    INVALID = "Invalid"


ENDED = frozenset({TaskState.SUCCEEDED, TaskState.FAILED, TaskState.STOPPED, TaskState.EXPIRED, TaskState.INVALID})


class Outcome(StrEnum):
    """What an attempt came to.

    FUNCTION_ERROR: the function failed. THROTTLED: no instance was free. SYSTEM_ERROR: the gateway could not
    do its part. INTERRUPTED: the proxy ended while the attempt was under way; whether the function ran is not known.
    STOPPED: a caller asked for it.
    """

    SUCCESS = "success"
    FUNCTION_ERROR = "function-error"
    THROTTLED = "throttled"
    SYSTEM_ERROR = "system-error"
    INTERRUPTED = "interrupted"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an accepted call has come. Times are microseconds since the epoch.

    `attempts`: deliveries begun. `function_errors`: of those that the function failed. `system_errors`: failures
    in a row that were not the function's, the first of them at `system_since_us`. `due_us`: when the next delivery
    is due, None once it has ended.
    """

    state: TaskState
    accepted_us: int
    due_us: int | None
    attempts: int = 0
    function_errors: int = 0
    system_errors: int = 0
    system_since_us: int | None = None


def accepted(now_us: int, delay_s: int) -> Progress:
    """A call that was just answered 202; `delay_s`: what X-Fc-Async-Delay asks for (contract ASYNC-4)."""
    return Progress(TaskState.ENQUEUED, now_us, now_us + delay_s * 1_000_000)


def begun(progress: Progress, policy: Asynchronous, now_us: int) -> Progress:
    """The next delivery begins, unless the call is too old: its age counts until it leaves the queue (ASYNC-7)."""
    if now_us - progress.accepted_us > policy.age_s * 1_000_000:
        # FC discards what was never executed as expired; what failed before has failed.
        return _ended(progress, TaskState.FAILED if progress.attempts else TaskState.EXPIRED)
    return replace(progress, state=TaskState.RUNNING, attempts=progress.attempts + 1)


def after(progress: Progress, outcome: Outcome, policy: Asynchronous, now_us: int) -> Progress:
    """What follows from the outcome of a delivery: the end, or another delivery at a later time."""
    if outcome is Outcome.STOPPED:
        return _ended(progress, TaskState.STOPPED)
    if outcome is Outcome.SUCCESS:
        return _ended(progress, TaskState.SUCCEEDED)
    if outcome is Outcome.FUNCTION_ERROR:
        return _after_function_error(progress, policy, now_us)
    return _after_system_error(progress, now_us)


def _after_function_error(progress: Progress, policy: Asynchronous, now_us: int) -> Progress:
    errors = progress.function_errors + 1
    failed = replace(progress, function_errors=errors, system_errors=0, system_since_us=None)
    if errors > policy.retries:
        return _ended(failed, TaskState.FAILED)
    return replace(failed, state=TaskState.RETRYING, due_us=now_us + _pause_us(errors))


def _after_system_error(progress: Progress, now_us: int) -> Progress:
    errors = progress.system_errors + 1
    since_us = now_us if progress.system_since_us is None else progress.system_since_us
    failed = replace(progress, system_errors=errors, system_since_us=since_us)
    due_us = now_us + _pause_us(errors)
    if due_us - since_us > SYSTEM_RETRIES_US:
        return _ended(failed, TaskState.FAILED)
    return replace(failed, state=TaskState.RETRYING, due_us=due_us)


def _pause_us(errors: int) -> int:
    return FIRST_PAUSE_US << (errors - 1)


def _ended(progress: Progress, state: TaskState) -> Progress:
    return replace(progress, state=state, due_us=None)
