"""What differs between a conversation of then and of now: the handshake, and the server's messages one by one.

Must not know: sockets. Read next: talk.py, compare.py, judgement.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gateway.conversation import MessageKind
from gateway.messages import BodyRef, Response, body_size
from playback.client import loaded
from playback.compare import MOST_FINDINGS, compare_bodies
from playback.findings import Finding, Kind, keep
from playback.noise import for_call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.conversation import Message
    from gateway.exchange import Exchange
    from gateway.messages import Request
    from playback.judgement import Judgement
    from playback.noise import Noise
    from playback.talk import Script, Talked
    from store.message_sealing import MessageSealer

_CLOSE_CODE = 2


@dataclass(frozen=True, slots=True)
class TalkJudgement:
    """How conversations are compared: as answers are, message by message."""

    answers: Judgement

    def findings(self, exchange: Exchange, request: Request, script: Script, talked: Talked) -> tuple[Finding, ...]:
        """The differences of one opened exchange, told without any secret."""
        opened = replace(script.opened, body=b"")
        found = list(self.answers.findings(exchange, request, opened, talked.ending))
        if isinstance(talked.ending, Response) and talked.ending.status == opened.status:
            found += self._messages(exchange, request, talked)
        if talked.unsaid:
            found.append(Finding(Kind.TRANSPORT, "messages", now="not said", note=talked.unsaid))
        return tuple(found)

    def _messages(self, exchange: Exchange, request: Request, talked: Talked) -> list[Finding]:
        noise = for_call(self.answers.noise, request.method, request.target)
        sealer: MessageSealer | None = None
        found: list[Finding] = []
        for number, (stored, now) in enumerate(talked.pairs):
            recorded = replace(stored, content=loaded(stored.content, self.answers.vault.body_pieces))
            here = list(_differences(number, recorded, now, talked.late, noise))
            if here:
                sealer = sealer or self.answers.vault.sealer(exchange)
                sides = _hidden(recorded, sealer), now and _hidden(now, sealer)
                found += map(self.answers.held, _differences(number, *sides, talked.late, noise))
            if len(found) > MOST_FINDINGS:
                return [*found[:MOST_FINDINGS], Finding(Kind.VALUE, "", note=f"more than {MOST_FINDINGS} differences")]
        return found


def _differences(number: int, recorded: Message, now: Message | None, late: str, noise: Noise) -> Iterator[Finding]:
    path = f"messages[{number}]"
    if now is None:
        yield Finding(Kind.REMOVED, path, _shown(recorded), None, late)
    elif recorded.kind is not now.kind:
        yield Finding(Kind.TYPE, path, _shown(recorded), _shown(now), f"was {recorded.kind}, is {now.kind}")
    elif recorded.kind is MessageKind.CLOSE:
        if recorded.content != now.content:
            yield Finding(Kind.VALUE, path, _shown(recorded), _shown(now))
    else:
        yield from compare_bodies(_as_answer(recorded), _as_answer(now), path, noise)


def _as_answer(message: Message) -> Response:
    """A message in the form that bodies are compared in; without a type, they are read as what they are."""
    return Response(200, body=message.content)


def _shown(message: Message) -> str:
    content = message.content
    if isinstance(content, BodyRef) or message.kind is MessageKind.BINARY:
        return f"{body_size(content)} bytes"
    if message.kind is MessageKind.CLOSE:
        code = int.from_bytes(content[:_CLOSE_CODE]) if len(content) >= _CLOSE_CODE else 1005
        return f"{code} {content[_CLOSE_CODE:].decode('utf-8', 'backslashreplace')}".rstrip()
    return keep(content.decode("utf-8", "backslashreplace"))


def _hidden(message: Message, sealer: MessageSealer | None) -> Message:
    """The message with its secrets sealed; one that is kept elsewhere is only measured and needs none."""
    content = message.content
    if sealer is None or isinstance(content, BodyRef):
        return message
    filled = sealer.seal(message.kind, message.coding, content, lambda: (content,))
    return replace(message, content=filled.body) if filled else message
