"""mitmproxy's flow files, in: any, also one that is cut short or that a stranger made, and ours without loss.

Each flow is measured before mitmproxy's reader sees it; what is no HTTP call is left out and counted. This module
and flows.py alone know mitmproxy's format outside addons/. Must not know: databases. Read next: incoming.py, flows.py.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

from mitmproxy import flow, http
from mitmproxy.io import FlowReader

from formats.flows import ABOUT, SCHEMA
from formats.har_entry import shelved
from formats.incoming import Seen, Shelf, clamped_us, foreign, foreign_configs, without_messages
from formats.plain import BadPlain, from_plain
from gateway.exchange import Exchange, Failure, State, Timings
from gateway.messages import BodyRef, Request, Response, get
from store.errors import Damaged, Missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gateway.conversation import Message

_MOST_FLOW = 256 * 1024 * 1024
_MOST_LENGTH_DIGITS = 12


class FlowFile:
    """A flow file that is being read; `notes` counts what is left out and where the file breaks off."""

    def __init__(self, path: Path) -> None:
        """Open. Raises Missing; Damaged when not even the first flow can be read."""
        self._place = str(path)
        self._shelf = Shelf()
        self._configs: dict[str, dict[str, Any]] = {}
        self.notes: Counter[str] = Counter()
        try:
            self._size = path.stat().st_size
            self._file = path.open("rb")
        except OSError as error:
            raise Missing(f"it cannot be read ({error.strerror})", self._place) from error
        try:
            first = next(self._flows(), None)
        except BaseException:
            self._file.close()
            raise
        if first is None and not self._file.tell():
            self._file.close()
            raise Damaged("it is no whole flow file: " + ", ".join(self.notes), self._place)
        about = _about(first)
        self.rules_version = ""
        self.sealed = bool(about and about.get("sealed") is True)
        self._file.seek(0)
        self.notes.clear()

    def exchanges(self) -> Iterator[Exchange]:
        """The HTTP calls of the file in its order."""
        number = 0
        for found in self._flows():
            self._shelf.bodies.clear()
            exchange = self._exchange(found, number + 1)
            if exchange is not None:
                number += 1
                yield exchange

    def configs(self) -> dict[str, dict[str, Any]]:
        """The configs of the exchanges given so far, and the one of foreign calls."""
        return {**foreign_configs(), **self._configs}

    def messages(self) -> Iterator[tuple[int, Message]]:
        """None: the format has no place for them."""
        return iter(())

    def noise(self) -> str:
        """A flow file brings none."""
        return ""

    def body_pieces(self, ref: BodyRef) -> Iterator[bytes]:
        """A large body. Raises Damaged."""
        return self._shelf.pieces(ref)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _exchange(self, found: flow.Flow, number: int) -> Exchange | None:
        about = _about(found)
        if about is not None:
            return self._own(about, number)
        if not isinstance(found, http.HTTPFlow):
            self.notes["flows that are no HTTP are left out"] += 1
            return None
        if found.websocket is not None:
            self.notes["conversations over a WebSocket are left out, their handshakes are not"] += 1
        try:
            seen = _checked(_seen(found))
            answered = State.COMPLETE if seen.response else State.SERVER_FAILED
            return shelved(foreign(number, seen, answered), self._shelf)
        except (AttributeError, LookupError, TypeError, ValueError, OverflowError):
            self.notes["flows that cannot be read are left out"] += 1
            return None

    def _own(self, about: dict[str, Any], number: int) -> Exchange:
        """A flow that we wrote: the exchange as it was."""
        try:
            coded = {bytes.fromhex(name): base64.b64decode(text) for name, text in about.get("bodies", {}).items()}
            self._shelf.bodies.update(coded)
            exchange = without_messages(from_plain(Exchange, about["exchange"]), self.notes)
            if isinstance(about.get("config"), dict):
                self._configs[exchange.config_digest] = about["config"]
        except (BadPlain, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise Damaged(f"exchange {number} cannot be read ({error})", self._place) from error
        return exchange

    def _flows(self) -> Iterator[flow.Flow]:
        """Flow by flow, as far as the file is whole."""
        while (framed := self._frame()) is not None:
            try:
                yield from FlowReader(BytesIO(framed)).stream()
            except Exception:  # noqa: BLE001 - a stranger's values break mitmproxy's conversions in any way they like
                self.notes["flows that cannot be read are left out"] += 1

    def _frame(self) -> bytes | None:
        """The bytes of the next flow, measured against the file before they are read; None at its end."""
        start, digits = self._file.tell(), b""
        while (byte := self._file.read(1)).isdigit() and len(digits) < _MOST_LENGTH_DIGITS:
            digits += byte
        if not digits and not byte:
            return None
        length = int(digits) if digits and byte == b":" else self._size + 1
        if length > min(self._size - self._file.tell() - 1, _MOST_FLOW):
            self.notes[f"the file breaks off or is no flow file from byte {start} on"] += 1
            self._file.seek(start)
            return None
        return b"%b:%b" % (digits, self._file.read(length + 1))


def is_flow_file(start: bytes) -> bool:
    """Whether a file that begins so can be a flow file: digits and a colon."""
    digits, colon, _ = start.partition(b":")
    return bool(colon) and digits.isdigit() and len(digits) <= _MOST_LENGTH_DIGITS


def _about(found: flow.Flow | None) -> dict[str, Any] | None:
    """What we wrote into a flow's metadata, None when it is not ours."""
    metadata = found.metadata if found is not None else None
    text = metadata.get(ABOUT) if isinstance(metadata, dict) else None
    try:
        about = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None
    return about if isinstance(about, dict) and about.get("schema") == SCHEMA else None


