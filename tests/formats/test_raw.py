"""A raw message is the stored bytes."""

from __future__ import annotations

import pytest

from formats.raw import render
from gateway.messages import BodyRef, Request, Response


@pytest.mark.parametrize(
    ("message", "raw"),
    [
        pytest.param(
            Request(b"POST", b"//%2f", ((b"hOsT", b"x"), (b"A", b""), (b"a", b"\xff")), b"\0body"),
            b"POST //%2f HTTP/1.1\r\nhOsT: x\r\nA: \r\na: \xff\r\n\r\n\0body",
            id="request",
        ),
        pytest.param(
            Response(200, b"OK", ((b"A", b"1"),), b"x", trailers=((b"T", b"2"),)),
            b"HTTP/1.1 200 OK\r\nA: 1\r\n\r\nx\r\nT: 2\r\n",
            id="response with trailers",
        ),
        pytest.param(Response(204), b"HTTP/1.1 204 \r\n\r\n", id="nothing but a status"),
        pytest.param(Response(200, body=BodyRef(b"", 6)), b"HTTP/1.1 200 \r\n\r\nonetwo", id="large body"),
    ],
)
def test_a_message_is_its_bytes(message: Request | Response, raw: bytes) -> None:
    assert b"".join(render(message, lambda _: [b"one", b"two"])) == raw
