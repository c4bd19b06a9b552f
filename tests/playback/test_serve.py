"""A recording answers a client as the gateway did, without any server."""

from __future__ import annotations

import asyncio
import hashlib
import json
import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gateway.exchange import Exchange, Failure, Piece, State
from gateway.messages import BodyRef, Request, Response
from playback import sides
from playback.client import Client
from playback.send import Plan, send
from playback.serve import Served, Stand, listening
from playback.shelf import End, Shelf, Tier
from playback.target import Target
from playback.vault import open_vault
from playback.verdict import Verdict
from store.reader import Reader
from store.recording import open_for_reading
from tests.playback.recorded import NoSecrets, get, keep, ok, post, record
from wire.pool import Pool

if TYPE_CHECKING:
    from pathlib import Path

    from playback.findings import Kind

JSON = (b"Content-Type", b"application/json")


class Visit:
    """What a client got, and what the stand told."""

    def __init__(self) -> None:
        self.answers: list[Response | Failure] = []
        self.told: list[Served] = []
        self.unused: list[int] = []
        self.misses = 0


def ask(place: str, *requests: Request, **options: object) -> Visit:
    """Serve the recording and ask these requests, one after the other."""
    found = Visit()

    async def play() -> None:
        recording = open_for_reading(place)
        reader = Reader(recording)
        stand = Stand(reader, open_vault(recording, reader, {}), found.told.append, **options)  # type: ignore[arg-type]
        stand.stock(reader.exchanges(), lambda _: False)
        pool = Pool()
        async with listening(stand, "127.0.0.1", 0) as port:
            client = Client(("127.0.0.1", port), NoSecrets().body_pieces, pool, 20)
            for request in requests:
                found.answers.append(await client.ask(request))
            pool.close_all()
        found.unused = [entry.number for entry in stand.shelf.entries() if not entry.uses]
        found.misses = stand.misses
        recording.close()

    asyncio.run(play())
    return found


@pytest.fixture
def place(tmp_path: Path) -> str:
    counter = iter(range(9))
    calls = [
        (get(b"/hello?b=1&a=2"), lambda _: ok(b"hello", (b"Set-Cookie", b"a=1"), (b"Set-Cookie", b"b=2"))),
        (post(b"/echo", b'{"x": 1}', JSON), lambda _: ok(b"echo", status=201)),
        *((get(b"/count"), lambda _: ok(b"%d" % next(counter))) for _ in range(2)),
        (get(b"/dead"), lambda _: Failure.CLOSED),
        (get(b"/head", method=b"HEAD"), lambda _: replace(ok(b""), headers=((b"Content-Length", b"99"),))),
    ]
    return keep(str(tmp_path / "fc.db"), record(calls), seal="off")  # type: ignore[arg-type]


def test_the_client_gets_what_it_got_then_byte_for_byte(place: str, tmp_path: Path) -> None:
    recording = open_for_reading(place)
    exchanges = list(Reader(recording).exchanges())
    recording.close()
    requests = [exchange.client.request for exchange in exchanges]
    found = ask(place, *[request for request in requests if request])
    assert found.answers == [exchange.client.response for exchange in exchanges]
    assert [(one.number, one.tier) for one in found.told] == [(number, Tier.EXACT) for number in range(1, 7)]
    assert (found.unused, found.misses) == ([], 0)


def test_a_request_of_the_same_meaning_is_answered(place: str) -> None:
    found = ask(place, get(b"/hello?a=2&b=1"), post(b"/echo", b'{"x":1.0}', JSON))
    assert [one.tier for one in found.told] == [Tier.CANONICAL, Tier.CANONICAL]
    assert [one.number for one in found.told] == [1, 2]


def test_exact_matching_misses_it(place: str) -> None:
    found = ask(place, get(b"/hello?a=2&b=1"), shelf=Shelf(strict_tier=True))
    assert found.misses == 1


def test_ignored_parts_may_differ(place: str) -> None:
    found = ask(place, get(b"/hello?a=2&b=7"), shelf=Shelf(ignoring=True), ignored=("query.b",))
    assert [(one.number, one.tier) for one in found.told] == [(1, Tier.VOLATILE)]


@pytest.mark.parametrize(
    ("end", "bodies"), [(End.FAIL, [b"0", b"1", None]), (End.LAST, [b"0", b"1", b"1"]), (End.CYCLE, [b"0", b"1", b"0"])]
)
def test_the_nth_repeat_gets_the_nth_answer(place: str, end: End, bodies: list[bytes | None]) -> None:
    found = ask(place, *[get(b"/count")] * 3, shelf=Shelf(end))
    got = [answer.body if isinstance(answer, Response) and answer.status == 200 else None for answer in found.answers]
    assert got == bodies
    assert found.told[2].exhausted is (end is End.FAIL)


def test_a_miss_says_at_once_which_were_nearest_and_why(place: str) -> None:
    found = ask(place, get(b"/hello?b=1&a=3"))
    (answer,) = found.answers
    assert isinstance(answer, Response)
    assert (answer.status, answer.reason) == (404, b"Not Recorded")
    assert isinstance(answer.body, bytes)
    told = json.loads(answer.body)
    assert (told["Code"], told["Message"]) == ("NotRecorded", "GET /hello?b=1&a=3: it was not recorded")
    assert len(told["nearest"]) == 3
    assert told["nearest"][0] == {
        "exchange": 1,
        "request": "GET /hello",
        "differs": [{"part": "query.a", "recorded": "2", "now": "3"}],
        "would_match_with": "--ignore query.a",
    }
    assert found.misses == 1
    assert found.unused == [1, 2, 3, 4, 5, 6]


