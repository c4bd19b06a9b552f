"""The outside of a function, from a recording: its calls go to a proxy of ours that answers as they were answered.

There is no way out in it: a call that was not recorded gets a 502 that names it, and the exchange behind it is told
as MISSING. Must not know: how a replay is scheduled. Read next: calls.py (which call), tunnels.py (the port).
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gateway.exchange import Failure
from gateway.messages import BodyRef, Request, Response, body_size, get
from instance.outward import bundle_variables, proxy_variables
from playback.authority import Authority
from playback.calls import Calls, label
from playback.findings import Finding, Kind
from playback.serve import MOST_BODY
from playback.tunnels import Tunnels, origin
from playback.visible import visible
from wire.errors import ClientGone, WireError

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.exchange import Exchange
    from playback.nearest import NearMiss
    from playback.vault import Vault
    from store.reader import Reader
    from wire.app import Fault
    from wire.call import Call

_GATEWAY_FAILED = 502


@dataclass(slots=True)
class Outside:
    """Everything that a function can reach during a hermetic replay."""

    reader: Reader
    vault: Vault
    calls: Calls = field(init=False)
    _under_way: dict[int, None] = field(default_factory=dict)
    _missed: dict[int | None, list[Finding]] = field(default_factory=dict)
    _tunnels: Tunnels | None = None

    def __post_init__(self) -> None:
        """Read what was recorded."""
        self.calls = Calls(self.vault)
        self.calls.stock(self.reader.egress())

    def open(self, folder: Path, server: tuple[str, int]) -> tuple[tuple[str, str], ...]:
        """Listen on loopback; gives the variables that the program at `server` needs. `folder`: private."""
        authority = Authority(folder)
        self._tunnels = Tunnels(lambda named: _Door(self, named), authority)
        self._tunnels.open()
        # Nothing that the developer's own NO_PROXY excepts: it was not recorded, and would go out.
        named = proxy_variables(self._tunnels.port, (f"{server[0]}:{server[1]}",), {})
        return tuple({**named, **bundle_variables(authority.bundle)}.items())

    async def close(self) -> None:
        """The replay is over."""
        if self._tunnels is not None:
            await self._tunnels.close()

    # -- what a replay tells

    def begin(self, exchange: Exchange) -> None:
        """The function is about to get this exchange again."""
        self._under_way[exchange.id] = None

    def end(self, exchange: Exchange) -> tuple[Finding, ...]:
        """It has answered: its calls that were not recorded, and the recorded ones that it did not make."""
        self._under_way.pop(exchange.id, None)
        missed = [*self._missed.pop(exchange.id, ()), *self._missed.pop(None, ())]
        unused = [Finding(Kind.EGRESS_UNUSED, "egress", made.label) for made in self.calls.unused(exchange.id)]
        return (*missed, *unused)

    def rest(self) -> tuple[Finding, ...]:
        """Calls that were not recorded and belong to no exchange that has yet to end."""
        left = tuple(finding for found in self._missed.values() for finding in found)
        self._missed.clear()
        return left

    # -- what a call gets

    async def answer(self, call: Call, request: Request) -> None:
        """Answer one call of the function's, its target a whole URL."""
        causes = self._causes(request)
        made = self.calls.take(request, causes)
        if made is None:
            self._miss(call, request, causes)
            return
        stored = self.reader.exchange(made.number)
        recorded = None if stored is None else self.vault.opened(stored)
        if recorded is None or recorded.client.response is None:
            await self._fail(call, recorded)
            return
        await self._send(call, recorded, recorded.client.response)

    def _causes(self, request: Request) -> tuple[int, ...]:
        """The exchanges that this call may be made for: the one whose id it carries, else those under way."""
        request_id = get(request.headers, b"x-fc-request-id")
        named = self.calls.parent_named(request_id.decode("latin-1")) if request_id else None
        return (named,) if named is not None else tuple(self._under_way)

    def _miss(self, call: Call, request: Request, causes: tuple[int, ...]) -> None:
        shown = label(self.calls.hidden(request))
        near = self.calls.near(request, self.reader.exchange)
        finding = Finding(Kind.EGRESS_MISSING, "egress", None, shown, _nearest(near))
        cause = causes[0] if causes and causes[0] in self._under_way else None
        self._missed.setdefault(cause, []).append(finding)
        call.send(_refusal("NotRecorded", f"{shown}: this call was not recorded"))

    async def _fail(self, call: Call, recorded: Exchange | None) -> None:
        """It had no answer then: the same again."""
        if recorded is not None and recorded.failure is Failure.CLIENT_GONE:
            gone = asyncio.Event()
            call.on_gone = gone.set
            await gone.wait()  # the function did not wait for the answer then, and will not now
            call.abort()
            return
        call.send(_refusal("Failed", recorded.failure_text if recorded else "the call is no longer in the recording"))

    async def _send(self, call: Call, recorded: Exchange, response: Response) -> None:
        response = _for_http_1(response)
        call.start(response)
        body = response.body
        for piece in self.vault.body_pieces(body) if isinstance(body, BodyRef) else (body,):
            if piece:
                await call.write(piece)
        if recorded.failure is None:
            call.finish(response.trailers)
        else:
            call.abort()


