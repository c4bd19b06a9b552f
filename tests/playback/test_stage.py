"""A server that a replay starts: up for the replay, gone after it, its clock and its outside around it."""

from __future__ import annotations

import asyncio
import shlex
import socket
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.config import Config, Function
from gateway.exchange import Timings
from playback.findings import Finding, Kind
from playback.freeze import Frozen
from playback.stage import NotStarted, Stage, Wish, moment, place_of, staged
from tests.playback.egress_calls import made

SERVER = (
    "import http.server as h, os; print('up', os.environ['FC_FUNCTION_NAME'], flush=True);"
    "h.HTTPServer(('127.0.0.1', int(os.environ['PORT'])), h.SimpleHTTPRequestHandler).serve_forever()"
)


def wish(program: str, function: str = "shop") -> Wish:
    command = shlex.join([sys.executable, "-c", program])
    return Wish(command, Config(functions=(Function("web"), Function("shop"))), function, place_of(("127.0.0.1", 1)))


def test_it_is_up_in_the_block_and_gone_after_it(tmp_path: Path) -> None:
    async def test() -> tuple[Wish, list[str]]:
        wanted = wish(SERVER)
        async with staged(wanted, Stage(), tmp_path) as stage:
            with socket.create_connection(wanted.address):
                assert stage.instance is not None
            return wanted, stage.last_words()

    wanted, words = asyncio.run(test())
    assert words == ["up shop"]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(wanted.address).close()


@pytest.mark.parametrize(
    ("program", "told"),
    [
        pytest.param("print('no table'); raise SystemExit(3)", "Its last line: no table", id="exits"),
        pytest.param("", "exited unexpectedly", id="at-once"),
    ],
)
def test_a_server_that_does_not_come_up_is_told_with_its_last_line(tmp_path: Path, program: str, told: str) -> None:
    async def test() -> None:
        async with staged(wish(program), Stage(), tmp_path):
            pytest.fail("it cannot be up")

    with pytest.raises(NotStarted, match=told):
        asyncio.run(test())


def test_each_exchange_is_sent_at_its_own_time(tmp_path: Path) -> None:
    stage = Stage(clock=Frozen(Path("lib.so"), tmp_path / "now"))
    exchange = replace(made(2), timings=Timings(server_sent=1_500_000))
    stage.begin(exchange)
    assert (tmp_path / "now").read_text() == f"{moment(exchange) // 1_000_000}.{moment(exchange) % 1_000_000:06d}\n"
    assert moment(exchange) == exchange.facts.seed.arrived_us + 1_500_000
    assert stage.end(exchange) == ()
    assert stage.rest() == ()


def test_what_the_outside_tells_is_passed_on() -> None:
    class Told:
        def begin(self, _: object) -> None:
            """Nothing."""

        def end(self, _: object) -> tuple[Finding, ...]:
            return (Finding(Kind.EGRESS_UNUSED, "egress"),)

        def rest(self) -> tuple[Finding, ...]:
            return (Finding(Kind.EGRESS_MISSING, "egress"),)

    stage = Stage(outside=Told())  # type: ignore[arg-type]
    stage.begin(made(2))
    assert [one.kind for one in (*stage.end(made(2)), *stage.rest())] == [Kind.EGRESS_UNUSED, Kind.EGRESS_MISSING]


def test_the_recorded_port_is_taken_when_it_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert place_of(("127.0.0.1", port))[1] != port
    assert place_of(("127.0.0.1", port)) == ("127.0.0.1", port)


def test_before_it_was_started_it_has_said_nothing() -> None:
    assert Stage().last_words() == []
