from __future__ import annotations

import asyncio

import pytest

from instance.probe import check


def ask(answer: bytes | None, path: str = "/ready") -> tuple[str, bytes]:
    """What the check says of a server with this answer (None: it says nothing), and what the server got."""
    got: list[bytes] = []

    async def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append(await reader.readuntil(b"\r\n\r\n"))
        if answer is None:
            await reader.read()
        else:
            writer.write(answer)
        writer.close()

    async def scene() -> str:
        async with await asyncio.start_server(on_connection, "127.0.0.1", 0) as server:
            return await check(server.sockets[0].getsockname()[:2], path, 0.2)

    return asyncio.run(scene()), got[0]


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", id="200"),
        pytest.param(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", "", id="302"),
        pytest.param(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", "GET /ready was answered 404", id="404"),
        pytest.param(None, "no answer to GET /ready within 0.2 s", id="silence"),
    ],
)
def test_what_a_check_says(answer: bytes | None, wrong: str) -> None:
    said, got = ask(answer)
    assert said == wrong
    assert got.startswith(b"GET /ready HTTP/1.1\r\nHost: 127.0.0.1:")


@pytest.mark.parametrize("answer", [pytest.param(b"", id="closed"), pytest.param(b"hello\r\n\r\n", id="not-http")])
def test_what_is_no_answer_is_told(answer: bytes) -> None:
    assert ask(answer)[0].startswith("GET /ready: ")


def test_nobody_there_is_told() -> None:
    async def scene() -> str:
        async with await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0) as server:
            address = server.sockets[0].getsockname()[:2]
        return await check(address, "/", 1)

    assert asyncio.run(scene()).startswith("GET /: ")
