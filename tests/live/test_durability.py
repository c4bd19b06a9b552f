"""The proxy is killed while clients call: what a client has received is on disk, what the server has seen has a row."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from gateway.exchange import State
from gateway.messages import get
from tests.live.messages import read_response
from tests.live.rawclient import RawClient
from tests.live.recorded import Recorded
from tests.live.scripted import ScriptedServer
from tests.proxy import Proxy

if TYPE_CHECKING:
    from pathlib import Path

CLIENTS = 4
ENOUGH = 60
"""Answers after which the proxy is killed, with calls of every client under way."""


class Caller(threading.Thread):
    """A client that calls until its connection breaks, and remembers each whole answer by its request id."""

    def __init__(self, port: int, number: int, progress: threading.Semaphore) -> None:
        super().__init__()
        self.answered: dict[str, bytes] = {}
        self._client = RawClient(port)
        self._number = number
        self._progress = progress

    def run(self) -> None:
        with self._client as client:
            for count in range(100_000):
                target = b"/%d/%d" % (self._number, count)
                client.send_what_is_taken(b"GET %b HTTP/1.1\r\nHost: app.example.test\r\n\r\n" % target)
                answer = None
                try:
                    answer = read_response(client.stream, b"GET")
                except ConnectionError:
                    return
                if answer is None:
                    return
                (request_id,) = answer.head.values("x-fc-request-id")
                self.answered[request_id.decode()] = target
                self._progress.release()


def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    with ScriptedServer() as server:
        proxy = Proxy(tmp_path / "proxy", server.port).start()
        progress = threading.Semaphore(0)
        callers = [Caller(proxy.port, number, progress) for number in range(CLIENTS)]
        for caller in callers:
            caller.start()
        for _ in range(ENOUGH):
            progress.acquire()
        proxy.kill()
        for caller in callers:
            caller.join()
        seen = {get(one.whole.head.headers, b"x-fc-request-id"): one.whole for one in server.received}
        answered = {ident: target for caller in callers for ident, target in caller.answered.items()}
        assert len(answered) >= ENOUGH
        with Proxy(tmp_path / "proxy", server.port) as again, RawClient(again.port) as client:
            client.send(b"GET /afterwards HTTP/1.1\r\nHost: app.example.test\r\n\r\n")
            client.answer()
        # The proxy has ended in order: one plain file, which is read as anybody reads it.
        check(tmp_path / "proxy" / "fc.db", answered, {ident.decode(): one for ident, one in seen.items() if ident})


def check(path: Path, answered: dict[str, bytes], seen: dict[str, object]) -> None:
    recorded = Recorded(path)
    try:
        exchanges = recorded.after(0)
        by_id = {exchange.facts.seed.request_id: exchange for exchange in exchanges}
        assert len(by_id) == len(exchanges)
        for request_id, target in answered.items():
            exchange = by_id[request_id]
            assert exchange.state is State.COMPLETE
            assert exchange.client.request is not None
            assert exchange.client.request.target == target
            assert exchange.client.response is not None
            assert exchange.client.response.body == b"ok"
        assert set(seen) <= set(by_id)
        # Whatever was under way when the proxy died has been given its end by the next start.
        assert {exchange.state for exchange in exchanges} <= {State.COMPLETE, State.INTERRUPTED}
        assert [run.ending for run in recorded.reader.runs()] == ["killed", "orderly"]
        for exchange in exchanges:
            recorded.assert_no_silent_change(exchange)
    finally:
        recorded.close()
