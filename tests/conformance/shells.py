"""Who plays a case: a plain client (the fc mode), one inside TLS, one with HTTP/2 (mitmproxy's own stack).

Must not know: what is expected. Read next: judge.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.conformance.script import NEXT_PIECE, Wire, raw, request_of
from tests.live.h2client import H2Client
from tests.live.rawclient import RawClient

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.messages import Headers
    from tests.conformance.cases import Ask
    from tests.live.messages import Head, Message
    from tests.live.pool import Stage


@dataclass(frozen=True, slots=True)
class Played:
    """What the client sent and got. `head` is there even when the answer was cut; `after`: what came later.

    `exact`: the bytes are those of HTTP/1.1, so that views can be compared byte by byte.
    """

    wire: Wire
    status: int = 0
    headers: Headers = ()
    answer: Message | None = None
    body: bytes = b""
    cut: bool = False
    interim: tuple[int, ...] = ()
    ended: bool = False
    exact: bool = True


def play(shell: str, stage: Stage, ask: Ask) -> Played:
    """Play a case's request through one of the shells."""
    return SHELLS[shell](stage, ask)


def play_plain(stage: Stage, ask: Ask) -> Played:
    """HTTP/1.1 on a plain connection."""
    with RawClient(stage.proxy.port) as client:
        return _play(client, stage, ask)


def play_tls(stage: Stage, ask: Ask) -> Played:
    """HTTP/1.1 inside TLS."""
    with RawClient(stage.proxy.port, tls=True) as client:
        return _play(client, stage, ask)


def _play(client: RawClient, stage: Stage, ask: Ask) -> Played:
    if not ask.leaves:
        return play_on(client, ask, lambda: stage.server.release(NEXT_PIECE))
    wire = request_of(ask)
    client.send_what_is_taken(wire.head + wire.body)
    stage.server.wait_for(1)
    client.vanish()
    return Played(wire)


def play_on(client: RawClient, ask: Ask, has_first: Callable[[], None]) -> Played:
    """Play a request on a connection. `has_first`: told once the first piece of a stream is here."""
    wire = request_of(ask)
    waits = any(line.lower().startswith("expect:") for line in ask.headers)
    client.send_what_is_taken(wire.head if waits else wire.head + wire.body)
    interim: list[int] = []
    head = client.head()
    while _status(head) < 200:
        interim.append(_status(head))
        client.send_what_is_taken(wire.body)
        head = client.head()
    played = Played(wire, _status(head), head.headers, interim=tuple(interim))
    first = b""
    if ask.first:
        first = client.chunk()
        assert first == raw(ask.first)
        has_first()
    answer = client.rest(head, raw(ask.method))
    if answer is None:
        return replace(played, cut=True)
    answer = replace(answer, body=first + answer.body)
    return replace(played, answer=answer, body=answer.body, ended=_is_last(head) and client.ended() == b"")


def _status(head: Head) -> int:
    return int(head.first.split(b" ")[1])


def _is_last(head: Head) -> bool:
    """Whether the gateway says that the connection ends here, so that it is right to wait for it."""
    return b"close" in head.values("connection")


def play_h2(stage: Stage, ask: Ask) -> Played:
    """HTTP/2 inside TLS. Framing fields and the fields of a connection do not exist there."""
    wire = request_of(ask)
    host = raw(ask.host or "")
    start: Headers = (
        (b":method", raw(ask.method)),
        (b":scheme", b"https"),
        (b":authority", host),
        (b":path", wire.target),
    )
    own = tuple((name.lower(), value) for name, value in wire.headers if name.lower() not in NOT_IN_H2)
    with H2Client(stage.proxy.port) as client:
        client.ask((*start, *own), wire.content)
        if ask.leaves:
            stage.server.wait_for(1)
            return Played(wire, exact=False)
        answer = client.answer(_first(stage, ask) if ask.first else None)
    return Played(
        wire, answer.status, answer.headers, body=answer.body, cut=answer.reset and not answer.ended, exact=False
    )


def _first(stage: Stage, ask: Ask) -> Callable[[bytes], None]:
    def told(piece: bytes) -> None:
        assert piece == raw(ask.first)
        stage.server.release(NEXT_PIECE)

    return told


NOT_IN_H2 = frozenset({b"host", b"connection", b"keep-alive", b"transfer-encoding", b"upgrade", b"proxy-connection"})

SHELLS: dict[str, Callable[[Stage, Ask], Played]] = {"fc": play_plain, "tls": play_tls, "h2": play_h2}
