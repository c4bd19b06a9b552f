"""Recordings of any size for the benchmarks, each exchange made by the gateway's own rules: every one checks as same.

    ./run python benchmarks/recordings.py 100000 big.db

Calls are small GETs with a query of their own, one in ten a POST with a JSON body and a password; the server's
answer is that of upstream.py. Must not know: what is measured. Read next: replay.py, growth.py.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a script finds its own folder, not the repository

from gateway.changes import Forward, Reply  # noqa: E402 - needs the line above
from gateway.config import Config  # noqa: E402 - the same
from gateway.config_plain import digest, to_plain  # noqa: E402 - the same
from gateway.core import on_request, on_response  # noqa: E402 - the same
from gateway.exchange import Exchange, State, Timings, View  # noqa: E402 - the same
from gateway.facts import Seed  # noqa: E402 - the same
from gateway.messages import Request, Response  # noqa: E402 - the same
from gateway.rules import RULES_VERSION  # noqa: E402 - the same
from gateway.survey import survey  # noqa: E402 - the same
from store.recording import open_for_writing  # noqa: E402 - the same
from store.run_info import RunInfo  # noqa: E402 - the same
from store.writer import Writer  # noqa: E402 - the same

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STARTED_US = 1_800_000_000_000_000
STEP_US = 10_000
CONFIG = Config()
ANSWER = Response(
    200, b"OK", ((b"Content-Type", b"text/plain"), (b"Content-Length", b"13")), b"Hello, World!"
)  # what upstream.py says
CLIENT = ((b"Host", b"bench.example.test"), (b"User-Agent", b"bench/1.0"), (b"Accept", b"*/*"))
BATCH = 512


def request(number: int) -> Request:
    """The call of this number: all differ in their targets."""
    if number % 10:
        return Request(b"GET", b"/items/%d?page=%d" % (number % 50, number), CLIENT)
    body = b'{"name": "x%d", "password": "secret-%d"}' % (number, number % 100)
    length = (b"Content-Length", b"%d" % len(body))
    return Request(b"POST", b"/items?of=%d" % number, (*CLIENT, (b"Content-Type", b"application/json"), length), body)


def exchange(number: int) -> Exchange:
    """What the gateway records of that call."""
    asked = request(number)
    seed = Seed(f"1-{number:08x}-{'0' * 12}", STARTED_US + number * STEP_US)
    facts = replace(survey(asked, seed, CONFIG), answered_us=seed.arrived_us + 4_000)
    sent = on_request(asked, facts, CONFIG)
    assert isinstance(sent, Forward)  # noqa: S101 - no call of ours is refused
    told = on_response(ANSWER, asked, facts, CONFIG)
    assert isinstance(told, Reply)  # noqa: S101 - for the type checker
    return Exchange(
        id=number,
        facts=facts,
        client=View(asked, told.response),
        server=View(sent.request, ANSWER),
        transforms=(*sent.transforms, *told.transforms),
        advice=(*sent.advice, *told.advice),
        state=State.COMPLETE,
        timings=Timings(100, 200, 3_000, 3_500, 4_000),
        config_digest=digest(CONFIG),
        rules_version=RULES_VERSION,
    )


def write(place: str, count: int, *, seal: str = "on") -> None:
    """Make a recording of so many exchanges; a tenth of them hold a sealed value."""
    asyncio.run(_write(place, count, seal))


async def _write(place: str, count: int, seal: str) -> None:
    recording = open_for_writing(place, durability="normal")
    try:
        writer = Writer(recording, seal=seal)
        writer.start(RunInfo("bench", RULES_VERSION, STARTED_US, 0, {}))
        writer.note_config(to_plain(CONFIG), digest(CONFIG))
        for batch in _batches(count):
            await asyncio.gather(*(writer.finish(exchange(writer.next_id())) for _ in batch))
        await writer.close()
    finally:
        recording.close()


def _batches(count: int) -> Iterator[range]:
    return (range(min(BATCH, count - at)) for at in range(0, count, BATCH))


def main(arguments: Sequence[str]) -> int:
    """Write one recording. Returns 0."""
    parser = argparse.ArgumentParser(description="A recording of so many exchanges.")
    parser.add_argument("count", type=int)
    parser.add_argument("place")
    parser.add_argument("--seal", choices=("on", "off"), default="on")
    chosen = parser.parse_args(arguments)
    write(chosen.place, chosen.count, seal=chosen.seal)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