def test_the_servers_part_can_be_played_too(place: str) -> None:
    found = ask(place, get(b"/count", (b"x-fc-request-id", b"other")), side=sides.SERVER)
    (answer,) = found.answers
    assert isinstance(answer, Response)
    assert answer.headers == ((b"Content-Length", b"1"),)
    assert 5 not in found.unused


def streamed(pauses_us: tuple[int, ...]) -> Exchange:
    fields = ((b"Content-Type", b"text/event-stream"), (b"Transfer-Encoding", b"chunked"))
    response = Response(200, b"OK", fields, b"onetwothree", trailers=((b"X-End", b"1"),))
    (exchange,) = record([(get(b"/events"), lambda _: response)])
    pieces = tuple(Piece(end, at) for end, at in zip((3, 6, 11), pauses_us, strict=True))
    return replace(exchange, pieces=pieces, client=replace(exchange.client, response=response))


@pytest.mark.parametrize("rhythm", [False, True])
def test_a_streamed_answer_comes_whole_with_and_without_its_rhythm(tmp_path: Path, rhythm: bool) -> None:
    place = keep(str(tmp_path / "fc.db"), [streamed((5, 2_000, 4_000))])
    (answer,) = ask(place, get(b"/events"), rhythm=rhythm).answers
    assert isinstance(answer, Response)
    assert (answer.body, answer.trailers) == (b"onetwothree", ((b"X-End", b"1"),))


def raw_answer(place: str, rhythm: bool, head: bytes) -> bytes:
    """The bytes that a plain socket receives."""

    async def play() -> bytes:
        recording = open_for_reading(place)
        reader = Reader(recording)
        stand = Stand(reader, NoSecrets(), lambda _: None, rhythm=rhythm)
        stand.stock(reader.exchanges(), lambda _: False)
        async with listening(stand, "127.0.0.1", 0) as port:
            stream, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head)
            got = await asyncio.wait_for(stream.read(), 20)
            writer.close()
        recording.close()
        return got

    return asyncio.run(play())


def test_the_rhythm_keeps_the_recorded_pieces(tmp_path: Path) -> None:
    place = keep(str(tmp_path / "fc.db"), [streamed((5, 30_000, 60_000))])
    got = raw_answer(place, True, b"GET /events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert got.endswith(b"\r\n\r\n3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n0\r\nX-End: 1\r\n\r\n")


def test_what_is_no_request_is_refused_and_counted(place: str) -> None:
    got = raw_answer(place, False, b"nonsense\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 400 ")
    assert b'"Code": "BadRequest"' in got


def test_a_large_recorded_body_is_streamed(tmp_path: Path) -> None:
    body = b"large" * 200_000
    spooled = BodyRef(hashlib.sha256(body).digest(), len(body))
    (exchange,) = record([(get(b"/large"), lambda _: replace(ok(body), body=spooled))])
    place = keep(str(tmp_path / "fc.db"), [exchange], bodies=[body])
    (answer,) = ask(place, get(b"/large")).answers
    assert isinstance(answer, Response)
    assert answer.body == body


def test_what_had_no_answer_is_not_on_the_shelf(tmp_path: Path) -> None:
    (exchange,) = record([(get(b"/gone"), lambda _: ok())])
    gone = replace(
        exchange,
        client=replace(exchange.client, response=None),
        failure=Failure.CLIENT_GONE,
        state=State.CANCELLED,
    )
    found = ask(keep(str(tmp_path / "fc.db"), [gone]), get(b"/gone"))
    assert (found.misses, found.unused) == (1, [])


def test_reusable_ones_answer_any_number_of_times(place: str) -> None:
    recording = open_for_reading(place)
    reader = Reader(recording)
    stand = Stand(reader, NoSecrets(), lambda _: None)
    stand.stock(reader.exchanges(), lambda exchange: exchange.id == 1)
    assert [entry.number for entry in stand.shelf.entries() if entry.reusable] == [1]
    recording.close()


def test_a_recording_served_to_a_replay_of_itself_is_the_same(place: str) -> None:
    """`serve` and `send --as-client` are each other's mirror."""

    async def play() -> list[tuple[Verdict, set[Kind]]]:
        recording = open_for_reading(place)
        reader = Reader(recording)
        stand = Stand(reader, NoSecrets(), lambda _: None)
        stand.stock(reader.exchanges(), lambda _: False)
        async with listening(stand, "127.0.0.1", 0) as port:
            target = Target("127.0.0.1", port, "")
            sent = await send(reader.exchanges(), target, NoSecrets(), Plan(sides.CLIENT))
        recording.close()
        return [(one.verdict, {finding.kind for finding in one.findings}) for one in sent.outcomes]

    assert asyncio.run(play()) == [(Verdict.SAME, set())] * 6


def test_a_taken_port_is_said(place: str) -> None:
    async def play(port: int) -> None:
        async with listening(Stand(None, NoSecrets(), lambda _: None), "127.0.0.1", port):  # type: ignore[arg-type]
            pass

    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        asyncio.run(play(taken.getsockname()[1]))


def test_no_secret_is_told_of_a_miss(tmp_path: Path) -> None:
    body = b'{"password": "canaryRECORDED", "page": 1}'
    place = keep(str(tmp_path / "fc.db"), record([(post(b"/login", body, JSON), lambda _: ok())]))
    asked = post(b"/login?token=canaryTOKEN", body.replace(b"RECORDED", b"ASKED"), JSON)
    found = ask(place, asked, post(b"/login", body, JSON))
    assert [one.number for one in found.told] == [0, 1]
    assert [name for name, _, _ in found.told[0].near[0].differences] == ["body.password", "query.token"]
    assert "canary" not in str(found.told)
    assert "canary" not in str(found.answers[0])
