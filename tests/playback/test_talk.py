"""Conversations are held again with a live server of somebody else's library, and judged message by message."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from websockets.sync.server import serve

from gateway.exchange import Failure, State
from gateway.frames import write_frame
from playback.noise import NoiseRule
from playback.send import Plan, send
from playback.talk import NOT_KEPT
from playback.target import Target
from playback.vault import open_vault
from playback.verdict import Verdict
from store.reader import Reader
from store.recording import open_for_reading
from tests.playback.servers import answer, serving
from tests.store.conversations import CLIENT, SERVER, frame, handshake, record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from websockets.sync.server import ServerConnection

    from gateway.exchange import Exchange
    from playback.verdict import Outcome

FIELDS = ((b"Connection", b"Upgrade"), (b"Sec-WebSocket-Version", b"13"))
TOKEN = b"canarySECRETcanary-of-thirty"


@dataclass
class Told:
    """What the live server heard."""

    messages: list[str | bytes]
    port: int


@contextmanager
def server(behaviour: Callable[[ServerConnection, Told], None]) -> Iterator[Told]:
    told = Told([], 0)
    with serve(lambda connection: behaviour(connection, told), "127.0.0.1", 0, compression=None) as running:
        told.port = running.socket.getsockname()[1]
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield told
        running.shutdown()
        thread.join(10)


def echo(connection: ServerConnection, told: Told) -> None:
    for message in connection:
        told.messages.append(message)
        connection.send(message)


def echo_nothing(connection: ServerConnection, told: Told) -> None:
    told.messages += list(connection)


def cut(connection: ServerConnection) -> None:
    connection.recv(10)
    connection.socket.shutdown(socket.SHUT_RDWR)


def said(content: bytes, opcode: int = 0x81) -> bytes:
    """A client's frame."""
    return write_frame(opcode & 0x0F, content, b"\1\2\3\4")


