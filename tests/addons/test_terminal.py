from __future__ import annotations

import asyncio
import io
from dataclasses import replace

import pytest

from addons.terminal import MOST_LINES, Terminal, line, visible
from gateway.exchange import Exchange, State, Timings, View
from gateway.facts import Facts, Ingress, Seed
from gateway.messages import Request, Response

GONE = ((b"A", b"1"), (b"B", b"1"))


def exchange(target: bytes = b"/hello", *, status: int | None = 200, done: int = 4000) -> Exchange:
    """Two header lines are taken on the way in, one is added on the way back when there is an answer."""
    answer = Response(status, headers=((b"C", b"1"),)) if status else None
    return Exchange(
        id=1,
        facts=Facts(Seed("1-0-0-0", 0), Ingress.HTTP_CUSTOM, "web"),
        client=View(Request(b"GET", target, GONE), answer),
        server=View(Request(b"GET", target), Response(status) if status else None),
        state=State.COMPLETE if status else State.CANCELLED,
        timings=Timings(done=done),
    )


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        pytest.param(exchange(), "GET /hello 200 -2 +1 4.0 ms", id="answered"),
        pytest.param(exchange(done=12_345), "GET /hello 200 -2 +1 12 ms", id="whole-milliseconds-above-ten"),
        pytest.param(exchange(b"/x?token=hunter2&a=1"), "GET /x?token=***&a=1 200 -2 +1 4.0 ms", id="no-secret"),
        pytest.param(exchange(b"/" + b"x" * 99), f"GET /{'x' * 38}…{'x' * 39} 200 -2 +1 4.0 ms", id="both-ends"),
        pytest.param(exchange(status=None), "GET /hello cancelled -2 4.0 ms", id="no-answer"),
    ],
)
def test_an_exchange_is_one_line(shown: Exchange, expected: str) -> None:
    assert line(shown) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(b"/a\x1b[2J", "/a\\x1b[2J", id="escape-sequence"),
        pytest.param(b"/\x9d", "/\\x9d", id="c1-control"),
        pytest.param("/\u202egnp".encode(), "/\\u202egnp", id="bidi-override"),
        pytest.param("/你好".encode(), "/你好", id="chinese-stays"),
    ],
)
def test_recorded_content_cannot_drive_a_terminal(text: bytes, expected: str) -> None:
    assert visible(text) == expected


def test_a_flood_is_counted_not_printed() -> None:
    async def test() -> None:
        for _ in range(MOST_LINES + 7):
            terminal.show(exchange())
        terminal.flush()

    out = io.StringIO()
    terminal = Terminal(out, lost=pytest.fail)
    asyncio.run(test())
    lines = out.getvalue().splitlines()
    assert len(lines) == MOST_LINES + 1
    assert lines[-1] == "... and 7 more"


def test_a_reader_that_has_gone_is_told_and_nothing_is_raised() -> None:
    class Broken(io.StringIO):
        def flush(self) -> None:
            raise BrokenPipeError

    async def test() -> None:
        terminal.show(exchange())
        terminal.flush()

    told: list[bool] = []
    terminal = Terminal(Broken(), lost=lambda: told.append(True))
    asyncio.run(test())
    assert told == [True]


def test_a_delivery_shows_what_the_server_answered() -> None:
    delivered = replace(exchange(), parent_id=1, client=View(exchange().client.request))
    assert line(delivered) == "GET /hello 200 -2 4.0 ms"
