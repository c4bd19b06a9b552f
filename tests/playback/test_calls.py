"""Which recorded call answers one that the function makes now."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gateway.messages import Response
from playback.calls import Calls
from store.keys import Key
from store.sealing import seal
from tests.playback.egress_calls import live, made
from tests.playback.recorded import NoSecrets, get, post

if TYPE_CHECKING:
    from gateway.exchange import Exchange
    from gateway.messages import Request

JSON = (b"Content-Type", b"application/json")


def calls(*recorded: Exchange) -> Calls:
    found = Calls(NoSecrets())
    found.stock(recorded)
    return found


def numbers(known: Calls, *asked: tuple[Request, tuple[int, ...]]) -> list[int]:
    """Which exchange answers each, 0 for none."""
    found = [known.take(live(request), causes) for request, causes in asked]
    return [one.number if one is not None else 0 for one in found]


def test_the_calls_of_the_exchange_behind_it_come_first() -> None:
    known = calls(made(2, parent=1), made(4, parent=3), made(5, parent=None))
    assert numbers(known, (get(), (3,)), (get(), (1,)), (get(), (3,))) == [4, 2, 5]


def test_the_n_th_same_call_gets_the_n_th_answer_and_then_none() -> None:
    known = calls(made(2), made(3), made(4, get(b"/other")))
    assert numbers(known, *[(get(), (1,))] * 3) == [2, 3, 0]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param(post(b"/a", b'{"a": 1, "b": 2}', JSON), 2, id="exact"),
        pytest.param(post(b"/a", b'{"b":2,"a":1}', JSON), 2, id="same-meaning"),
        pytest.param(post(b"/a", b'{"a": 1, "b": 3}', JSON), 0, id="other-body"),
        pytest.param(post(b"/b", b'{"a": 1, "b": 2}', JSON), 0, id="other-path"),
        pytest.param(get(b"/a"), 0, id="other-method"),
    ],
)
def test_what_makes_two_calls_the_same(asked: Request, found: int) -> None:
    assert numbers(calls(made(2, post(b"/a", b'{"a": 1, "b": 2}', JSON))), (asked, (1,))) == [found]


def test_another_host_is_another_call() -> None:
    assert calls(made(2)).take(live(get(), "https://other.test"), (1,)) is None


def test_what_was_not_used_is_told() -> None:
    known = calls(made(2), made(3, get(b"/b")), made(5, parent=4))
    known.take(live(get()), (1,))
    assert [one.label for one in known.unused(1)] == ["GET https://api.example.test/b"]
    assert known.parent_named("1-parent-4") == 4
    assert known.parent_named("1-nobody") is None


def test_a_websocket_cannot_be_answered_from_its_handshake() -> None:
    assert numbers(calls(made(2, answer=Response(101))), (get(), (1,))) == [0]


def test_the_nearest_recorded_call_is_named() -> None:
    recorded = {one.id: one for one in (made(2, get(b"/price?item=1")), made(3, get(b"/other")))}
    near = calls(*recorded.values()).near(live(get(b"/price?item=2")), recorded.get)
    assert near[0].number == 2
    assert near[0].differences == (("query.item", "1", "2"),)


class Blind(NoSecrets):
    """Another desk: recorded secrets are pseudonyms, and live ones get others."""

    blind = True

    def hidden(self, exchange: Exchange) -> Exchange:
        return seal(exchange, Key(b"\x01" * 32)).exchange


def sealed(exchange: Exchange) -> Exchange:
    return replace(seal(exchange, Key(b"\x02" * 32)).exchange, id=exchange.id)


def test_without_the_key_a_secret_in_the_url_matches_whatever_it_was() -> None:
    known = Calls(Blind())
    known.stock([sealed(made(2, get(b"/a?access_token=sk-live-0123456789abcdef&item=1")))])
    assert numbers(known, (get(b"/b?access_token=of-this-desk-0123456789"), (1,))) == [0]
    assert numbers(known, (get(b"/a?access_token=of-this-desk-0123456789&item=1"), (1,))) == [2]


def test_without_the_key_a_call_without_secrets_must_still_match() -> None:
    known = Calls(Blind())
    known.stock([sealed(made(2, get(b"/a?item=1")))])
    assert numbers(known, (get(b"/a?item=2"), (1,)), (get(b"/a?item=1"), (1,))) == [0, 2]


def test_the_same_call_of_many_exchanges_is_answered_as_often_as_it_was_made() -> None:
    known = calls(*(made(number, parent=None if number % 2 else 1000 + number) for number in range(1, 101)))
    asked = [(get(), (1000 + number,)) for number in range(1, 102)]
    found = numbers(known, *asked)
    assert sorted(found) == list(range(101))
    assert found[1] == 2, "the call of the exchange behind it, not the oldest"
    assert found[-1] == 0


def test_a_secret_is_hidden_also_where_nothing_was_recorded() -> None:
    asked = live(get(b"/a?access_token=sk-live-0123456789abcdef"))
    assert b"sk-live" not in Calls(Blind()).hidden(asked).target
