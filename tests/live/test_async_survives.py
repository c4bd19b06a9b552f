"""Accepted calls outlive the proxy: killed at any moment, and with several proxies on one PostgreSQL server."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from gateway.exchange import State
from store.reader import Reader
from store.recording import open_for_reading, open_for_writing
from store.schema import task
from store.task_lists import TaskLists
from store.verify import verify
from tests.proxy import Proxy
from tests.store.conftest import new_database  # noqa: F401 - a fixture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pytest

    from store.task_lists import TaskRow

PATIENCE_S = 60.0
SECRET = "Bearer not-in-the-clear-not-in-the-clear"
TASKS = "/2023-03-30/functions/web/async-tasks"


class App:
    """The function: it counts deliveries by path; what `hold` names waits, what `fails` names fails so often."""

    def __init__(self) -> None:
        self.delivered: Counter[str] = Counter()
        self.authorized: Counter[str] = Counter()
        self.hold: dict[str, threading.Event] = {}
        self.fails: dict[str, int] = {}

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """One delivery."""
        handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        name = handler.path.strip("/")
        self.delivered[name] += 1
        self.authorized[name] += handler.headers.get("Authorization") == SECRET
        if self.delivered[name] == 1 and name in self.hold:
            self.hold[name].wait(PATIENCE_S)
        handler.send_response(200)
        if self.delivered[name] <= self.fails.get(name, 0):
            handler.send_header("x-fc-status", "404")
        handler.send_header("Content-Length", "0")
        handler.end_headers()


@contextmanager
def serving(app: App) -> Iterator[int]:
    """The app on a port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            app.answer(self)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the same
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign] # a killed proxy breaks its connections
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            for event in app.hold.values():
                event.set()
            server.shutdown()
            thread.join()


def ask(proxy: Proxy, method: str, path: str, **headers: str) -> tuple[int, bytes]:
    """One call; status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=PATIENCE_S)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    told = answer.status, answer.read()
    connection.close()
    return told


def accept(proxy: Proxy, name: str, **headers: str) -> None:
    """An asynchronous call that is accepted."""
    fields = {"X_Fc_Invocation_Type": "Async", "X_Fc_Async_Task_Id": name, "Authorization": SECRET, **headers}
    assert ask(proxy, "POST", f"/{name}", **fields)[0] == 202


def until[T](look: Callable[[], T | None]) -> T:
    """What it gives once it gives something."""
    deadline = time.monotonic() + PATIENCE_S
    while (found := look()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def rows(place: str) -> dict[str, TaskRow]:
    """The tasks of a recording, by name."""
    recording = open_for_reading(place)
    try:
        return {row.name: row for row in TaskLists(recording).rows().values()}
    finally:
        recording.close()


def all_succeeded(place: str, names: set[str]) -> bool | None:
    """True once they have."""
    found = rows(place)
    return True if all(name in found and found[name].state == "Succeeded" for name in names) else None


def test_a_kill_loses_no_accepted_call(tmp_path: Path) -> None:
    app = App()
    app.hold["under-way"] = threading.Event()
    app.fails["flaky"] = 2
    place = str(tmp_path / "proxy" / "fc.db")
    with serving(app) as port:
        proxy = Proxy(tmp_path / "proxy", port).start()
        accept(proxy, "under-way")
        accept(proxy, "later", X_Fc_Async_Delay="2")
        accept(proxy, "flaky")
        until(lambda: app.delivered["under-way"] or None)
        until(lambda: app.delivered["flaky"] or None)
        proxy.kill()
        before = rows(place)
        assert set(before) == {"under-way", "later", "flaky"}
        assert before["under-way"].state == "Running"
        with Proxy(tmp_path / "proxy", port) as again:
            assert ask(again, "POST", "/later", X_Fc_Invocation_Type="Async", X_Fc_Async_Task_Id="later")[0] == 409
            until(lambda: all_succeeded(place, {"under-way", "later", "flaky"}))
            told = json.loads(ask(again, "GET", f"{TASKS}/under-way")[1])
    assert [event["status"] for event in told["events"]] == ["Enqueued", "Running", "Retrying", "Running", "Succeeded"]
    assert told["alreadyRetriedTimes"] == 1
    assert (app.delivered["under-way"], app.delivered["later"]) == (2, 1)
    assert app.delivered["flaky"] in {3, 4}  # the kill may have cut one of its deliveries
    assert app.authorized == app.delivered
    recording = open_for_reading(place)
    deliveries = [each for each in Reader(recording).exchanges() if each.parent_id is not None]
    assert verify(recording).problems == []
    recording.close()
    assert State.INTERRUPTED in {each.state for each in deliveries}
    assert State.OPEN not in {each.state for each in deliveries}
    assert SECRET.encode() not in b"".join(path.read_bytes() for path in tmp_path.glob("proxy/fc.db*"))


def test_two_proxies_share_the_queue_of_a_server_and_one_takes_over(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    new_database: Callable[[], str],  # noqa: F811 - the fixture
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))  # one desk, one key
    app = App()
    app.hold["held"] = threading.Event()
    place = new_database()
    names = {f"call-{number}" for number in range(30)}
    app.fails = dict.fromkeys(sorted(names)[::3], 1)
    with serving(app) as port:
        first = Proxy(tmp_path / "one", port, {"fc_store": place}).start()
        with Proxy(tmp_path / "two", port, {"fc_store": place}) as second:
            for name in sorted(names):
                accept(first, name)
            until(lambda: all_succeeded(place, names))
            assert all(app.delivered[name] == 1 + app.fails.get(name, 0) for name in names)
            accept(first, "held")
            until(lambda: app.delivered["held"] or None)
            accept(first, "delayed", X_Fc_Async_Delay="1")
            first.kill()
            expire_leases(place)
            until(lambda: all_succeeded(place, {"held", "delayed"}))
            told = json.loads(ask(second, "GET", f"{TASKS}/held")[1])
    assert [event["status"] for event in told["events"]] == ["Enqueued", "Running", "Retrying", "Running", "Succeeded"]
    assert app.authorized == app.delivered
    assert (app.delivered["held"], app.delivered["delayed"]) == (2, 1)
    recording = open_for_reading(place)
    deliveries = [each for each in Reader(recording).exchanges() if each.parent_id is not None]
    recording.close()
    assert [each.state for each in deliveries].count(State.INTERRUPTED) == 1


def expire_leases(place: str) -> None:
    """As if the time of every lease were over; waiting for it would take a quarter of a minute."""
    recording = open_for_writing(place)
    with recording.engine.begin() as connection:
        connection.execute(update(task).values(lease_us=0))
    recording.close()


def test_a_task_is_stopped_through_another_proxy(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    new_database: Callable[[], str],  # noqa: F811 - the fixture
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    app = App()
    app.hold["long"] = threading.Event()
    place = new_database()
    options = {"fc_store": place}
    with (
        serving(app) as port,
        Proxy(tmp_path / "one", port, options) as first,
        Proxy(tmp_path / "two", port, options) as second,
    ):
        accept(first, "long")
        until(lambda: app.delivered["long"] or None)
        assert ask(second, "PUT", f"{TASKS}/long/stop")[0] == 200
        until(lambda: True if rows(place)["long"].state == "Stopped" else None)
        assert ask(second, "PUT", f"{TASKS}/long/stop")[0] == 412
    assert app.delivered["long"] == 1
