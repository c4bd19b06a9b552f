"""An ordinary exchange, and ways to write and read a recording as the proxy does."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.changes import Leg, Part, Transform
from gateway.exchange import Exchange, State, Timings, View
from gateway.facts import Facts, Ingress, Seed
from gateway.messages import Request, Response
from store.reader import Reader
from store.recording import open_for_reading, open_for_writing
from store.run_info import RunInfo
from store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.spool import Spool

RUN = RunInfo(program="0.0", rules_version="test", started_us=1_700_000_000_000_000, utc_offset_s=28800)
CONTEXT = tuple((b"X-Fc-Context-%d" % n, b"value-%d" % n) for n in range(30))


def sample(ident: int, *, body: bytes = b"", answer: bytes = b"hello", target: bytes = b"/") -> Exchange:
    """A call that went well; its request id follows from `ident`."""
    request_id = f"{ident:08x}-0000-4000-8000-000000000000"
    heads = ((b"Host", b"web.example.test"), (b"Accept", b"*/*"))
    added = (*CONTEXT, (b"X-Fc-Request-Id", request_id.encode()))
    answered = ((b"Content-Type", b"text/plain"),)
    request, server_request = Request(b"POST", target, heads, body), Request(b"POST", target, heads + added, body)
    client_heads = (*answered, (b"X-Fc-Request-Id", request_id.encode()))
    return Exchange(
        id=ident,
        facts=Facts(Seed(request_id, 1_700_000_000_000_000 + ident), Ingress.HTTP_CUSTOM, "web"),
        client=View(request, Response(200, b"OK", client_heads, answer)),
        server=View(server_request, Response(200, b"OK", answered, answer)),
        transforms=(
            Transform("req.add.context", Leg.REQUEST, Part.HEADERS, (), added),
            Transform("reply.add.request-id", Leg.RESPONSE, Part.HEADERS, (), client_heads[-1:]),
        ),
        state=State.COMPLETE,
        timings=Timings(100, 200, 300, 400, 500),
        config_digest="c0ffee",
        rules_version="test",
    )


def write_all(place: str, exchanges: Sequence[Exchange], spools: Sequence[Spool] = (), *, seal: str = "off") -> None:
    """Record exchanges in a run of their own."""

    async def record() -> None:
        writer = Writer(recording, seal=seal)
        writer.start(RUN)
        await asyncio.gather(*(writer.finish(each, spools) for each in exchanges))
        await writer.close()

    recording = open_for_writing(place)
    try:
        asyncio.run(record())
    finally:
        recording.close()


def read_all(place: str) -> list[Exchange]:
    """Every exchange of a recording."""
    recording = open_for_reading(place)
    try:
        return list(Reader(recording).exchanges())
    finally:
        recording.close()


def read_after_a_crash(place: str) -> list[Exchange]:
    """What is there if the process died now: a copy of all files as they are, opened as the next start would."""
    with tempfile.TemporaryDirectory() as folder:
        for path in Path(place).parent.glob(Path(place).name + "*"):
            if not path.name.endswith(("-shm", "-lock")):
                shutil.copy(path, folder)
        return read_all(f"{folder}/{Path(place).name}")
