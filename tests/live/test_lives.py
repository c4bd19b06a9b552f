"""What a run leaves behind: an orderly stop, private files, nothing when nothing was wanted."""

from __future__ import annotations

import stat
import threading
from typing import TYPE_CHECKING

from gateway.exchange import State
from tests.live.messages import chunk
from tests.live.rawclient import RawClient
from tests.live.recorded import Recorded
from tests.live.scripted import Behaviour, ScriptedServer, Until
from tests.proxy import STOP_S, Proxy, is_open

if TYPE_CHECKING:
    from pathlib import Path

GET = b"GET /%b HTTP/1.1\r\nHost: app.example.test\r\nAuthorization: Bearer very-secret-token\r\n\r\n"


def test_a_stop_lets_a_call_finish_and_records_it(tmp_path: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with ScriptedServer() as server:
        server.script(Behaviour((head + chunk(b"first"), Until("stopping"), chunk(b"last"), b"0\r\n\r\n")))
        proxy = Proxy(tmp_path / "proxy", server.port).start()
        with RawClient(proxy.port) as client:
            client.send(GET % b"")
            client.head()
            assert client.chunk() == b"first"
            proxy.ask_to_stop()
            server.release("stopping")
            assert client.chunk() == b"last"
            assert client.chunk() == b""
        assert proxy.process.wait(STOP_S) == 0
        assert not is_open(proxy.port)
        assert (tmp_path / "proxy" / "err.txt").read_bytes() == b""
    recorded = Recorded(tmp_path / "proxy" / "fc.db")
    (found,) = recorded.after(0)
    assert found.state is State.COMPLETE
    assert [run.ending for run in recorded.reader.runs()] == ["orderly"]
    recorded.close()


def test_a_recording_is_private_and_keeps_no_secret_in_the_clear(tmp_path: Path) -> None:
    folder = tmp_path / "proxy"
    with ScriptedServer() as server, Proxy(folder, server.port) as proxy, RawClient(proxy.port) as client:
        client.send(GET % b"")
        client.answer()
        while_running = files_of(folder)
    assert {mode for _, mode in while_running.values()} == {0o600}
    for content, mode in files_of(folder).values():
        assert mode == 0o600
        assert b"very-secret-token" not in content
    assert b"very-secret-token" not in (folder / "out.txt").read_bytes()


def files_of(folder: Path) -> dict[str, tuple[bytes, int]]:
    """The recording's files: their bytes and permissions."""
    return {
        path.name: (path.read_bytes(), stat.S_IMODE(path.stat().st_mode))
        for path in folder.glob("fc.db*")
    }  # fmt: skip


def test_without_recording_the_rules_act_and_no_file_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "proxy"
    with ScriptedServer() as server, Proxy(folder, server.port, {"fc_record": "false"}) as proxy:
        with RawClient(proxy.port) as client:
            client.send(GET % b"")
            answer = client.answer()
        (received,) = server.wait_for(1)
    assert answer.head.values("x-fc-request-id") == received.whole.head.values("x-fc-request-id")
    assert list(folder.glob("fc.db*")) == []


def test_a_filter_records_what_it_names_and_the_rest_is_still_transformed(tmp_path: Path) -> None:
    folder = tmp_path / "proxy"
    with ScriptedServer() as server, Proxy(folder, server.port, {"fc_filter": "~u /kept"}) as proxy:
        with RawClient(proxy.port) as client:
            for target in (b"kept/1", b"other", b"kept/2"):
                client.send(GET % target)
                assert client.answer().head.values("x-fc-request-id")
        found = proxy.recorded.after(0)
        assert len(server.wait_for(3)) == 3
    assert [one.client.request.target for one in found if one.client.request] == [b"/kept/1", b"/kept/2"]


def test_no_thread_of_a_scripted_server_is_left() -> None:
    before = threading.active_count()
    with ScriptedServer() as server, RawClient(server.port) as client:
        client.send(GET % b"")
        client.answer()
    assert threading.active_count() == before
