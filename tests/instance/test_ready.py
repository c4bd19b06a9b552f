"""Readiness is the first of: the port answers, the program exits, the time is over."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import pytest

from gateway.config import HealthCheck
from instance.ready import Readiness, Watch, is_open, wait_until_closed, wait_until_ready


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def watch(port: int, exited: asyncio.Event | None = None, health: HealthCheck | None = None) -> Watch:
    return Watch(("127.0.0.1", port), health or HealthCheck(), exited or asyncio.Event())


async def answering(*statuses: int) -> tuple[asyncio.Server, list[bytes]]:
    """A server that gives each new connection the next status, the last one for ever."""
    seen: list[bytes] = []
    left = list(statuses)

    async def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):  # the look at the port sends nothing
            seen.append(await reader.readuntil(b"\r\n\r\n"))
            status = left.pop(0) if len(left) > 1 else left[0]
            writer.write(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status)
        writer.close()

    return await asyncio.start_server(on_connection, "127.0.0.1", 0), seen


def test_an_open_port_is_ready_and_a_closed_one_is_not() -> None:
    async def scene() -> tuple[bool, bool]:
        server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            first = await is_open("127.0.0.1", port)
        return first, await is_open("127.0.0.1", free_port())

    assert asyncio.run(scene()) == (True, False)


def test_a_port_that_opens_later_becomes_ready() -> None:
    async def scene() -> Readiness:
        port = free_port()
        waiting = asyncio.create_task(wait_until_ready(watch(port), 30))
        await asyncio.sleep(0)  # the first look finds nothing
        server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", port)
        async with server:
            return await waiting

    assert asyncio.run(scene()) is Readiness.READY


@pytest.mark.parametrize("when", [pytest.param("before", id="before"), pytest.param("meanwhile", id="meanwhile")])
def test_an_exit_ends_the_wait_at_once(when: str) -> None:
    async def scene() -> Readiness:
        exited = asyncio.Event()
        if when == "before":
            exited.set()
        else:
            asyncio.get_running_loop().call_later(0.02, exited.set)
        return await asyncio.wait_for(wait_until_ready(watch(free_port(), exited), 3600), 10)

    assert asyncio.run(scene()) is Readiness.EXITED


def test_the_wait_ends_when_the_time_is_over() -> None:
    wait = wait_until_ready(watch(free_port()), 0.05)
    assert asyncio.run(asyncio.wait_for(wait, 10)) is Readiness.TIMED_OUT


def test_an_http_check_waits_for_as_many_good_answers_as_it_wants() -> None:
    async def scene() -> tuple[Readiness, int, bytes]:
        server, seen = await answering(503, 200, 503, 200, 204)
        health = HealthCheck("/ready", period_s=0.01, success_threshold=2)
        async with server:
            readiness = await wait_until_ready(watch(server.sockets[0].getsockname()[1], health=health), 30)
        return readiness, len(seen), seen[0]

    readiness, asked, first = asyncio.run(scene())
    assert readiness is Readiness.READY
    assert asked == 5
    assert first.startswith(b"GET /ready HTTP/1.1\r\nHost: 127.0.0.1:")


def test_an_http_check_that_never_passes_says_why() -> None:
    async def scene() -> tuple[Readiness, str]:
        server, _ = await answering(500)
        async with server:
            waiting = watch(server.sockets[0].getsockname()[1], health=HealthCheck("/ready", period_s=0.01))
            return await wait_until_ready(waiting, 0.3), waiting.last

    assert asyncio.run(scene()) == (Readiness.TIMED_OUT, "GET /ready was answered 500")


def test_the_first_check_waits_for_the_initial_delay() -> None:
    async def scene() -> Readiness:
        server, _ = await answering(200)
        async with server:
            health = HealthCheck("/", initial_delay_s=60)
            return await wait_until_ready(watch(server.sockets[0].getsockname()[1], health=health), 0.05)

    assert asyncio.run(scene()) is Readiness.TIMED_OUT


def test_a_port_that_is_let_go_of_is_waited_for_but_not_for_ever() -> None:
    async def scene() -> tuple[bool, bool]:
        server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        held = await wait_until_closed("127.0.0.1", port, 0.05)
        asyncio.get_running_loop().call_later(0.02, server.close)
        return held, await wait_until_closed("127.0.0.1", port, 30)

    assert asyncio.run(scene()) == (False, True)
