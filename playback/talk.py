"""Replay of a conversation: the handshake, then what the client said, each message once the server has said its part.

What the server says now meets what it said then, message by message.
Must not know: how differences are judged (talk_findings.py). Read next: lines.py, send.py.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gateway.conversation import CONTROL, Coding, Message, MessageKind, MessageReader, Sender
from gateway.deflate import inflaters
from gateway.exchange import Failure
from gateway.frames import Opcode, write_frame
from gateway.messages import Request, Response, get_all
from gateway.upgrade import SWITCHING, asks_for_websocket
from playback.client import Unreachable
from playback.decoding import BUDGET
from playback.lines import framed, frames_of, unspeakable
from store.spool import Spool
from wire.errors import MalformedAnswer, NotListening, WireError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gateway.conversation import Part
    from gateway.messages import Body
    from playback.client import Client
    from playback.sendable import Ending
    from wire.client import ServerCall

    type Pair = tuple[Message, Message | None]

_EXTENSIONS = b"sec-websocket-extensions"
NOT_KEPT = "its messages were not recorded one by one"


def is_talk(request: Request, recorded: Ending | None) -> bool:
    """Whether an exchange is a WebSocket that was opened."""
    return isinstance(recorded, Response) and recorded.status == SWITCHING and asks_for_websocket(request)


@dataclass(frozen=True, slots=True)
class Script:
    """A recorded conversation. `said`: the client's bytes as they were, b"" when they are not to be had.

    `messages` gives what both sides said, each time it is called.
    """

    opened: Response
    said: Body
    messages: Callable[[], Iterable[Message]]


@dataclass(slots=True)
class Talked:
    """How it went now: how the handshake ended, and each message of the server's then with the one of now.

    `late`: why a message did not come. `unsaid`: why the client's part was not said to its end.
    """

    ending: Ending
    pairs: list[Pair] = field(default_factory=list)
    late: str = ""
    unsaid: str = ""


async def talk(client: Client, request: Request, script: Script) -> Talked:
    """Hold the conversation again. Raises Unreachable, and Unsendable before any byte."""
    call: ServerCall | None = None
    try:
        call = await client.pool.call(client.address)
        async with asyncio.timeout(client.timeout_s):
            await call.send(replace(request, body=b""))
            head = await call.head()
            if head.status != SWITCHING:
                return Talked(await call.answer(BUDGET) or head)
        return await _Again(call, head, script, client).run()
    except TimeoutError:
        return Talked(Failure.TIMED_OUT)
    except NotListening as error:
        raise Unreachable(f"nothing listens at {client.address[0]}:{client.address[1]}") from error
    except MalformedAnswer:
        return Talked(Failure.MALFORMED_ANSWER)
    except WireError:
        return Talked(Failure.CLOSED)
    finally:
        if call is not None:
            call.abort()


class _Again:
    """One conversation after its handshake."""

    def __init__(self, call: ServerCall, head: Response, script: Script, client: Client) -> None:
        self._call = call
        self._script = script
        self._client = client
        self._talked = Talked(replace(head, body=b""))
        self._reader = MessageReader(inflaters(head.headers)[1])
        same = get_all(head.headers, _EXTENSIONS) == get_all(script.opened.headers, _EXTENSIONS)
        self._frames: list[bytes] = frames_of(script.said, client.load) if same else []
        self._heard: deque[Message] = deque()
        self._news = asyncio.Event()
        self._over = ""
        self._content = Spool()

    async def run(self) -> Talked:
        """Say and hear everything."""
        listening = asyncio.ensure_future(self._listen())
        try:
            await self._walk()
        finally:
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listening
            self._content.close()
        return self._talked

    async def _walk(self) -> None:
        """Through the recorded conversation in its order: wait for what the server said, say what the client said."""
        frames = self._matching_frames()
        for message in self._script.messages():
            if message.sender is Sender.SERVER:
                if message.kind not in {MessageKind.PING, MessageKind.PONG}:
                    self._talked.pairs.append((message, await self._next()))
                continue
            frame = next(frames, b"")
            if message.kind is MessageKind.PONG or self._talked.unsaid:
                continue  # pings of now are answered when they come
            self._talked.unsaid = "" if frame else unspeakable(message)
            if not self._talked.unsaid:
                await self._say(frame or framed(message, self._client.load))

    def _matching_frames(self) -> Iterator[bytes]:
        """The frames of then, when there is a group of them for each message."""
        count = sum(message.sender is Sender.CLIENT for message in self._script.messages()) if self._frames else 0
        return iter(self._frames if len(self._frames) == count else ())

    async def _say(self, data: bytes) -> None:
        try:
            async with asyncio.timeout(self._client.timeout_s):
                await self._call.write_raw(data)
        except (WireError, TimeoutError):
            self._over = self._over or "the server ended the connection"

    async def _next(self) -> Message | None:
        """The server's next message; None once one did not come in time: then none is waited for any more."""
        try:
            async with asyncio.timeout(self._client.timeout_s):
                while not self._heard and not self._over and not self._talked.late:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            self._talked.late = f"it did not come within {self._client.timeout_s:g} s"
        if self._heard and not self._talked.late:
            return self._heard.popleft()
        self._talked.late = self._talked.late or self._over
        return None

    async def _listen(self) -> None:
        try:
            while data := await self._call.read_raw():
                for part in self._reader.feed(data):
                    await self._hear(part)
            self._over = "the server ended the connection"
        except WireError:
            self._over = "the server cut the connection"
        self._news.set()

    async def _hear(self, part: Part) -> None:
        if part.kind is MessageKind.PING:
            await self._say(write_frame(Opcode.PONG, part.data, bytes(4)))
        elif part.kind in CONTROL:
            if part.kind is MessageKind.CLOSE:
                self._take(part.kind, part.data, part.coding)
        else:
            self._content.write(part.data)
            if part.last:
                content, self._content = self._content, Spool()
                kept = b"".join(content.pieces()) if content.size <= BUDGET else content.ref()
                self._take(part.kind, kept, part.coding)
                content.close()

    def _take(self, kind: MessageKind, content: Body, coding: Coding) -> None:
        self._heard.append(Message(0, Sender.SERVER, kind, 0, content, coding))
        self._news.set()
