"""The proxy in a terminal that cannot show everything, that is closed, or whose reader has gone."""

from __future__ import annotations

import asyncio
import shlex
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

from addons.process import stop_on_hangup
from tests.addons.bench import get
from tests.proxy import STOP_S, Proxy, command, free_port, is_open

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PROGRAM = f"{shlex.quote(sys.executable)} -m http.server --bind 127.0.0.1 "


def ask(port: int) -> None:
    """A call that the proxy answers itself; nobody listens behind it."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(get("/hello"))
        assert client.recv(65536).startswith(b"HTTP/1.1 ")


def test_a_closed_terminal_stops_the_proxy_and_the_program_in_order(tmp_path: Path) -> None:
    port = free_port()
    with Proxy(tmp_path / "run", port, {"fc_command": f"{PROGRAM}{port}"}) as proxy:
        assert is_open(port)
        proxy.process.send_signal(signal.SIGHUP)
        assert proxy.process.wait(STOP_S) == 0
        assert "Traceback" not in proxy.output()
    assert not is_open(port)
    assert not proxy.recording_path.with_name("fc.db-wal").exists()


def test_nohup_is_respected() -> None:
    async def told() -> None:
        stop_on_hangup(lambda: None)

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        asyncio.run(told())
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_terminal_without_chinese_gets_its_codes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    with Proxy(tmp_path / "run", free_port(), {"fc_language": "zh"}) as proxy:
        proxy.stop()
    assert r"\u5f55\u5236" in proxy.output()


def test_a_pipe_without_a_reader_ends_the_proxy_in_order(tmp_path: Path) -> None:
    """`mitmdump -s addons/fc.py | head`: nothing listens on, and the recording is closed."""
    port = free_port()
    line = command(tmp_path, free_port(), port, {}, ())
    with subprocess.Popen(line, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as started:
        assert started.stdout is not None
        assert started.stderr is not None
        while b"listening at" not in started.stdout.readline():
            assert started.poll() is None
        started.stdout.close()
        ask(port)
        started.wait(STOP_S)
        assert b"Traceback" not in started.stderr.read()
    assert not is_open(port)
    assert not (tmp_path / "fc.db-wal").exists()


def test_a_recording_that_is_deleted_refuses_calls_and_ends_in_one_line(tmp_path: Path) -> None:
    with Proxy(tmp_path / "run", free_port()) as proxy:
        ask(proxy.port)
        proxy.recording_path.unlink()
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=20) as client:
            client.sendall(get("/hello"))
            assert b"moved or deleted" in client.recv(65536)
        proxy.stop()
    assert "its file was moved or deleted while it was recorded" in proxy.output().splitlines()[-1]
