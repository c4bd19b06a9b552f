from __future__ import annotations

import socket
import stat
import threading
from typing import TYPE_CHECKING

import pytest

from gateway.exchange import State
from tests.addons.bench import OK, get
from tests.proxy import Proxy, is_open

if TYPE_CHECKING:
    from pathlib import Path


def answer_once(server: socket.socket, asked: threading.Event, release: threading.Event) -> None:
    """Answer one call, when released."""
    client, _ = server.accept()
    with client:
        client.recv(65536)
        asked.set()
        release.wait(20)
        client.sendall(OK)


@pytest.mark.parametrize("during", [pytest.param(True, id="during-a-call"), pytest.param(False, id="idle")])
def test_a_stop_finishes_the_call_under_way_and_closes_the_port(tmp_path: Path, *, during: bool) -> None:
    """Reliability D15."""
    asked, release = threading.Event(), threading.Event()
    if not during:
        release.set()
    with socket.create_server(("127.0.0.1", 0)) as server, Proxy(tmp_path / "run", server.getsockname()[1]) as proxy:
        threading.Thread(target=answer_once, args=(server, asked, release), daemon=True).start()
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=20) as client:
            client.sendall(get("/hello"))
            assert asked.wait(20)
            if during:
                proxy.process.terminate()
                release.set()
            answer = b"".join(iter(lambda: client.recv(65536), b""))
        proxy.stop()
        assert not is_open(proxy.port)
        assert answer.startswith(b"HTTP/1.1 200 OK")
        (exchange,) = proxy.recorded.after(0)
    assert exchange.state is State.COMPLETE
    assert stat.S_IMODE(proxy.recording_path.stat().st_mode) == 0o600
