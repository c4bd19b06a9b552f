from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.exchange import Exchange, Interim, View
from gateway.facts import Facts, Ingress, Seed
from gateway.messages import Headers, Request, Response
from gateway.tally import Tally, is_changed, tally

A, B, LOWER_A, A2 = (b"A", b"1"), (b"B", b"1"), (b"a", b"1"), (b"A", b"2")


def exchange(client: View, server: View | None) -> Exchange:
    return Exchange(1, Facts(Seed("1-0-0-0", 0), Ingress.HTTP_CUSTOM, "web"), client, server)


def request_leg(before: Headers, after: Headers) -> Exchange:
    return exchange(View(Request(b"GET", b"/", before)), View(Request(b"GET", b"/", after)))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param((A, B), (A, B), Tally(), id="nothing"),
        pytest.param((A, B), (B, A), Tally(), id="order-alone-is-no-change"),
        pytest.param((A, B), (), Tally(removed=2), id="lines-removed"),
        pytest.param((), (A,), Tally(added=1), id="lines-added"),
        pytest.param((A,), (A2, B), Tally(added=1, changed=1), id="same-name-is-a-change"),
        pytest.param((A,), (LOWER_A,), Tally(changed=1), id="another-spelling-is-a-change"),
        pytest.param((A, A), (A,), Tally(removed=1), id="repeats-count"),
    ],
)
def test_lines_are_counted_by_name(before: Headers, after: Headers, expected: Tally) -> None:
    assert tally(request_leg(before, after)) == expected
    assert is_changed(request_leg(before, after)) == (expected != Tally())


def test_start_lines_count_as_changes_on_both_legs() -> None:
    client = View(Request(b"POST", b"/x"), Response(200, b"OK", (A,)))
    server = View(Request(b"POST", b"/invoke"), Response(400, b"Bad Request", (A, B)))
    assert tally(exchange(client, server)) == Tally(removed=1, changed=2)
    assert is_changed(exchange(client, server))


@pytest.mark.parametrize(
    "server", [pytest.param(None, id="refused"), pytest.param(View(Request(b"GET", b"/")), id="no-answer")]
)
def test_what_one_side_never_saw_counts_nothing(server: View | None) -> None:
    client = View(Request(b"GET", b"/"), Response(400, b"Bad Request", (A, B)))
    assert tally(exchange(client, server)) == Tally()
    assert not is_changed(exchange(client, server))


@pytest.mark.parametrize(
    ("answered", "expected"),
    [pytest.param(True, Tally(removed=2), id="answered"), pytest.param(False, Tally(), id="no-answer")],
)
def test_the_lines_of_interim_answers_were_removed(answered: bool, expected: Tally) -> None:
    view = View(Request(b"GET", b"/"), Response(200) if answered else None)
    early = Interim(Response(103, b"Early Hints", (A,)), 5)
    made = replace(exchange(view, view), interim=(early,))
    assert (tally(made), is_changed(made)) == (expected, answered)
