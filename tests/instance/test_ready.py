"""Readiness is the first of: the port answers, the program exits, the time is over."""

from __future__ import annotations

import asyncio
import socket

import pytest

from instance.ready import Readiness, is_open, wait_until_ready


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


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
        waiting = asyncio.create_task(wait_until_ready("127.0.0.1", port, asyncio.Event(), 30))
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
        return await asyncio.wait_for(wait_until_ready("127.0.0.1", free_port(), exited, 3600), 10)

    assert asyncio.run(scene()) is Readiness.EXITED


def test_the_wait_ends_when_the_time_is_over() -> None:
    wait = wait_until_ready("127.0.0.1", free_port(), asyncio.Event(), 0.05)
    assert asyncio.run(asyncio.wait_for(wait, 10)) is Readiness.TIMED_OUT
