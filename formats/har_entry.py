"""One entry of another program's HAR as a call that was seen: its request, its answer, its times.

Programs differ, and the format loses things. What can be put right is (host and version of HTTP/2 and 3, several
Set-Cookie in one line, lengths), and each such repair is counted in `notes`.
Must not know: whole files. Read next: har_bodies.py (text back into bytes), har_read.py, incoming.py.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from formats.har_bodies import BadEntry, content_bytes, encoded_again, post_bytes
from formats.incoming import Seen, clamped_us, foreign
from gateway.exchange import Exchange, Failure, State, Timings
from gateway.messages import Headers, Request, Response, get, get_all

if TYPE_CHECKING:
    from collections import Counter

    from formats.incoming import Shelf

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
_SCHEMES = {"http": False, "https": True, "ws": False, "wss": True}
_DAY_MS = 86_400_000
_BODYLESS = frozenset({204, 304})


@dataclass(slots=True)
class Reading:
    """Reads entries one by one. `notes`: what was lost or put right, and how often. `shelf`: takes large bodies."""

    notes: Counter[str]
    shelf: Shelf

    def seen(self, entry: Any) -> Seen:  # noqa: ANN401 - what JSON can hold
        """The call. Raises BadEntry."""
        sent, got = _object(entry, "request"), _object(entry, "response")
        secure, host, target = _place(_text(sent, "url"))
        request = self._request(sent, host, target)
        response = self._response(got, request.method)
        if entry.get("_webSocketMessages"):
            self.notes["conversations over a WebSocket are left out, their handshakes are not"] += 1
        known = _known_id(response or request)
        told = _started(entry.get("startedDateTime")), _timings(entry.get("timings"))
        if response is not None:
            return Seen(request, response, *told, secure=secure, request_id=known)
        self.notes["calls without an answer"] += 1
        why = got.get("_error") or entry.get("_error") or "it got no answer"
        return Seen(
            request, None, *told, secure=secure, request_id=known, failure=Failure.CLOSED, failure_text=str(why)[:200]
        )

    def exchange(self, number: int, seen: Seen) -> Exchange:
        """The call as an exchange, its large bodies on the shelf."""
        self.shelf.bodies.clear()
        return shelved(foreign(number, seen, State.COMPLETE if seen.response else State.SERVER_FAILED), self.shelf)

    def _request(self, told: dict[str, Any], host: str, target: str) -> Request:
        method = _text(told, "method")
        if not _TOKEN.match(method):
            raise BadEntry("its method is none")
        headers = self._headers(told)
        if get(headers, b"host") is None:
            headers = ((b"Host", host.encode("utf-8", "backslashreplace")), *headers)
        length = get(headers, b"content-length") or b""
        body = post_bytes(told, int(length) if length.isdigit() and len(length) < 16 else -1) or b""
        if body and get(headers, b"transfer-encoding") is None and not length:
            headers = (*headers, (b"Content-Length", b"%d" % len(body)))
        headers = self._measured(headers, body, "request bodies have another length than was announced")
        return Request(method.encode(), target.encode(), headers, body, self._version(told))

    def _response(self, told: dict[str, Any], method: bytes) -> Response | None:
        status = told.get("status")
        if type(status) is not int or not (status == 0 or 100 <= status <= 999):
            raise BadEntry("its status is none")
        if status == 0:
            return None
        headers, body = self._headers(told), content_bytes(told) or b""
        codings = b",".join(get_all(headers, b"content-encoding"))
        if body and codings:
            again = encoded_again(body, codings)
            self.notes["bodies were decoded in the file and are encoded again: same content, other bytes"] += 1
            headers = headers if again is not None else _without(headers, b"content-encoding")
            body = body if again is None else again
        size = _object(told, "content").get("size") if isinstance(told.get("content"), dict) else 0
        whole = method != b"HEAD" and status >= 200 and status not in _BODYLESS
        if whole and not body and isinstance(size, int) and size > 0:
            self.notes["bodies are not in the file"] += 1
        if whole:
            headers = self._measured(headers, body, "")
        reason = _text(told, "statusText", "").encode("utf-8", "backslashreplace")
        return Response(status, re.sub(rb"[\r\n\0]", b" ", reason), headers, body, self._version(told))

    def _headers(self, told: dict[str, Any]) -> Headers:
        found: list[tuple[bytes, bytes]] = []
        listed = told.get("headers")
        for line in listed if isinstance(listed, list) else []:
            name, value = _line(line)
            if name.startswith(":"):  # HTTP/2's pseudo-fields repeat what the first line says
                continue
            if not _TOKEN.match(name):
                self.notes["fields without a proper name are left out"] += 1
                continue
            # Browsers write several fields of one name as one, a line each.
            found += [(name.encode(), part.encode("utf-8", "backslashreplace")) for part in value.split("\n")]
        return tuple(found)

    def _measured(self, headers: Headers, body: bytes, note: str) -> Headers:
        """The Content-Length that the body has here; the file tells bodies as they read."""
        right = b"%d" % len(body)
        wrong = [value for value in get_all(headers, b"content-length") if value != right]
        if not wrong:
            return headers
        if note:
            self.notes[note] += 1
        return tuple((name, right if name.lower() == b"content-length" else value) for name, value in headers)

    def _version(self, told: dict[str, Any]) -> bytes:
        version = _text(told, "httpVersion", "").lower()
        if version.startswith(("h2", "h3", "http/2", "http/3")):
            self.notes["messages of HTTP/2 or 3 are kept as HTTP/1.1"] += 1
        return b"HTTP/1.0" if version == "http/1.0" else b"HTTP/1.1"


def shelved(exchange: Exchange, shelf: Shelf) -> Exchange:
    """The exchange with its large bodies on the shelf. Both views are the same value, so each is put there once."""
    view = exchange.client
    sent = view.request and replace(view.request, body=shelf.put(_bytes(view.request.body)))
    got = view.response and replace(view.response, body=shelf.put(_bytes(view.response.body)))
    view = replace(view, request=sent, response=got)
    return replace(exchange, client=view, server=view)


def _bytes(body: object) -> bytes:
    assert isinstance(body, bytes)  # noqa: S101 - nothing was put on a shelf yet
    return body


def _object(told: Any, name: str) -> dict[str, Any]:  # noqa: ANN401 - what JSON can hold
    found = told.get(name) if isinstance(told, dict) else None
    if not isinstance(found, dict):
        raise BadEntry(f"it has no {name}")
    return found


def _text(told: dict[str, Any], name: str, default: str | None = None) -> str:
    found = told.get(name, default)
    if not isinstance(found, str):
        if default is None:
            raise BadEntry(f"its {name} is no text")
        return default
    return found


def _place(url: str) -> tuple[bool, str, str]:
    """Whether over TLS, the host, and the target of a URL. Raises BadEntry."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise BadEntry("its URL cannot be read") from error
    if parts.scheme not in _SCHEMES or not parts.netloc:
        raise BadEntry("its URL is not of HTTP")
    target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    return _SCHEMES[parts.scheme], parts.netloc.rpartition("@")[2], quote(target, safe=_PRINTABLE, errors="replace")


