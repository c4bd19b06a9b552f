"""HAR 1.2: what browsers' tools, Charles, Proxyman, Postman and mitmproxy open. One side in the standard fields.

Each entry carries the whole exchange in `_fc`: both views, every change and its rule, and the bodies that the
standard fields do not hold byte for byte, so that har_read.py gets back what went in. What HAR 1.2 cannot hold is
said: a binary request body gets `encoding` (a later draft's key) and `_encoding`, a body that is too large is left
out with a comment. Must not know: recordings, secrets. Read next: plain.py, har_read.py.
"""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from formats.plain import to_plain
from gateway.exchange import Exchange, View
from gateway.messages import Body, BodyRef, Headers, Request, Response, body_size, get, get_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

MOST_BODY = 32 * 1024 * 1024
"""Bytes of a body that goes into a HAR; readers load the whole file into memory."""

SCHEMA = 1
"""Of the `_fc` member."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a HAR gets what an exchange only names.

    `load`: the pieces of a large body. `decode`: a body without its content codings, None when it has no others.
    """

    load: Callable[[BodyRef], Iterable[bytes]]
    decode: Callable[[bytes, Headers], bytes | None]


def render(
    exchanges: Iterable[Exchange], side: str, source: Source, about: Callable[[], Mapping[str, Any]]
) -> Iterator[bytes]:
    """A HAR file in pieces, entries in order of arrival. `side`: "client" or "server" in the standard fields.

    `about`: asked at the end, what an import must know: `rules_version`, whether it is `sealed`, `configs`.
    """
    yield b'{"log": {"version": "1.2", "creator": {"name": "fc-replay", "version": "1"}, "entries": ['
    separator = b"\n"
    for exchange in exchanges:
        view = exchange.client if side == "client" else exchange.server
        if view is not None and view.request is not None:
            text = json.dumps(_entry(exchange, view, side, source), ensure_ascii=False)
            yield separator + text.encode("utf-8", "backslashreplace")
            separator = b",\n"
    told = json.dumps({"schema": SCHEMA, "side": side, **about()}, ensure_ascii=False, sort_keys=True)
    yield b'\n], "_fc": ' + told.encode("utf-8", "backslashreplace") + b"}}\n"


def _entry(exchange: Exchange, view: View, side: str, source: Source) -> dict[str, Any]:
    timings = _timings(exchange)
    started = datetime.fromtimestamp(exchange.facts.seed.arrived_us / 1_000_000, UTC)
    assert view.request is not None  # noqa: S101 - render leaves out what has none
    return {
        "startedDateTime": started.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "time": sum(value for value in timings.values() if value > 0),
        "request": _request(exchange, view.request, source),
        "response": _response(view.response, source),
        "cache": {},
        "timings": timings,
        "_fc": _whole(exchange, side, source),
    }


def _whole(exchange: Exchange, side: str, source: Source) -> dict[str, Any]:
    """The exchange without the bodies that the standard fields hold to the byte; large ones they lack lie beside it."""
    view = (exchange.client if side == "client" else exchange.server) or View()
    exact = [message for message in (view.request, view.response) if message and is_exact(message, source)]
    bare = View(*[_bare(each) if each in exact else each for each in (view.request, view.response)])  # type: ignore[arg-type]
    changed = replace(exchange, client=bare) if side == "client" else replace(exchange, server=bare)
    told = {"schema": SCHEMA, "exchange": to_plain(changed)}
    refs = {body for body in _bodies(exchange) if isinstance(body, BodyRef) and body.size <= MOST_BODY}
    refs -= {each.body for each in exact}
    coded = {ref.digest.hex(): b64encode(b"".join(source.load(ref))).decode("ascii") for ref in refs}
    return {**told, "bodies": dict(sorted(coded.items()))} if coded else told


def is_exact(message: Request | Response, source: Source) -> bool:
    """Whether the standard fields hold a body to the byte: not when a content coding was undone, nor when too large."""
    body = _loaded(message.body, source)
    if body is None or isinstance(message, Request):
        return body is not None
    return source.decode(body, message.headers) in {None, body}


def _bare(message: Request | Response | None) -> Request | Response | None:
    """Large bodies stay names: the standard fields hold what they name."""
    if message is None or isinstance(message.body, BodyRef):
        return message
    return replace(message, body=b"")


def _bodies(exchange: Exchange) -> Iterator[Body]:
    for view in (exchange.client, exchange.server or View()):
        yield from (message.body for message in (view.request, view.response) if message)
    for change in exchange.transforms:
        yield from (side for side in (change.before, change.after) if isinstance(side, BodyRef))
    yield from (body for _, body in exchange.readable)