def opened(*, body: bytes = b"", **changes: Any) -> Exchange:
    """A handshake as the live server answers it; `body`: what the client said, byte for byte."""
    exchange = handshake(1, *FIELDS)
    request, response = exchange.client.request, exchange.client.response
    assert request is not None
    assert response is not None
    heads = (
        (b"Date", b"Sun, 22 Nov 2026 00:00:00 GMT"),
        *((b"Upgrade", b"websocket"), (b"Connection", b"Upgrade")),
        (b"Sec-WebSocket-Accept", b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        (b"Server", _SERVER_NAME),
    )
    view = replace(exchange.client, request=replace(request, body=body), response=replace(response, headers=heads))
    return replace(exchange, client=view, server=view, **changes)


def _server_name() -> bytes:
    from websockets.http11 import SERVER as NAME

    return NAME.encode()


_SERVER_NAME = _server_name()


def again(place: str, port: int, given: dict[bytes, bytes] | None = None, **plan: Any) -> Outcome:
    """Send the one exchange of a recording."""
    recording = open_for_reading(place)
    try:
        reader = Reader(recording)
        vault = open_vault(recording, reader, given or {})
        wanted = Plan(**{"timeout_s": 10.0, **plan})
        sent = asyncio.run(send(reader.exchanges(), Target("127.0.0.1", port, ""), vault, wanted))
    finally:
        recording.close()
    assert sent.stopped == ""
    (outcome,) = sent.outcomes
    return outcome


def found(outcome: Outcome) -> list[tuple[str, str, str | None, str | None]]:
    return [(one.kind.value, one.path, one.recorded, one.now) for one in outcome.findings if one.rank > 0]


TALK = [
    (CLIENT, said(b"hello")),
    (SERVER, frame(b"hello")),
    (CLIENT, said(b"\0\xff", 0x82) + said(b"are you there", 0x89)),
    (SERVER, frame(b"are you there", 0x8A) + frame(b"\0\xff", 0x82)),
    (CLIENT, said(b"\x03\xe8", 0x88)),
    (SERVER, frame(b"\x03\xe8", 0x88)),
]


def test_a_server_that_says_the_same_is_the_same(tmp_path: Path) -> None:
    place = str(tmp_path / "fc.db")
    record(place, opened(), TALK)
    with server(echo) as live:
        outcome = again(place, live.port)
    assert live.messages == ["hello", b"\0\xff"]
    assert (found(outcome), outcome.verdict, outcome.skipped) == ([], Verdict.SAME, "")


def test_two_replays_are_equal(tmp_path: Path) -> None:
    place = str(tmp_path / "fc.db")
    record(place, opened(), TALK)
    with server(lambda connection, _: connection.send("other")) as live:
        assert again(place, live.port, timeout_s=1.0) == again(place, live.port, timeout_s=1.0)


def test_the_very_frames_of_then_are_sent(tmp_path: Path) -> None:
    """Fragments stay fragments: a server that stumbles over them does so again."""
    place = str(tmp_path / "fc.db")
    fragments = b"\x01\x81\1\2\3\4" + bytes([ord("a") ^ 1]) + b"\x80\x81\1\2\3\4" + bytes([ord("b") ^ 1])
    record(place, opened(body=fragments), [(CLIENT, fragments), (SERVER, frame(b"2 pieces"))])

    def count(connection: ServerConnection, told: Told) -> None:
        told.messages += list(connection.recv_streaming())
        connection.send(f"{len(told.messages)} pieces")

    with server(count) as live:
        assert again(place, live.port).verdict is Verdict.SAME
    assert live.messages == ["a", "b"]


def test_each_message_is_compared_by_what_it_says(tmp_path: Path) -> None:
    place = str(tmp_path / "fc.db")
    record(
        place,
        opened(),
        [
            (CLIENT, said(b"go")),
            (SERVER, frame(b'{"a": 1, "b": [1, 2]}') + frame(b'{"id": "x"}') + frame(b"text") + frame(b"\0", 0x82)),
            (SERVER, frame(b"\x03\xe8", 0x88)),
        ],
    )

    def speak(connection: ServerConnection, told: Told) -> None:
        told.messages.append(connection.recv(10))
        for message in ('{"b":[1,2],"a":1}', '{"id": "y"}', b"text", b"\0"):
            connection.send(message)
        connection.close(4000, "enough")

    with server(speak) as live:
        outcome = again(place, live.port)
    assert found(outcome) == [
        ("value", "messages[1].id", "x", "y"),
        ("type", "messages[2]", "text", "4 bytes"),
        ("value", "messages[4]", "1000", "4000 enough"),
    ]
    assert outcome.verdict is Verdict.DIFFERENT


def test_accepted_noise_forgives(tmp_path: Path) -> None:
    place = str(tmp_path / "fc.db")
    talk = [(CLIENT, said(b"go"))]
    talk += [(SERVER, frame(b'{"at": %d}' % (1_700_000_000 + n))) for n in range(3)]
    record(place, opened(), talk)

    def clock(connection: ServerConnection, _: Told) -> None:
        connection.recv(10)
        for n in range(3):
            connection.send(json.dumps({"at": 1_800_000_000 + n}))

    rule = NoiseRule("clock", "messages[].at", "epoch-s")
    with server(clock) as live:
        assert again(place, live.port).verdict is Verdict.DIFFERENT
        outcome = again(place, live.port, noise=(rule,))
    assert outcome.verdict is Verdict.SAME
    assert {one.rule for one in outcome.findings if one.path.startswith("messages")} == {"clock"}


@pytest.mark.parametrize(
    ("behaviour", "kind", "note"),
    [
        pytest.param(lambda connection, _: connection.close(), "type", "was text, is close", id="closes"),
        pytest.param(echo_nothing, "removed", "within 0.5 s", id="silent"),
        pytest.param(lambda connection, _: cut(connection), "removed", "the server", id="dies"),
    ],
)
def test_a_message_that_does_not_come_is_told(tmp_path: Path, behaviour: Any, kind: str, note: str) -> None:
    place = str(tmp_path / "fc.db")
    record(place, opened(), [(CLIENT, said(b"go")), (SERVER, frame(b"one")), (CLIENT, said(b"next"))])
    with server(behaviour) as live:
        outcome = again(place, live.port, timeout_s=0.5)
    assert outcome.verdict is Verdict.DIFFERENT
    (told,) = (one for one in outcome.findings if one.path == "messages[0]")
    assert told.kind.value == kind
    assert note in told.note


def test_the_client_waits_for_what_it_had_heard(tmp_path: Path) -> None:
    """It says the second thing only after the answer to the first, as it did then."""
    place = str(tmp_path / "fc.db")
    record(
        place, opened(), [(CLIENT, said(b"one")), (SERVER, frame(b"1")), (CLIENT, said(b"two")), (SERVER, frame(b"2"))]
    )

    def strict(connection: ServerConnection, told: Told) -> None:
        told.messages.append(connection.recv(10))
        with pytest.raises(TimeoutError):
            connection.recv(0.2)
        connection.send("1")
        told.messages.append(connection.recv(10))
        connection.send("2")

    with server(strict) as live:
        outcome = again(place, live.port)
    assert (found(outcome), live.messages) == ([], ["one", "two"])


def test_pings_of_now_are_answered(tmp_path: Path) -> None:
    place = str(tmp_path / "fc.db")
    record(place, opened(), [(CLIENT, said(b"go")), (SERVER, frame(b"alive"))])

    def ping(connection: ServerConnection, _: Told) -> None:
        connection.recv(10)
        connection.send("alive" if connection.ping("now").wait(10) else "dead")

    with server(ping) as live:
        assert found(again(place, live.port)) == []


def test_a_handshake_that_is_refused_now_is_another_status(tmp_path: Path) -> None:
    place = str(tmp_path / "fc.db")
    record(place, opened(), TALK)
    with serving(lambda _: answer(b"no", status=b"403 Forbidden")) as refusing:
        outcome = again(place, refusing.port)
    assert ("status", "status", "101", "403") in found(outcome)


def test_a_conversation_that_the_client_left_is_replayed_too(tmp_path: Path) -> None:
    place = str(tmp_path / "fc.db")
    exchange = opened(state=State.CANCELLED, failure=Failure.CLIENT_GONE)
    record(place, exchange, TALK[:2])
    with server(echo) as live:
        outcome = again(place, live.port)
    assert (outcome.verdict, outcome.skipped, found(outcome)) == (Verdict.SAME, "", [])


def test_secrets_go_out_and_stay_hidden_in_what_is_told(tmp_path: Path) -> None:
    place = str(tmp_path / "fc.db")
    secret = b'{"password": "' + TOKEN + b'"}'
    record(place, opened(), [(CLIENT, said(secret)), (SERVER, frame(secret))], seal="on")

    def twist(connection: ServerConnection, told: Told) -> None:
        told.messages.append(connection.recv(10))
        connection.send(json.dumps({"password": TOKEN.decode(), "more": TOKEN.decode() + "!"}))

    with server(twist) as live:
        outcome = again(place, live.port)
    assert live.messages == [secret.decode()]
    assert TOKEN.decode() not in repr(outcome)
    assert [(kind, path) for kind, path, *_ in found(outcome)] == [("added", "messages[0].more")]


def test_without_the_key_a_given_value_is_said_and_the_rest_is_not_held(tmp_path: Path) -> None:
    place = str(tmp_path / "fc.db")
    secret = b'{"password": "' + TOKEN + b'"}'
    record(place, opened(), [(CLIENT, said(secret)), (SERVER, frame(secret))], seal="on")
    (tmp_path / "fc.db.key").unlink()
    recording = open_for_reading(place)
    (first, _) = Reader(recording).messages(1)
    recording.close()
    assert isinstance(first.content, bytes)
    tag = json.loads(first.content)["password"].rstrip("*").encode()
    with server(echo) as live:
        outcome = again(place, live.port, {tag: TOKEN})
        assert live.messages == [secret.decode()]
        assert outcome.verdict is Verdict.SAME


def test_an_older_recording_says_why_it_is_skipped(tmp_path: Path) -> None:
    place = str(tmp_path / "fc.db")
    record(place, opened(body=said(b"hello")), [])
    with server(echo) as live:
        assert again(place, live.port).skipped == NOT_KEPT


def test_what_cannot_be_said_again_is_told(tmp_path: Path) -> None:
    place = str(tmp_path / "fc.db")
    record(place, opened(), [(CLIENT, b"\xc1\x83\0\0\0\0abc"), (CLIENT, said(b"after"))])
    with server(echo) as live:
        outcome = again(place, live.port)
    assert [one.note for one in outcome.findings if one.path == "messages"] == [
        "message 1 was not recorded in a form that can be sent"
    ]
    assert live.messages == []
