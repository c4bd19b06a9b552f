"""Results with gaps, filled for another call."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway import core
from gateway.changes import Forward
from gateway.config import Config
from gateway.gaps import GappedForward, GappedReply, bodyless, unread
from gateway.messages import get
from gateway.survey import survey
from tests.gateway import cases
from tests.gateway.walker import ARRIVED_US, OK, SEED

FACTS = replace(survey(cases.get(), SEED, Config()), answered_us=ARRIVED_US)


def test_a_request_is_filled_with_the_id_and_the_body_of_the_call() -> None:
    told = core.on_request(cases.get(), unread(FACTS), Config())
    assert isinstance(told, Forward)
    filled = GappedForward(told).filled(b"body", FACTS)
    assert get(filled.request.headers, b"x-fc-request-id") == SEED.request_id.encode()
    assert filled.request.body == b"body"
    assert filled.transforms == core.on_request(cases.get(), FACTS, Config()).transforms


def test_a_reply_is_filled_with_id_and_moment() -> None:
    told = core.on_response(bodyless(OK), cases.get(), unread(FACTS), Config())
    assert GappedReply(told).filled(OK.body, FACTS) == core.on_response(OK, cases.get(), FACTS, Config())


def test_a_rule_cannot_look_at_what_changes_otherwise() -> None:
    facts = unread(replace(FACTS, log_tail=b"x"))
    for changing in (facts.duration_us, facts.seed.arrived_us, facts.log_tail, bodyless(OK).body):
        with pytest.raises(TypeError):
            len(changing)  # type: ignore[arg-type] # the very point
        with pytest.raises(TypeError):
            _ = changing > 0  # type: ignore[operator] # the very point
    assert unread(FACTS).log_tail is None