def _timings(exchange: Exchange) -> dict[str, float]:
    """Milliseconds; what is not known is -1 where the format allows that, else 0."""
    marks = exchange.timings
    sent, head, done = marks.server_sent, marks.server_head, marks.done
    wait = max(head - sent, 0) if sent >= 0 and head >= 0 else max(done, 0)
    receive = max(done - head, 0) if head >= 0 and done >= 0 else 0
    send = max(sent, 0)
    return {
        "blocked": -1,
        "dns": -1,
        "connect": -1,
        "ssl": -1,
        "send": send / 1000,
        "wait": wait / 1000,
        "receive": receive / 1000,
    }


def _request(exchange: Exchange, request: Request, source: Source) -> dict[str, Any]:
    scheme = "https" if exchange.facts.seed.secure else "http"
    host = _text(get(request.headers, b"host") or b"localhost")
    target = _text(request.target)
    told = {
        "method": _text(request.method),
        "url": f"{scheme}://{host}{target}" if target.startswith("/") else target,
        "httpVersion": _text(request.version),
        "cookies": _cookies(b"; ".join(get_all(request.headers, b"cookie")).split(b"; ")),
        "headers": _headers(request.headers),
        "queryString": _query(target),
        "headersSize": _head_size(b" ".join((request.method, request.target, request.version)), request.headers),
        "bodySize": body_size(request.body),
    }
    return told | ({"postData": _post_data(request, source)} if body_size(request.body) else {})


def _post_data(request: Request, source: Source) -> dict[str, Any]:
    told: dict[str, Any] = {"mimeType": _text(get(request.headers, b"content-type") or b"")}
    body = _loaded(request.body, source)
    if body is None:
        return {**told, "text": "", "comment": f"left out: {body_size(request.body)} bytes"}
    try:
        return {**told, "text": body.decode("utf-8")}
    except UnicodeDecodeError:
        coded = b64encode(body).decode("ascii")
        return {**told, "text": coded, "encoding": "base64", "_encoding": "base64"}


def _response(response: Response | None, source: Source) -> dict[str, Any]:
    if response is None:
        response = Response(0)
    line = b"%b %d %b" % (response.version, response.status, response.reason)
    return {
        "status": response.status,
        "statusText": _text(response.reason),
        "httpVersion": _text(response.version),
        "cookies": _cookies(value.partition(b";")[0] for value in get_all(response.headers, b"set-cookie")),
        "headers": _headers(response.headers),
        "content": _content(response, source),
        "redirectURL": _text(get(response.headers, b"location") or b""),
        "headersSize": _head_size(line, response.headers) if response.status else -1,
        "bodySize": body_size(response.body) if response.status else -1,
    }


def _content(response: Response, source: Source) -> dict[str, Any]:
    """The body as it reads; `size` is the decoded length, `compression` what the coding saved."""
    told: dict[str, Any] = {"mimeType": _text(get(response.headers, b"content-type") or b"")}
    body = _loaded(response.body, source)
    if body is None:
        return {**told, "size": body_size(response.body), "comment": "left out: too large"}
    content = source.decode(body, response.headers)
    if content is None:
        return {**told, "size": len(body), "text": b64encode(body).decode("ascii"), "encoding": "base64"}
    told |= {"size": len(content), "compression": len(content) - len(body)}
    try:
        return {**told, "text": content.decode("utf-8")}
    except UnicodeDecodeError:
        return {**told, "text": b64encode(content).decode("ascii"), "encoding": "base64"}


def _loaded(body: Body, source: Source) -> bytes | None:
    if not isinstance(body, BodyRef):
        return body
    return b"".join(source.load(body)) if body.size <= MOST_BODY else None


def _headers(headers: Headers) -> list[dict[str, str]]:
    return [{"name": _text(name), "value": _text(value)} for name, value in headers]


def _cookies(pairs: Iterable[bytes]) -> list[dict[str, str]]:
    split = (pair.partition(b"=") for pair in pairs if pair)
    return [{"name": _text(name), "value": _text(value)} for name, _, value in split]


def _query(target: str) -> list[dict[str, str]]:
    pairs = (pair.partition("=") for pair in target.partition("?")[2].split("&") if pair)
    return [{"name": unquote_plus(name), "value": unquote_plus(value)} for name, _, value in pairs]


def _head_size(line: bytes, headers: Headers) -> int:
    return len(line) + 2 + sum(len(name) + len(value) + 4 for name, value in headers) + 2


def _text(data: bytes) -> str:
    """Bytes of a head as text; HTTP's old charset is the one that loses nothing (RFC 9110 5.5)."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
