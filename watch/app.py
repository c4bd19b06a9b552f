"""What can be asked of a live page: the frame, entries, rows, articles, the summary, events; to replay, to export.

Whatever is answered was rendered by audit/ from the same templates as the page that is a file.
Must not know: who may ask (guard.py). Read next: feed.py, templates/assets/live.js (who asks).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from audit import detail, listing, render, replays
from audit.page import render_live
from store.errors import RecordingError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from audit.model import PageMeta, Replay
    from audit.page import Lang
    from gateway.exchange import Exchange
    from watch.feed import Feed, News

MOST_ROWS = 400
MOST_BODY = 1024 * 1024
MOST_WATCHING = 16
SILENCE = 60
"""Periods without news after which a comment shows that the connection lives, and finds out when it does not."""


class Refused(Exception):
    """What was asked cannot be done; the text says why."""


class Actions(Protocol):
    """What a reader can do beside reading. Both raise Refused."""

    def replay_to(self, exchange: Exchange) -> str:
        """Where an exchange would be sent again, as a user writes it; "" when it cannot be."""

    async def replay(self, exchange: Exchange) -> Replay:
        """Send one exchange again and say what came of it."""

    async def bundle(self, ids: list[int]) -> bytes:
        """These exchanges as a file for somebody else, without secrets."""


@dataclass(slots=True)
class LivePage:
    """The live page of one recording. `server`: the address it is served at, for its heading."""

    feed: Feed
    actions: Actions
    meta: PageMeta
    server: str
    lang: Lang | None = None
    watching: int = 0

    def app(self, room: str) -> Starlette:
        """The page as an ASGI application; everything is under `/room/`."""
        routes = [
            Route("/", self.frame),
            Route("/entries", self.entries),
            Route("/rows", self.rows),
            Route("/exchange/{ident:int}", self.article),
            Route("/summary", self.summary),
            Route("/events", self.events),
            Route("/replay/{ident:int}", self.replay, methods=["POST"]),
            Route("/bundle", self.bundle, methods=["POST"]),
        ]
        return Starlette(
            routes=[Mount(f"/{room}", routes=routes)],
            exception_handlers={RecordingError: _unreadable, Refused: _refused, BadAsk: _refused},
        )

    async def frame(self, _: Request) -> Response:
        """The page itself with the newest entries."""
        await self.feed.look()
        live = render.Live(self.feed.tick, self.server)
        html = render_live(await self.feed.newest(), self.meta, live, lang=self.lang)
        policy = f"{render.policy(live=True)}; frame-ancestors 'none'"
        return HTMLResponse(html, headers={"content-security-policy": policy})

    async def entries(self, request: Request) -> Response:
        """Entries older than those that the page has."""
        await self.feed.look()
        older = await self.feed.newest(_number(request.query_params.get("before", "")))
        return _json(render.entries_block(older))

    async def rows(self, request: Request) -> Response:
        """Lines of the list, for those that the window shows."""
        ids = [_number(text) for text in request.query_params.get("ids", "").split(",")[:MOST_ROWS]]
        await self.feed.look()
        return JSONResponse([(seen.id, render.row(listing.row(seen))) for seen in await self.feed.glances(ids)])

    async def article(self, request: Request) -> Response:
        """One exchange whole."""
        exchange = await self._exchange(request)
        page = detail.page(exchange, self.meta, self.feed.sources)
        return HTMLResponse(render.detail(page, self.actions.replay_to(exchange)))

    async def summary(self, _: Request) -> Response:
        """The totals of all that is listed."""
        await self.feed.look()
        return HTMLResponse(render.summary(await self.feed.summary()))

    async def events(self, request: Request) -> Response:
        """What comes and what goes on, as server-sent events; a browser that was cut off names the last it heard."""
        if self.watching >= MOST_WATCHING:
            raise Refused(f"{MOST_WATCHING} pages are watching already; close one")
        since = request.headers.get("last-event-id") or request.query_params.get("since", "")
        return StreamingResponse(self._events(_number(since)), media_type="text/event-stream")

    async def _events(self, since: int) -> AsyncIterator[str]:
        self.watching += 1
        silent = 0
        try:
            yield ": hello\n\n"
            async for news in self.feed.news(since):
                silent = 0 if news.entries else silent + 1
                if news.entries:
                    yield _event(news)
                elif silent % SILENCE == 0:
                    yield ": still here\n\n"
        except RecordingError:
            return  # the browser asks again, and is told why by the answer to that
        finally:
            self.watching -= 1

    async def replay(self, request: Request) -> Response:
        """Send an exchange again; the answer is the card with what came of it."""
        found = await self.actions.replay(await self._exchange(request))
        return HTMLResponse(render.replay(replays.card(found)))

    async def bundle(self, request: Request) -> Response:
        """The exchanges named in the body, a JSON list of ids, as a bundle."""
        content = await self.actions.bundle(_ids(await _body(request)))
        return Response(content, headers={"content-type": "application/octet-stream"})

    async def _exchange(self, request: Request) -> Exchange:
        exchange = await self.feed.exchange(request.path_params["ident"])
        if exchange is None:
            raise BadAsk("this exchange is not in the recording any more")
        return exchange


class BadAsk(Refused):
    """The question makes no sense."""


def _event(news: News) -> str:
    return f"id: {news.tick}\ndata: {render.entries_block(news.entries)}\n\n"


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise BadAsk("a number is missing")
    return int(text)


def _ids(body: bytes) -> list[int]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not found or not all(type(each) is int for each in found):
        raise BadAsk("there is nothing to export")
    return sorted(set(found))


async def _body(request: Request) -> bytes:
    whole = bytearray()
    async for piece in request.stream():
        whole += piece
        if len(whole) > MOST_BODY:
            raise BadAsk("that is too much at once")
    return bytes(whole)


def _json(text: str) -> Response:
    return Response(text, media_type="application/json")


async def _refused(_: Request, error: Exception) -> Response:
    return PlainTextResponse(str(error), 400 if isinstance(error, BadAsk) else 409)


async def _unreadable(_: Request, error: Exception) -> Response:
    return PlainTextResponse(str(error), 503)