def _line(line: Any) -> tuple[str, str]:  # noqa: ANN401 - what JSON can hold
    """A field: an object with name and value, or a pair as Slack writes it. Raises BadEntry."""
    if isinstance(line, dict):
        pair = line.get("name"), line.get("value")
    else:
        pair = tuple(line) if isinstance(line, list) and len(line) == 2 else (None, None)
    name, value = pair
    if not isinstance(name, str) or not isinstance(value, str):
        raise BadEntry("its headers cannot be read")
    return name, value


def _started(told: Any) -> int:  # noqa: ANN401 - what JSON can hold
    """Microseconds since the epoch, 0 when the file does not say."""
    try:
        return clamped_us(datetime.fromisoformat(told).timestamp() * 1_000_000)
    except (TypeError, ValueError, OverflowError, OSError):
        return 0


def _timings(told: Any) -> Timings:  # noqa: ANN401 - what JSON can hold
    """The phases from the first byte sent on; what went before (names, connections) is no part of an exchange."""
    phases = told if isinstance(told, dict) else {}
    send, wait, receive = (_us(phases.get(name)) for name in ("send", "wait", "receive"))
    return Timings(send, send, send + wait, send + wait + receive, send + wait + receive)


def _us(milliseconds: Any) -> int:  # noqa: ANN401 - what JSON can hold
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return 0
    return round(milliseconds * 1000) if math.isfinite(milliseconds) and 0 <= milliseconds <= _DAY_MS else 0


def _known_id(message: Request | Response) -> str:
    """The request id, when a gateway of Function Compute was there."""
    found = (get(message.headers, b"x-fc-request-id") or b"").decode("latin-1")
    return found if re.fullmatch(r"[\w.-]{1,64}", found, re.ASCII) else ""


def _without(headers: Headers, name: bytes) -> Headers:
    return tuple(field for field in headers if field[0].lower() != name)
