"""Values that nobody here can open are counted as long as they were."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gateway.config import Config
from gateway.rules.sizes import fields_size
from playback.check import check
from playback.exported import Export
from playback.stand_ins import GROWTH, StandIns
from playback.vault import Keyless, open_vault
from playback.verdict import Verdict
from store.reader import Reader
from store.recording import open_for_reading
from tests.playback.recorded import get, keep, ok, record

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.exchange import Exchange
    from gateway.messages import Request, Response
    from playback.verdict import Outcome

    type Call = tuple[Request, Callable[[Request], Response]]

TAG = b"secret:0123456789ab"
SECRETS = [pytest.param(b"s3cr3t", id="short"), pytest.param(b"S" * 90, id="long")]


def padded[M: (Request, Response)](message: M, size: int) -> M:
    """The message with a field that makes all its names and values as many bytes."""
    room = size - fields_size(message) - len(b"X-Pad")
    return replace(message, headers=(*message.headers, (b"X-Pad", b"p" * room)))


def request_headers(secret: bytes, over: int) -> Call:
    return padded(get(b"/", (b"Authorization", b"Bearer " + secret)), 8192 + over), lambda _: ok()


def path(secret: bytes, over: int) -> Call:
    start = b"/?token=" + secret + b"&pad="
    return get(start + b"p" * (4096 + over - len(start))), lambda _: ok()


def response_headers(secret: bytes, over: int) -> Call:
    answer = padded(ok(b"x", (b"Set-Cookie", b"sid=" + secret + b"; Path=/")), 8192 + over)
    return get(b"/"), lambda _: answer


def checked(place: str) -> Outcome:
    recording = open_for_reading(place)
    reader = Reader(recording)
    (exchange,) = reader.exchanges()
    outcome = check(exchange, Config(), open_vault(recording, reader, {}))
    recording.close()
    return outcome


@pytest.mark.parametrize("over", [pytest.param(0, id="at the limit"), pytest.param(1, id="over it")])
@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("call", [request_headers, path, response_headers])
@pytest.mark.parametrize("seal", ["on", "discard"])
def test_a_limit_judges_the_same_without_the_key(
    call: Callable[[bytes, int], Call], secret: bytes, over: int, seal: str, tmp_path: Path
) -> None:
    exchanges = record([call(secret, over)])
    assert bool(exchanges[0].error_code) is bool(over)
    place = keep(str(tmp_path / "fc.db"), exchanges, seal=seal)
    assert secret not in Path(place).read_bytes()
    before = checked(place)
    Path(f"{place}.key").unlink()
    assert checked(place) == before
    assert (before.verdict, before.findings) == (Verdict.SAME, ())


def recorded() -> Exchange:
    (exchange,) = record([(get(b"/?token=" + TAG, (b"Authorization", b"Bearer " + TAG)), lambda _: ok())])
    return exchange


@pytest.mark.parametrize("length", [0, 1, 2, 3, 14, 15, 18, 20, 400])
def test_what_stands_in_is_as_long_as_the_value(length: int) -> None:
    exchange = recorded()
    stand_ins = StandIns([(TAG, length)])
    put = stand_ins.put(exchange)
    assert put.client.request
    assert exchange.client.request
    assert len(put.client.request.target) == len(b"/?token=") + length
    assert fields_size(put.client.request) == fields_size(exchange.client.request) - len(TAG) + length
    if length > len(TAG):
        assert stand_ins.taken(put) == exchange


def test_a_strangers_lengths_cost_no_memory() -> None:
    exchange = recorded()
    assert StandIns([(TAG, 10**15)]).put(exchange) == exchange
    assert StandIns([(TAG, -1)]).put(exchange) == exchange
    grown = StandIns([(TAG, GROWTH // 2)]).put(exchange)
    assert len(repr(grown)) < GROWTH + 100_000


def test_without_lengths_an_exchange_stays_what_it_is() -> None:
    exchange = recorded()
    assert StandIns([]).put(exchange) is exchange
    assert StandIns([]).taken(exchange) is exchange


@pytest.mark.parametrize("secret", SECRETS)
def test_a_bundle_is_judged_like_its_recording(secret: bytes, tmp_path: Path) -> None:
    place = keep(str(tmp_path / "fc.db"), record([request_headers(secret, 0), path(secret, 1)]))
    recording = open_for_reading(place)
    reader = Reader(recording)
    export = Export(open_vault(recording, reader, {}), b"", tmp_path)
    left = list(export.exchanges(reader.exchanges()))
    assert all(exchange.sealed_lengths for exchange in left)
    foreign = Keyless(reader, {})
    assert [check(exchange, Config(), foreign).findings for exchange in left] == [(), ()]
    export.close()
    recording.close()