@dataclass(frozen=True, slots=True)
class _Door:
    """The App of one connection of the function's: knows where it was to lead, "" when each call says so."""

    outside: Outside
    named: str

    async def handle(self, call: Call) -> None:
        """Find out what is asked, and answer."""
        call.send_continue()
        try:
            body = await call.read_all(MOST_BODY)
            request = replace(call.head, target=self._url(call.head), body=body)
            await self.outside.answer(call, request)
        except ClientGone:
            call.abort()
        except ValueError as error:
            call.close_after = True
            call.send(_refusal("BadRequest", f"the request names no URL: {error}"))
        except WireError as error:
            if call.started:
                call.abort()
                return
            call.close_after = True
            call.send(_refusal("Unsendable", error.text))

    async def reject(self, call: Call, fault: Fault) -> None:
        """What is no request gets no answer from a recording."""
        call.close_after = True
        call.send(_refusal("BadRequest", fault.text))

    def _url(self, head: Request) -> bytes:
        """Where a call was to go: what the tunnel or the request line names, else its Host. Raises ValueError."""
        if head.target.startswith(b"/") or head.target == b"*":
            host = get(head.headers, b"host") or b""
            return (self.named.encode() or b"http://" + host) + head.target
        found = urlsplit(head.target.decode("latin-1"))
        start = origin(found.scheme, found.hostname or "", found.port)
        rest = head.target.split(b"/", 3)
        return start.encode("latin-1") + b"/" + (rest[3] if len(rest) > 3 else b"")


def _for_http_1(response: Response) -> Response:
    """A recorded answer as HTTP/1.1 says it: what came over HTTP/2 had its length from its frames."""
    if response.version in {b"HTTP/1.1", b"HTTP/1.0"}:
        return response
    framed = get(response.headers, b"content-length") is not None
    length = () if framed else ((b"content-length", b"%d" % body_size(response.body)),)
    return replace(response, version=b"HTTP/1.1", headers=(*response.headers, *length), trailers=())


def _nearest(near: tuple[NearMiss, ...]) -> str:
    """What was recorded that is most like it, for people."""
    if not near:
        return "no call was recorded; record with fc_egress"
    first = near[0]
    parts = ", ".join(f"{name} {then!r} -> {now!r}" for name, then, now in first.differences) or "it is used up"
    return f"nearest is #{first.number} {first.label}: {parts}"


def _refusal(code: str, message: str) -> Response:
    """An answer of our own to the function: a gateway error that says what happened."""
    told = json.dumps({"Code": code, "Message": f"fc-replay: {visible(message)}"}, ensure_ascii=False)
    body = told.encode("utf-8", "backslashreplace") + b"\n"
    fields = ((b"Content-Type", b"application/json"), (b"Content-Length", b"%d" % len(body)))
    return Response(_GATEWAY_FAILED, b"Not Recorded" if code == "NotRecorded" else b"Bad Gateway", fields, body)
