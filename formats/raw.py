"""Messages as they were on the wire, for people who read or paste them: start line, fields, empty line, body.

A chunked body is written whole, as it was meant. Must not know: recordings. Read next: har.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.messages import BodyRef, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gateway.messages import Response


def render(message: Request | Response, load: Callable[[BodyRef], Iterable[bytes]]) -> Iterator[bytes]:
    """The message in pieces, every byte as stored. `load`: the pieces of a large body."""
    if isinstance(message, Request):
        line = b"%b %b %b" % (message.method, message.target, message.version)
    else:
        line = b"%b %d %b" % (message.version, message.status, message.reason)
    fields = b"".join(b"%b: %b\r\n" % field for field in message.headers)
    yield b"%b\r\n%b\r\n" % (line, fields)
    if isinstance(message.body, BodyRef):
        yield from load(message.body)
    else:
        yield message.body
    if message.trailers:
        yield b"\r\n" + b"".join(b"%b: %b\r\n" % field for field in message.trailers)
