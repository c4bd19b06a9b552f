from __future__ import annotations

import pytest

from addons.delivery import STOPPED
from addons.draft import FAILURE_STATES, Draft
from gateway.changes import Forward, Leg, Part, Reply, Transform
from gateway.exchange import Failure, State
from gateway.facts import Facts, Ingress, Seed
from gateway.messages import Request, Response

REQUEST = Request(b"GET", b"/")
OUT = Transform("req.x", Leg.REQUEST, Part.TARGET, b"/", b"/x")
BACK = Transform("res.x", Leg.RESPONSE, Part.STATUS, b"200 OK", b"201 ")


def draft() -> Draft:
    made = Draft(Facts(Seed("1-0-0-0", 0), Ingress.HTTP_CUSTOM, "web"), 0, REQUEST)
    made.sending = Forward(Request(b"GET", b"/x"), (OUT,))
    return made


def test_the_intent_shows_what_the_server_is_about_to_get() -> None:
    intent = draft().exchange("d", "v")
    assert intent.state is State.OPEN
    assert intent.server is not None
    assert intent.timings.done == -1
    assert intent.transforms == (OUT,)


def test_a_server_that_got_no_byte_has_no_view() -> None:
    made = draft()
    made.answer(Reply(Response(412), (BACK,)), State.SERVER_FAILED)
    ended = made.exchange("d", "v")
    assert ended.server is None
    assert ended.transforms == (BACK,)


def test_both_legs_are_told_in_their_order() -> None:
    made = draft()
    made.server_sent = 5
    made.answer(Reply(Response(201), (BACK,)), State.COMPLETE)
    ended = made.exchange("d", "v")
    assert ended.transforms == (OUT, BACK)
    assert ended.timings.done >= 0


@pytest.mark.parametrize("failure", [pytest.param(each, id=each.value) for each in Failure])
def test_every_failure_has_a_state(failure: Failure) -> None:
    made = draft()
    made.fail(failure, "text")
    assert made.state is FAILURE_STATES[failure] is not State.OPEN


def test_a_call_that_our_own_stop_cut_is_interrupted_and_no_failure_of_the_server() -> None:
    made = draft()
    made.fail(STOPPED.failure, STOPPED.text)
    assert made.state is State.INTERRUPTED
