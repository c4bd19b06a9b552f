"""A live page over the sample recording, served on a free port by the code that serves it for users."""

from __future__ import annotations

import asyncio
import http.client
import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from audit import PageMeta, Sources
from audit.model import Found, Replay
from store.reader import Reader
from store.recording import Recording, open_for_reading, open_for_writing
from store.writer import Writer
from tests.audit import sample
from tests.audit.conftest import chromium  # noqa: F401 - a fixture
from tests.store.samples import RUN
from watch.app import LivePage, Refused
from watch.feed import Feed
from watch.guard import COOKIE, Guard, Keys
from watch.serve import bound, serve

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator
    from pathlib import Path

    from gateway.exchange import Exchange


A_MOMENT_S = 0.005


class Recorder:
    """Writes exchanges while others read, and waits until they can be read (store/pending.py).

    Its loop has a thread of its own, because a browser's tests have a loop too.
    """

    def __init__(self, place: str) -> None:
        self._recording = open_for_writing(place)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._do(self._begin())

    def _do(self, task: Coroutine[Any, Any, object]) -> None:
        asyncio.run_coroutine_threadsafe(task, self._loop).result()

    async def _begin(self) -> None:
        self._writer = Writer(self._recording, seal="off")
        self._writer.start(RUN)

    async def _intent(self, exchange: Exchange) -> None:
        await self._writer.intent(exchange)
        await self._readable("intent", exchange.id)

    async def _finish(self, exchanges: tuple[Exchange, ...]) -> None:
        await asyncio.gather(*(self._writer.finish(each) for each in exchanges))
        for each in exchanges:
            await self._readable("exchange", each.id)

    async def _readable(self, table: str, ident: int) -> None:
        with closing(sqlite3.connect(f"file:{self._recording.place}?mode=ro", uri=True)) as reading:
            asked = f"SELECT 1 FROM {table} WHERE id = ?"  # noqa: S608 - a table of ours
            while not reading.execute(asked, (ident,)).fetchone():  # noqa: ASYNC110 - a row tells nobody that it came
                await asyncio.sleep(A_MOMENT_S)

    def intent(self, exchange: Exchange) -> None:
        self._do(self._intent(exchange))

    def finish(self, *exchanges: Exchange) -> None:
        self._do(self._finish(exchanges))

    def close(self) -> None:
        self._do(self._writer.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._recording.close()


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    found = Recorder(str(tmp_path / "fc.db"))
    yield found
    found.close()


@pytest.fixture
def recording(recorder: Recorder, tmp_path: Path) -> Iterator[Recording]:
    """The sample calls, open for reading while more may come."""
    recorder.finish(*sample.exchanges())
    found = open_for_reading(str(tmp_path / "fc.db"))
    yield found
    found.close()


def sources(recording: Recording) -> Sources:
    return Sources(Reader(recording), lambda _: sample.CONFIG)


@dataclass
class Actions:
    """What a reader can do, noted instead of done."""

    replayed: list[int] = field(default_factory=list)
    bundled: list[list[int]] = field(default_factory=list)

    def replay_to(self, exchange: Exchange) -> str:
        return "http://127.0.0.1:9000" if exchange.server else ""

    async def replay(self, exchange: Exchange) -> Replay:
        if exchange.server is None:
            raise Refused("it never reached a server")
        self.replayed.append(exchange.id)
        return Replay("different", (Found("body.n", "changed", "1", "<script>"),), "send to http://127.0.0.1:9000")

    async def bundle(self, ids: list[int]) -> bytes:
        self.bundled.append(ids)
        return b"PK" + repr(ids).encode()


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Live:
    """A served page and its doors."""

    def __init__(self, recording: Recording) -> None:
        self.actions = Actions()
        self.keys = Keys()
        self._sock = bound(0)
        self.port = self._sock.getsockname()[1]
        self._recording = recording
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        self._ready.wait()

    async def _serve(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        feed = Feed(self._recording, sources(self._recording))
        page = LivePage(feed, self.actions, PageMeta("fc.db", "2026.11"), f"127.0.0.1:{self.port}")
        self.guard = Guard(page.app(self.keys.room), self.port, self.keys)
        self._ready.set()
        await serve(self.guard, self._sock, self._ended)
        feed.close()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()
        self._sock.close()

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Exactly these headers, beside what http.client must send."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        given = {"Host": f"127.0.0.1:{self.port}", **(headers or {})}
        for name, value in given.items():
            if value:
                connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        found = Answer(answer.status, answer.headers, answer.read())
        connection.close()
        return found

    @property
    def inside(self) -> dict[str, str]:
        """What a browser that was let in sends from the page itself."""
        return {"Cookie": f"{COOKIE}={self.keys.session}", "Sec-Fetch-Site": "same-origin", "X-FC-Replay": "1"}

    def get(self, path: str) -> Answer:
        return self.ask(f"/{self.keys.room}/{path}", headers=self.inside)

    def post(self, path: str, body: bytes = b"") -> Answer:
        return self.ask(f"/{self.keys.room}/{path}", "POST", body, self.inside)

    def events(self, since: int) -> Iterator[bytes]:
        """Lines of the event stream, as they come."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("GET", f"/{self.keys.room}/events?since={since}", headers=self.inside)
        answer: Any = connection.getresponse()
        try:
            while line := answer.readline():
                yield line
        finally:
            connection.close()


@pytest.fixture
def live(recording: Recording) -> Iterator[Live]:
    found = Live(recording)
    yield found
    found.stop()
