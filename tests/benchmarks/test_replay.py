"""The replay benchmark runs every contestant to its end and prints a row for each."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from benchmarks.replay import CHECK, MITMDUMP, PLAIN, SEND, main, plain_client, table
from benchmarks.upstream import Upstream

if TYPE_CHECKING:
    import pytest


def test_every_contestant_has_its_row(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "set again when the test ends")
    assert main(["--rounds", "1", "--exchanges", "20", "--markdown"]) == 0
    rows = [line.split("|")[1].strip() for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    assert rows == ["", MITMDUMP, PLAIN, SEND, CHECK]


def test_ratios_are_to_mitmdump_and_to_the_plain_client() -> None:
    rates = {MITMDUMP: [90.0, 100.0, 110.0], PLAIN: [1000.0], SEND: [500.0], CHECK: [7000.0]}
    lines = table(rates).splitlines()
    assert lines[4] == "| replay.py send | 500 | 5.00 | 0.50 |"
    assert lines[5] == "| replay.py check | 7,000 | - | - |"


def test_the_plain_client_reads_each_answer_to_its_end() -> None:
    async def talk() -> None:
        server = await asyncio.get_running_loop().create_server(Upstream, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            await asyncio.wait_for(plain_client(port, [b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"] * 3), 10)

    asyncio.run(talk())
