"""How exchanges end is recorded in these words."""

from __future__ import annotations

from dataclasses import replace

from gateway.exchange import Exchange, Failure, State, Timings, View
from gateway.facts import Facts, Ingress, Seed
from gateway.messages import Request
from gateway.rules import FAILURE_RULES

FACTS = Facts(Seed("1-x", 5), Ingress.EGRESS, "web", origin="https://api.example.test:8443")
EGRESS = Exchange(7, FACTS, View(Request(b"GET", b"/a?b")), parent_id=3)


def test_the_recorded_words() -> None:
    assert [one.value for one in State] == [
        "open", "complete", "refused", "server-failed", "timed-out", "cancelled", "interrupted",
    ]  # fmt: skip
    assert [one.value for one in Failure] == [
        "not-listening", "closed", "malformed-answer", "timed-out", "client-gone", "malformed-request", "store", "busy",
        "exited", "file-missing", "exited-at-start", "not-started", "initializer",
    ]  # fmt: skip


def test_every_failure_has_a_rule() -> None:
    assert set(FAILURE_RULES) == set(Failure)


def test_nothing_is_known_of_what_was_not_reached() -> None:
    assert View() == View(None, None)
    assert Timings().done == -1


def test_a_call_of_the_functions_own_is_no_delivery_although_it_has_a_parent() -> None:
    assert EGRESS.is_egress
    assert not EGRESS.is_delivery
    delivery = replace(EGRESS, facts=replace(FACTS, ingress=Ingress.API, origin=""))
    assert delivery.is_delivery
    assert not replace(delivery, parent_id=None).is_delivery


def test_lists_show_the_whole_url_of_a_call_of_the_functions_own() -> None:
    assert EGRESS.address == b"https://api.example.test:8443/a?b"
    assert replace(EGRESS, facts=replace(FACTS, origin="")).address == b"/a?b"
    assert replace(EGRESS, client=View()).address == b""
