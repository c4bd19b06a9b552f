"""The words of `is:` and `mode:` mean what docs/audit.md says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.changes import Leg, Part, Transform
from gateway.exchange import Exchange, Failure, State, View
from gateway.facts import Facts, Ingress, InvocationType, Seed
from gateway.messages import Request, Response
from gateway.traits import MODES, TRAITS, modes, traits, unclaimed

ASKED = Request(b"GET", b"/", ((b"Host", b"h"), (b"A", b"1")))
SAID = Response(200, b"OK", ((b"B", b"2"),))
DISCARD = Transform("res.limit.headers", Leg.RESPONSE, Part.MESSAGE, None, None)


def call(
    client: View = View(ASKED, SAID),  # noqa: B008 - frozen
    server: View | None = View(ASKED, SAID),  # noqa: B008 - frozen
    **more: object,
) -> Exchange:
    facts = Facts(Seed("1-0-0", 1), Ingress.HTTP_CUSTOM, "web")
    plain = Exchange(id=1, facts=facts, client=client, server=server, state=State.COMPLETE)
    return replace(plain, **more)  # type: ignore[arg-type] # fields by name


REFUSED = View(ASKED, Response(400))
CASES = [
    pytest.param(call(), ("passed",), id="untouched"),
    pytest.param(
        call(server=View(replace(ASKED, headers=((b"Host", b"h"),)), SAID)),
        ("passed", "changed", "unexplained"),
        id="a-line-that-nobody-took",
    ),
    pytest.param(
        call(server=View(replace(ASKED, headers=ASKED.headers[::-1]), SAID)), ("passed",), id="another-order-alone"
    ),
    pytest.param(
        call(View(ASKED, Response(502)), error_code="BadResponse", transforms=(DISCARD,)),
        ("changed", "differs", "rejected"),
        id="discarded",
    ),
    pytest.param(call(REFUSED, None, state=State.REFUSED, error_code="InvalidArgument"), ("rejected",), id="refused"),
    pytest.param(call(REFUSED, None, error_code="InvalidArgument"), ("rejected",), id="answered-with-an-error"),
    pytest.param(call(View(ASKED, Response(204)), None), (), id="answered-by-the-gateway"),
    pytest.param(call(REFUSED, None, failure=Failure.BUSY, state=State.REFUSED), ("rejected",), id="no-slot-was-free"),
    pytest.param(
        call(View(ASKED, Response(502)), View(ASKED), failure=Failure.CLOSED, state=State.SERVER_FAILED),
        ("failed",),
        id="the-server-closed",
    ),
    pytest.param(call(View(ASKED), View(ASKED), state=State.CANCELLED), ("failed",), id="the-client-left"),
    pytest.param(call(View(ASKED), None, state=State.OPEN), (), id="under-way"),
    pytest.param(call(View(ASKED), parent_id=7), ("passed", "delivery"), id="delivery"),
]


@pytest.mark.parametrize(("exchange", "expected"), CASES)
def test_what_happened(exchange: Exchange, expected: tuple[str, ...]) -> None:
    found = traits(replace(exchange, transforms=exchange.transforms))
    # What no rule of these invented calls claims is not what this test is about, but where it says so.
    assert tuple(word for word in found if word != "unexplained" or word in expected) == expected


WAYS = [
    pytest.param(Ingress.HTTP_DEFAULT, InvocationType.SYNC, ("http", "default", "sync"), id="default-domain"),
    pytest.param(Ingress.HTTP_CUSTOM, InvocationType.ASYNC, ("http", "domain", "async"), id="custom-domain"),
    pytest.param(Ingress.API, InvocationType.SYNC, ("api", "sync"), id="api"),
    pytest.param(Ingress.EGRESS, InvocationType.SYNC, ("egress", "sync"), id="the-function-s-own"),
]


@pytest.mark.parametrize(("ingress", "kind", "expected"), WAYS)
def test_how_it_came_in(ingress: Ingress, kind: InvocationType, expected: tuple[str, ...]) -> None:
    made = call()
    assert modes(replace(made, facts=replace(made.facts, ingress=ingress, invocation_type=kind))) == expected


def test_a_delivery_is_asynchronous_whatever_it_says() -> None:
    assert "async" in modes(call(parent_id=3))


def test_advice_is_told() -> None:
    from gateway.changes import Advice

    assert "advised" in traits(call(advice=(Advice("r", Leg.REQUEST, "t"),)))


def test_a_body_that_differs_is_unexplained() -> None:
    odd = call(server=View(replace(ASKED, body=b"x"), SAID))
    assert [each.part for each in unclaimed(odd)] == [Part.BODY]


def test_the_words_are_plain() -> None:
    assert all(word.isalpha() and word.islower() for word in (*TRAITS, *MODES))
