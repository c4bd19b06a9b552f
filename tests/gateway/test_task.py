"""The published policy, in milliseconds: time is a value. Contract ASYNC-5, ASYNC-7."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config import Asynchronous
from gateway.task import ENDED, SYSTEM_RETRIES_US, Outcome, Progress, TaskState, accepted, after, begun

SECOND = 1_000_000
NOW = 1_738_907_445 * SECOND
POLICY = Asynchronous()


def life(outcomes: list[Outcome], policy: Asynchronous = POLICY) -> tuple[Progress, list[float]]:
    """Deliver at every due time until there are no more outcomes; the progress and the pauses between, in seconds."""
    progress, now, pauses = accepted(NOW, 0), NOW, list[float]()
    for outcome in outcomes:
        assert progress.due_us is not None
        pauses.append((progress.due_us - now) / SECOND)
        now = progress.due_us
        progress = begun(progress, policy, now)
        if progress.state not in ENDED:
            progress = after(progress, outcome, policy, now)
        if progress.state in ENDED:
            break
    return progress, pauses


def test_a_call_is_due_at_once_or_after_its_delay() -> None:
    assert accepted(NOW, 0).due_us == NOW
    assert accepted(NOW, 3600).due_us == NOW + 3600 * SECOND


def test_a_success_ends_it() -> None:
    progress, _ = life([Outcome.SUCCESS])
    assert (progress.state, progress.due_us, progress.attempts) == (TaskState.SUCCEEDED, None, 1)


@pytest.mark.parametrize("retries", [0, 1, 3, 8])
def test_errors_of_the_function_are_retried_as_often_as_the_config_says(retries: int) -> None:
    progress, pauses = life([Outcome.FUNCTION_ERROR] * 20, Asynchronous(retries=retries))
    assert progress.state is TaskState.FAILED
    assert progress.attempts == retries + 1
    assert pauses == [0, *(0.5 * 2**n for n in range(retries))]


@pytest.mark.parametrize("outcome", [Outcome.THROTTLED, Outcome.SYSTEM_ERROR, Outcome.INTERRUPTED])
def test_errors_of_the_system_are_retried_for_five_hours(outcome: Outcome) -> None:
    progress, pauses = life([outcome] * 99)
    assert progress.state is TaskState.FAILED
    assert pauses[1:6] == [0.5, 1, 2, 4, 8]
    assert sum(pauses) <= SYSTEM_RETRIES_US / SECOND < sum(pauses) + 2 * pauses[-1]
    assert progress.function_errors == 0


def test_errors_of_the_system_do_not_use_up_the_functions_retries() -> None:
    outcomes = [Outcome.FUNCTION_ERROR, Outcome.INTERRUPTED, Outcome.THROTTLED, Outcome.FUNCTION_ERROR, Outcome.SUCCESS]
    progress, pauses = life(outcomes, Asynchronous(retries=2))
    assert progress.state is TaskState.SUCCEEDED
    assert pauses == [0, 0.5, 0.5, 1, 1]
    assert progress.system_errors == 0


def test_a_call_that_is_too_old_is_not_delivered() -> None:
    policy = Asynchronous(age_s=60)
    fresh = accepted(NOW, 0)
    assert begun(fresh, policy, NOW + 60 * SECOND).state is TaskState.RUNNING
    late = begun(fresh, policy, NOW + 60 * SECOND + 1)
    assert (late.state, late.due_us, late.attempts) == (TaskState.EXPIRED, None, 0)
    tried = replace(fresh, attempts=1, state=TaskState.RETRYING)
    assert begun(tried, policy, NOW + 61 * SECOND).state is TaskState.FAILED


def test_a_stopped_delivery_is_not_retried() -> None:
    assert life([Outcome.STOPPED])[0].state is TaskState.STOPPED


@given(st.lists(st.sampled_from(Outcome), max_size=60), st.integers(0, 8), st.integers(1, 2_592_000))
def test_every_life_ends_or_is_due_again_later(outcomes: list[Outcome], retries: int, age_s: int) -> None:
    progress, pauses = life(outcomes, Asynchronous(retries=retries, age_s=age_s))
    assert (progress.due_us is None) == (progress.state in ENDED)
    assert all(pause > 0 for pause in pauses[1:])
    assert progress.function_errors <= retries + 1
    assert progress.attempts <= len(outcomes)
