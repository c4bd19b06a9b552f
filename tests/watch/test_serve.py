"""The port of a live page: loopback alone, and gone when it is told to end, also under open streams."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from watch.serve import bound

if TYPE_CHECKING:
    from tests.watch.conftest import Live


def test_it_is_bound_to_loopback_and_to_nothing_else() -> None:
    with bound(0) as sock:
        assert sock.getsockname()[0] == "127.0.0.1"


def test_a_port_that_is_taken_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        bound(taken.getsockname()[1])


def test_an_open_stream_does_not_keep_it_alive(live: Live) -> None:
    stream = live.events(1)
    assert next(stream) == b": hello\n"
    live.guard  # noqa: B018 - the fixture's end stops the server and joins its thread
