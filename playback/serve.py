"""Answer a client from a recording. There is no connection to any server here, and no way to make one.

Each request is looked up by its keys; a miss is answered at once with the three nearest recorded requests and what
differs, and is counted. Must not know: command lines, how the answer looked to a server.
Read next: shelf.py (which answer is next), nearest.py, wire/app.py.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gateway.exchange import View
from gateway.messages import BodyRef, Request, Response, body_size
from playback import sides
from playback.client import loaded
from playback.keys import keys_of, normal_escapes
from playback.nearest import by_path, nearest
from playback.shelf import Entry, Shelf
from wire.app import Connections
from wire.errors import WireError
from wire.server import ServerProtocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator

    from gateway.exchange import Exchange
    from playback.nearest import NearMiss
    from playback.selection import Predicate
    from playback.shelf import Tier
    from playback.sides import Side
    from playback.vault import Vault
    from store.reader import Reader
    from wire.app import Fault
    from wire.call import Call

MOST_BODY = 128 * 1024 * 1024
"""Bytes of a request body that are read."""

_PIECE = 64 * 1024
_LEAVE_S = 2.0


@dataclass(frozen=True, slots=True)
class Served:
    """What one request got. `number`: the exchange that answered, 0 for a miss."""

    method: str
    target: str
    number: int = 0
    tier: Tier | None = None
    exhausted: bool = False
    near: tuple[NearMiss, ...] = ()


@dataclass(slots=True)
class Stand:
    """Serves one recording. `rhythm`: keep the pauses between the pieces of a streamed answer. `told`: per request."""

    reader: Reader
    vault: Vault
    told: Callable[[Served], None]
    shelf: Shelf = field(default_factory=Shelf)
    side: Side = sides.CLIENT
    ignored: tuple[str, ...] = ()
    rhythm: bool = False
    misses: int = 0
    _pattern: Exchange | None = None

    def stock(self, exchanges: Iterable[Exchange], reusable: Predicate) -> None:
        """Put the exchanges that hold an answer on the shelf; `reusable` ones may answer any number of times."""
        for stored in exchanges:
            exchange = self.vault.opened(stored)
            self._pattern = self._pattern or exchange
            request = self.side.request(exchange)
            if request is None or not isinstance(self.side.ending(exchange), Response):
                continue
            keys = keys_of(self._in_memory(request), self.ignored)
            self.shelf.add(Entry(exchange.id, keys, *_method_and_path(request), reusable=reusable(exchange)))

    # -- the wire's App

    async def handle(self, call: Call) -> None:
        """Answer a request from the recording, or say at once that it is not in it."""
        try:
            body = await call.read_all(MOST_BODY)
        except WireError as error:
            call.close_after = True
            call.send(_plain(400, "BadRequest", error.text))
            return
        request = replace(call.head, body=body)
        found = self.shelf.take(keys_of(request, self.ignored))
        if found is None:
            self._miss(call, request)
            return
        entry, tier = found
        self.told(Served(*_method_and_target(self._hidden(request)), entry.number, tier))
        try:
            await self._answer(call, entry.number)
        except WireError as error:
            if call.started:
                call.abort()
            else:
                call.send(_plain(500, "Unsendable", f"exchange {entry.number}: {error.text}"))

    async def reject(self, call: Call, fault: Fault) -> None:
        """What is no request matches nothing."""
        self.misses += 1
        self.told(Served("?", fault.text))
        call.close_after = True
        call.send(_plain(400, "BadRequest", fault.text))

    async def _answer(self, call: Call, number: int) -> None:
        exchange = self.reader.exchange(number)
        ending = None if exchange is None else self.side.ending(self.vault.opened(exchange))
        if exchange is None or not isinstance(ending, Response):
            call.send(_plain(500, "Gone", f"exchange {number} is no longer in the recording"))
            return
        if not isinstance(ending.body, BodyRef) and not (self.rhythm and exchange.pieces):
            call.send(ending)
            return
        call.start(ending)
        if call.head.method != b"HEAD":
            await self._stream(call, exchange, ending)
        call.finish(ending.trailers)

    async def _stream(self, call: Call, exchange: Exchange, response: Response) -> None:
        """The body piece by piece, with the recorded pauses if they are wanted."""
        begun = asyncio.get_running_loop().time()
        first_us = exchange.pieces[0].at_us if exchange.pieces else 0
        for data, at_us in self._timed(exchange, response):
            if self.rhythm:
                due = begun + max(0, at_us - first_us) / 1_000_000
                await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
            await call.write(data)

    def _timed(self, exchange: Exchange, response: Response) -> Iterator[tuple[bytes, int]]:
        """Pieces of the body with their times, as recorded when that is known and wanted."""
        body = response.body
        if isinstance(body, BodyRef) and body.size > MOST_BODY:
            yield from ((piece, 0) for piece in self.vault.body_pieces(body))
            return
        whole = b"".join(self.vault.body_pieces(body)) if isinstance(body, BodyRef) else body
        start = 0
        for piece in exchange.pieces if self.rhythm else ():
            yield whole[start : piece.end], piece.at_us
            start = max(start, piece.end)
        yield from ((whole[at : at + _PIECE], 0) for at in range(start, len(whole), _PIECE))

    def _miss(self, call: Call, request: Request) -> None:
        """Answer with what was nearest; every secret in it is sealed, on both sides by the same key."""
        self.misses += 1
        exhausted = self.shelf.has_answered(keys_of(request, self.ignored))
        shown = self._hidden(request)
        numbers = by_path(*_method_and_path(request), self.shelf.entries())
        near = nearest(shown, self._hidden_requests(numbers), self.ignored)
        served = Served(*_method_and_target(shown), exhausted=exhausted, near=near)
        self.told(served)
        call.send(_not_recorded(served))

    def _hidden_requests(self, numbers: list[int]) -> Iterator[tuple[int, Request]]:
        for stored in self.reader.exchanges(numbers):
            request = self.side.request(self.vault.opened(stored))
            if request is not None:
                yield stored.id, self._hidden(self._in_memory(request))

    def _hidden(self, request: Request) -> Request:
        """A request with its secrets sealed. Sealing works on exchanges, so it travels in the place of one."""
        if self._pattern is None:
            return request
        alone = replace(self._pattern, client=View(request), server=None, transforms=(), log=b"", raw=b"")
        return self.vault.hidden(alone).client.request or request

    def _in_memory(self, request: Request) -> Request:
        return replace(request, body=loaded(request.body, self.vault.body_pieces))


@asynccontextmanager
async def listening(stand: Stand, host: str, port: int) -> AsyncIterator[int]:
    """Answer on a port as long as the block lasts; gives the port. Raises OSError when it is taken."""
    connections = Connections()
    server = await asyncio.get_running_loop().create_server(
        lambda: ServerProtocol(stand, connections=connections), host, port
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        connections.retire()
        with suppress(TimeoutError):
            async with asyncio.timeout(_LEAVE_S):
                await connections.ended()


def _method_and_path(request: Request) -> tuple[str, str]:
    path = normal_escapes(request.target.partition(b"?")[0])
    return request.method.decode("latin-1"), path.decode("utf-8", "backslashreplace")


def _method_and_target(request: Request) -> tuple[str, str]:
    return request.method.decode("latin-1"), request.target.decode("utf-8", "backslashreplace")


def _not_recorded(served: Served) -> Response:
    why = "every recorded answer to it was given" if served.exhausted else "it was not recorded"
    near = [
        {
            "exchange": miss.number,
            "request": miss.label,
            "differs": [{"part": name, "recorded": then, "now": now} for name, then, now in miss.differences],
            "would_match_with": miss.cure,
        }
        for miss in served.near
    ]
    return _plain(404, "NotRecorded", f"{served.method} {served.target}: {why}", {"nearest": near})


def _plain(status: int, code: str, message: str, more: dict[str, object] | None = None) -> Response:
    """An answer of our own, in the shape of FC's errors."""
    told = json.dumps({"Code": code, "Message": message, **(more or {})}, ensure_ascii=False)
    body = told.encode("utf-8", "backslashreplace") + b"\n"
    fields = ((b"Content-Type", b"application/json"), (b"Content-Length", b"%d" % body_size(body)))
    return Response(status, b"Not Recorded" if status == 404 else b"", fields, body)
