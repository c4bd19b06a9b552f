"""Whatever bytes come, from a client or from the server: the proxy answers or closes, records, and serves on.

What it prints is looked at when it stops: a traceback fails the session (pool.py).
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.live.rawclient import RawClient
from tests.live.scripted import Behaviour

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.live.pool import Stage, Stages

GOOD_REQUEST = (
    b"POST /a?b=c HTTP/1.1\r\nHost: app.example.test\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nX-T: 1\r\n\r\n"
)
GOOD_ANSWER = b"HTTP/1.1 200 OK\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n"
PLAIN = b"GET / HTTP/1.1\r\nHost: app.example.test\r\n\r\n"


def damaged(good: bytes) -> st.SearchStrategy[bytes]:
    """Good bytes with a few places cut out, doubled or replaced."""
    edit = st.tuples(st.integers(0, len(good)), st.integers(0, 6), st.binary(max_size=6))

    def apply(edits: list[tuple[int, int, bytes]]) -> bytes:
        data = good
        for at, cut, put in edits:
            data = data[:at] + put + data[at + cut :]
        return data

    return st.lists(edit, min_size=1, max_size=3).map(apply)


@pytest.fixture(scope="module")
def garbage(stages: Stages) -> Iterator[Stage]:
    stage = stages.get()
    yield stage
    stage.server.script()
    with RawClient(stage.proxy.port) as client:
        client.send(PLAIN)
        assert client.answer().body == b"ok"


@settings(max_examples=60, deadline=None)
@given(data=st.one_of(damaged(GOOD_REQUEST), st.binary(min_size=1, max_size=60)))
def test_of_a_client(garbage: Stage, data: bytes) -> None:
    garbage.server.script()
    recorded = garbage.proxy.recorded
    last = recorded.newest()
    with RawClient(garbage.proxy.port) as client:
        client.send_what_is_taken(data)
        client.socket.shutdown(socket.SHUT_WR)
        answer = client.ended()
    assert answer == b"" or answer.startswith(b"HTTP/1.1 ")
    for exchange in recorded.after(last):
        recorded.assert_no_silent_change(exchange)


@settings(max_examples=60, deadline=None)
@given(data=st.one_of(damaged(GOOD_ANSWER), st.binary(max_size=60)))
def test_of_the_server(garbage: Stage, data: bytes) -> None:
    garbage.server.script(Behaviour((data,), then="close"), Behaviour((data,), then="close"))
    recorded = garbage.proxy.recorded
    last = recorded.newest()
    with RawClient(garbage.proxy.port) as client:
        client.send(PLAIN)
        head = client.head()
        answer = client.rest(head)
    assert head.first.startswith(b"HTTP/1.1 ")
    (found,) = recorded.after(last)
    recorded.assert_no_silent_change(found)
    assert answer is not None or found.failure is not None
