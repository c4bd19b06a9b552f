"""One call that the function made through our port: from mitmproxy's flow to an exchange, as it happens.

No rule speaks here: what the function sent is what the other side got. Bodies of an announced small length are
held until they are recorded; all others flow, and are kept beside. Must not know: where the call goes, listeners.
Read next: egress.py (which hooks call this), causes.py.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from addons.mint import now_us, request_id, since_us
from addons.reply import no_room
from gateway.exchange import Exchange, Failure, Piece, State, Timings, View
from gateway.facts import Facts, Ingress, Link, Seed
from gateway.messages import Request, Response
from store.spool import Spool

if TYPE_CHECKING:
    from pathlib import Path

    from mitmproxy import http

    from addons.causes import Cause

HELD = 256 * 1024
"""Bytes of an announced length up to which a body is held until it is whole."""

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(slots=True)
class Tee:
    """Passes a body on piece by piece and keeps it. `problem`: why it could not be kept to its end."""

    spool: Spool
    start_ns: int
    pieces: list[Piece] = field(default_factory=list)
    problem: str = ""

    def __call__(self, data: bytes) -> bytes:
        """What mitmproxy asks of a stream: the piece to send on."""
        if data and not self.problem:
            try:
                self.spool.write(data)
                self.pieces.append(Piece(self.spool.size, since_us(self.start_ns)))
            except OSError as error:
                self.problem = no_room(error)
        return data


@dataclass(slots=True)
class Outgoing:
    """A call of the function's own while it happens. `id`: of its exchange. `cause`: the call behind it."""

    id: int
    flow: http.HTTPFlow
    facts: Facts
    cause: Cause | None
    spool_folder: Path | None
    start_ns: int = field(default_factory=time.monotonic_ns)
    sent: Tee | None = None
    got: Tee | None = None
    marks: Timings = field(default_factory=Timings)

    @classmethod
    def begin(
        cls, ident: int, flow: http.HTTPFlow, cause: tuple[Cause | None, Link], function: str, folder: Path | None
    ) -> Outgoing:
        """Its first byte came. A call that belongs to another has that one's request id."""
        behind, link = cause
        arrived_us = now_us()
        seed = Seed(
            behind.request_id if behind is not None else request_id(arrived_us),
            arrived_us,
            flow.client_conn.peername[0],
            flow.request.scheme == "https",
        )
        name = behind.function if behind is not None else function
        facts = Facts(seed, Ingress.EGRESS, name, origin=origin(flow.request), link=link)
        return cls(ident, flow, facts, behind, folder)

    @property
    def spools(self) -> list[Spool]:
        """The bodies that flowed."""
        return [tee.spool for tee in (self.sent, self.got) if tee is not None]

    def let_request_flow(self) -> bool:
        """Let a request body of unknown or large size flow; False: it is held."""
        if is_small(self.flow.request):
            return False
        self.sent = self.flow.request.stream = Tee(Spool(self.spool_folder), self.start_ns)
        return True

    def request_ended(self) -> None:
        """The whole request was read."""
        self.marks = replace(self.marks, request_end=self._now(), server_sent=max(self.marks.server_sent, 0))

    def response_began(self) -> None:
        """The head of the answer came."""
        self.marks = replace(self.marks, server_sent=max(self.marks.server_sent, 0), server_head=self._now())
        response = self.flow.response
        if response is not None and not is_small(response):
            self.got = response.stream = Tee(Spool(self.spool_folder), self.start_ns)

    def opened(self) -> Exchange:
        """The exchange before anything was sent on."""
        view = View(self._request())
        return Exchange(self.id, self.facts, view, view, parent_id=self._parent, timings=self.marks)

    def answered(self) -> Exchange:
        """The exchange with its whole answer."""
        self.marks = replace(self.marks, server_end=self._now())
        return self._ended(State.COMPLETE)

    def failed(self, failure: Failure, text: str) -> Exchange:
        """The exchange that ended without a whole answer."""
        state = State.CANCELLED if failure is Failure.CLIENT_GONE else State.SERVER_FAILED
        return self._ended(State.REFUSED if failure is Failure.STORE else state, failure, text)

    def close(self) -> None:
        """Let go of the bodies."""
        for spool in self.spools:
            spool.close()

    def _ended(self, state: State, failure: Failure | None = None, text: str = "") -> Exchange:
        problem = next((tee.problem for tee in (self.sent, self.got) if tee is not None and tee.problem), "")
        if problem:
            state, failure, text = State.INTERRUPTED, Failure.STORE, problem
        view = View(self._request(), self._response())
        reached = failure is not Failure.NOT_LISTENING
        return Exchange(
            self.id,
            replace(self.facts, answered_us=now_us()),
            view,
            view if reached else None,
            state=state,
            failure=failure,
            failure_text=text,
            parent_id=self._parent,
            timings=replace(self.marks, done=self._now()),
            pieces=tuple(self.got.pieces) if self.got is not None else (),
        )

    @property
    def _parent(self) -> int | None:
        return self.cause.id if self.cause is not None else None

    def _request(self) -> Request:
        data = self.flow.request.data
        body = self.sent.spool.body() if self.sent is not None else data.content or b""
        fields = data.trailers.fields if data.trailers is not None else ()
        return Request(data.method, data.path, data.headers.fields, body, data.http_version, fields)

    def _response(self) -> Response | None:
        if self.flow.response is None:
            return None
        data = self.flow.response.data
        body = self.got.spool.body() if self.got is not None else data.content or b""
        fields = data.trailers.fields if data.trailers is not None else ()
        return Response(data.status_code, data.reason, data.headers.fields, body, data.http_version, fields)

    def _now(self) -> int:
        return since_us(self.start_ns)


def is_small(message: http.Message) -> bool:
    """Whether a body may be held: it has a small announced length, or there is none."""
    if "transfer-encoding" in message.headers:
        return False
    length = message.headers.get("content-length")
    if length is not None:
        return length.isdigit() and int(length) <= HELD
    # A request without a length has no body in HTTP/1.1; anything else may go on until its connection ends.
    return hasattr(message, "method") and message.http_version == "HTTP/1.1"


def origin(request: http.Request) -> str:
    """Scheme, host and port of a call, without what is usual: `https://api.example.test`."""
    host = f"[{request.host}]" if ":" in request.host else request.host
    usual = _DEFAULT_PORTS.get(request.scheme) == request.port
    return f"{request.scheme}://{host}" + ("" if usual else f":{request.port}")


def reason(flow: http.HTTPFlow) -> tuple[Failure, str]:
    """Why a call has no whole answer, from what mitmproxy knows of it."""
    text = flow.error.msg if flow.error is not None else "it ended without an answer"
    if flow.server_conn.timestamp_tcp_setup is None:
        return (Failure.CLIENT_GONE if "lient disconnected" in text else Failure.NOT_LISTENING), text
    if "lient disconnected" in text:
        return Failure.CLIENT_GONE, text
    malformed = flow.response is None and ("protocol error" in text or "Received" in text)
    return (Failure.MALFORMED_ANSWER if malformed else Failure.CLOSED), text
