"""Whose call it is: named by an id, alone at that moment, or not to be told."""

from __future__ import annotations

import pytest

from addons import causes
from addons.causes import Cause, Causes, trace_id
from gateway.facts import Link

ONE, TWO = Cause(1, "1-a", "web"), Cause(2, "1-b", "web")
TRACE = b"00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"


def test_a_lone_call_under_way_is_the_cause_by_time() -> None:
    known = Causes()
    assert known.behind(()) == (None, Link.NONE)
    known.begin(ONE, ())
    assert known.behind(()) == (ONE, Link.TIME)
    known.begin(TWO, ())
    assert known.behind(()) == (None, Link.NONE)
    known.end(ONE.id)
    assert known.behind(()) == (TWO, Link.TIME)
    known.end(TWO.id)
    known.end(TWO.id)
    assert known.behind(()) == (None, Link.NONE)


def test_an_id_that_was_passed_on_names_the_call_also_after_its_end() -> None:
    known = Causes()
    known.begin(ONE, ((b"Traceparent", TRACE),))
    known.end(ONE.id)
    known.begin(TWO, ())
    assert known.behind(((b"X-Fc-Request-Id", b"1-a"),)) == (ONE, Link.REQUEST_ID)
    child = TRACE.lower().replace(b"b7ad6b7169203331", b"00f067aa0ba902b7")
    assert known.behind(((b"traceparent", child),)) == (ONE, Link.TRACEPARENT)
    assert known.behind(((b"x-fc-request-id", b"1-unknown"),)) == (TWO, Link.TIME)


def test_the_attempts_of_a_delivery_share_an_id_and_the_newest_counts() -> None:
    known = Causes()
    known.begin(ONE, ())
    again = Cause(5, ONE.request_id, "web")
    known.begin(again, ())
    assert known.behind(((b"x-fc-request-id", b"1-a"),))[0] is again


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(causes, "REMEMBERED", 2)
    known = Causes()
    for number in range(1, 4):
        known.begin(Cause(number, f"1-{number}", "web"), ())
        known.end(number)
    assert known.behind(((b"x-fc-request-id", b"1-1"),)) == (None, Link.NONE)
    assert known.behind(((b"x-fc-request-id", b"1-3"),))[1] is Link.REQUEST_ID


@pytest.mark.parametrize("value", [b"", b"00", b"garbage"], ids=["none", "short", "garbage"])
def test_what_is_no_traceparent_names_nothing(value: bytes) -> None:
    assert trace_id(((b"traceparent", value),)) in {b"", value[3:35]}
    assert Causes().behind(((b"traceparent", value),)) == (None, Link.NONE)
