"""A case's words as bytes: the request that the client writes, the behaviour of the server.

Read next: shells.py (who writes the request), ../live/scripted.py (who behaves).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.live.messages import chunk, chunked, fields
from tests.live.scripted import Behaviour, Until

if TYPE_CHECKING:
    from gateway.messages import Headers
    from tests.conformance.cases import Ask, Serve

NEXT_PIECE = "next piece"


@dataclass(frozen=True, slots=True)
class Wire:
    """A request ready to be written: `head` and `body` with its framing; the same in parts for HTTP/2."""

    head: bytes
    body: bytes
    headers: Headers
    target: bytes
    content: bytes


def raw(text: str) -> bytes:
    """The bytes that a text of the case stands for."""
    return text.encode("latin-1")


def size_of(headers: Headers) -> int:
    """As FC counts: names and values (contract REQ-LIM-6)."""
    return sum(len(name) + len(value) for name, value in headers)


def padded(headers: Headers, total: int) -> Headers:
    """The lines with an X-Pad that brings them to `total` bytes; unchanged for 0."""
    if not total:
        return headers
    missing = total - size_of(headers) - len(b"X-Pad")
    assert missing > 0, f"the headers have more than {total} bytes already"
    return (*headers, (b"X-Pad", b"p" * missing))


def request_of(ask: Ask) -> Wire:
    """What the client writes."""
    if ask.raw:
        return Wire(raw(ask.raw), b"", (), b"", b"")
    pieces = tuple(raw(piece) for piece in ask.chunks) or tuple(b"x" * size for size in ask.chunk_sizes)
    content = b"".join(pieces) or (b"x" * ask.body_size if ask.body_size else raw(ask.body))
    host: Headers = ((b"Host", raw(ask.host)),) if ask.host is not None else ()
    own = fields([raw(line) for line in ask.headers])
    headers = padded((*host, *own, *_framing(ask, pieces, content)), ask.headers_total)
    target = raw(ask.target)
    target += b"t" * max(0, ask.target_total - len(target))
    first = b"%b %b %b\r\n" % (raw(ask.method), target, raw(ask.version))
    body = b"" if ask.announce else content
    if pieces:
        body = chunked(pieces) if ask.finish else b"".join(chunk(piece) for piece in pieces)
    return Wire(first + lines(headers) + b"\r\n", body, headers, target, content)


def _framing(ask: Ask, pieces: tuple[bytes, ...], content: bytes) -> Headers:
    if pieces:
        return ((b"Transfer-Encoding", b"chunked"),)
    size = ask.announce or len(content)
    return ((b"Content-Length", b"%d" % size),) if size else ()


def lines(headers: Headers) -> bytes:
    """Field lines as they are written."""
    return b"".join(b"%b: %b\r\n" % pair if pair[1] else b"%b:\r\n" % pair[0] for pair in headers)


def behaviour_of(serve: Serve) -> Behaviour:
    """What the server does."""
    then = serve.then if serve.length or serve.chunks or serve.raw else "close"
    return Behaviour(_sends(serve), serve.reads, then, raw(serve.logs))


def _sends(serve: Serve) -> tuple[bytes | Until, ...]:
    if serve.then == "hold" and not serve.chunks:
        return ()
    if serve.raw:
        return (raw(serve.raw),)
    pieces = tuple(raw(piece) for piece in serve.chunks)
    body = b"x" * serve.body_size if serve.body_size else raw(serve.body)
    headers = fields([raw(line) for line in serve.headers])
    if pieces:
        headers = (*headers, (b"Transfer-Encoding", b"chunked"))
    elif serve.length:
        headers = (*headers, (b"Content-Length", b"%d" % len(body)))
    head = b"HTTP/1.1 %b\r\n%b\r\n" % (raw(serve.status), lines(padded(headers, serve.headers_total)))
    if serve.pause:
        between = [part for piece in pieces[1:] for part in (Until(NEXT_PIECE), chunk(piece))]
        return (head + chunk(pieces[0]), *between, b"0\r\n\r\n")
    whole = head + (chunked(pieces) if pieces else body)
    return (whole[: serve.cut] if serve.cut >= 0 else whole,) if serve.cut else ()