def _seen(found: http.HTTPFlow) -> Seen:
    """A foreign flow as a call that was seen."""
    data = found.request.data
    started = clamped_us(float(data.timestamp_start) * 1_000_000)
    request = Request(
        data.method,
        data.path,
        tuple(data.headers.fields),
        data.content or b"",
        _version(data.http_version),
        _trailers(data.trailers),
    )
    if get(request.headers, b"host") is None:
        authority = data.authority or data.host.encode("utf-8", "backslashreplace")
        request = replace(request, headers=((b"Host", authority), *request.headers))
    response = None if found.response is None else _response(found.response)
    peer = found.client_conn.peername
    return Seen(
        request,
        response,
        started,
        _timings(found, started),
        client_ip=str(peer[0]) if peer else "127.0.0.1",
        secure=data.scheme == b"https",
        failure=None if response else Failure.CLOSED,
        failure_text=found.error.msg[:200] if found.error and not response else "",
    )


def _checked(seen: Seen) -> Seen:
    """The same call. Raises TypeError when a value is not what its place holds: mitmproxy takes the file's word."""
    messages = [each for each in (seen.request, seen.response) if each is not None]
    lines = [field for each in messages for field in (*each.headers, *each.trailers)]
    data: list[object] = [part for name, value in lines for part in (name, value)]
    data += [seen.request.method, seen.request.target, *(each.body for each in messages)]
    if seen.response is not None:
        data += [seen.response.reason]
        if type(seen.response.status) is not int:
            raise TypeError("a status is a number")
    if not all(type(part) is bytes for part in data) or type(seen.failure_text) is not str:
        raise TypeError("a message is made of bytes")
    return seen


def _response(found: http.Response) -> Response:
    data = found.data
    fields = tuple(data.headers.fields)
    version, trailers = _version(data.http_version), _trailers(data.trailers)
    return Response(data.status_code, data.reason, fields, data.content or b"", version, trailers)


def _timings(found: http.HTTPFlow, started: int) -> Timings:
    sent = _since(found.request.data.timestamp_end, started)
    if found.response is None:
        return Timings(sent, sent)
    data = found.response.data
    end = _since(data.timestamp_end, started)
    return Timings(sent, sent, _since(data.timestamp_start, started), end, end)


def _since(moment: float | None, started: int) -> int:
    return max(clamped_us(moment * 1_000_000) - started, 0) if moment else -1


def _version(version: bytes) -> bytes:
    """HTTP/2 and 3 have no version that a message could be written in."""
    return version if version in {b"HTTP/1.0", b"HTTP/1.1"} else b"HTTP/1.1"


def _trailers(trailers: http.Headers | None) -> tuple[tuple[bytes, bytes], ...]:
    return tuple(trailers.fields) if trailers else ()
