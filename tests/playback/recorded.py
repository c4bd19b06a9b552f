"""Real recordings for tests: the gateway's own core between a request and a server function, kept by the store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.changes import Accept, Forward, Reply
from gateway.config import Config
from gateway.config_plain import digest, to_plain
from gateway.core import on_failure, on_request, on_response
from gateway.exchange import Exchange, Failure, State, Timings, View
from gateway.facts import Seed
from gateway.messages import BodyRef, Headers, Request, Response
from gateway.rules import RULES_VERSION
from gateway.survey import survey
from store.recording import open_for_writing
from store.run_info import RunInfo
from store.spool import Spool
from store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gateway.conversation import Message

type Server = Callable[[Request], Response | Failure]


class NoSecrets:
    """A vault without secrets. Large bodies are as many `x` as they are long."""

    blind = may_lack = False

    def opened(self, exchange: Exchange) -> Exchange:
        return exchange

    def hidden(self, exchange: Exchange) -> Exchange:
        return exchange

    def body_pieces(self, ref: BodyRef) -> Iterable[bytes]:
        return [b"x" * ref.size]

    def missing(self, _request: Request) -> list[str]:
        return []

    def messages(self, _exchange_id: int) -> Iterable[Message]:
        return []


HOST = (b"Host", b"example.test")
ARRIVED_US = 1_800_000_000_000_000


def get(target: bytes = b"/", *headers: tuple[bytes, bytes], method: bytes = b"GET") -> Request:
    return Request(method, target, (HOST, *headers))


def post(target: bytes, body: bytes, *headers: tuple[bytes, bytes]) -> Request:
    return Request(b"POST", target, (HOST, *headers, (b"Content-Length", b"%d" % len(body))), body)


def ok(body: bytes = b"hello", *headers: tuple[bytes, bytes], status: int = 200) -> Response:
    fields: Headers = (*headers, (b"Content-Length", b"%d" % len(body)))
    return Response(status, b"OK", fields, body)


def through_gateway(ident: int, request: Request, server: Server, config: Config | None = None) -> list[Exchange]:
    """What the gateway records of one call: one exchange, or two for an accepted asynchronous one."""
    config = config or Config()
    seed = Seed(f"1-{ident:08x}", ARRIVED_US + ident * 1_000_000)
    facts = replace(survey(request, seed, config), answered_us=seed.arrived_us + 4_000)
    base = Exchange(
        ident,
        facts,
        View(request),
        timings=Timings(done=4_000),
        config_digest=digest(config),
        rules_version=RULES_VERSION,
    )
    decision = on_request(request, facts, config)
    if isinstance(decision, Reply):
        return [_answered(replace(base, state=State.REFUSED), decision)]
    delivered = _served(base, decision, server, config)
    if isinstance(decision, Accept):
        accepted = _answered(replace(base, state=State.COMPLETE), decision.reply)
        return [accepted, replace(delivered, id=ident + 1, parent_id=ident)]
    return [delivered]


def _served(base: Exchange, sent: Forward | Accept, server: Server, config: Config) -> Exchange:
    answer = server(sent.request)
    client = base.client.request
    asked = replace(base, server=View(sent.request), transforms=sent.transforms, advice=sent.advice)
    if isinstance(answer, Failure):
        failed = replace(asked, failure=answer, failure_text="it failed", state=State.SERVER_FAILED)
        return _answered(failed, on_failure(answer, "it failed", client, base.facts, config))
    assert client is not None
    answered = replace(asked, server=View(sent.request, answer), state=State.COMPLETE)
    return _answered(answered, on_response(answer, client, base.facts, config))


def _answered(exchange: Exchange, reply: Reply) -> Exchange:
    return replace(
        exchange,
        client=replace(exchange.client, response=reply.response),
        transforms=(*exchange.transforms, *reply.transforms),
        advice=(*exchange.advice, *reply.advice),
        error_code=reply.error_code,
    )


def record(calls: Iterable[tuple[Request, Server]], config: Config | None = None) -> list[Exchange]:
    """The exchanges of several calls, one after the other."""
    found: list[Exchange] = []
    for request, server in calls:
        found += through_gateway(len(found) + 1, request, server, config)
    return found


def keep(
    place: str,
    exchanges: Iterable[Exchange],
    *,
    config: Config | None = None,
    bodies: Iterable[bytes] = (),
    seal: str = "on",
    details: Mapping[str, object] | None = None,
) -> str:
    """Write the exchanges to a recording at that place; `bodies` are those that they only refer to."""

    async def write() -> None:
        recording = open_for_writing(place)
        writer = Writer(recording, seal=seal)
        writer.start(RunInfo("0", RULES_VERSION, ARRIVED_US, 0, details or {}))
        spools = []
        for body in bodies:
            spools.append(Spool())
            spools[-1].write(body)
        plain = config or Config()
        writer.note_config(to_plain(plain), digest(plain))
        for exchange in exchanges:
            await writer.finish(exchange, spools)
        await writer.close()
        recording.close()
        for spool in spools:
            spool.close()

    asyncio.run(write())
    return place
