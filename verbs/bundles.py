"""A bundle as a recording: unpacked into a database of ours, so that everything else reads it like any other.

Must not know: what verbs do. Read next: formats/bundle_read.py, recordings.py.
"""

from __future__ import annotations

import asyncio
from contextlib import closing
from itertools import batched, groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from formats.bundle_read import Bundle
from gateway.messages import BodyRef
from playback.imported import NOISE, SEALED_ELSEWHERE
from store.body_slots import body_slots
from store.errors import Damaged
from store.message_making import add_message
from store.message_rows import Said
from store.recording import open_for_writing
from store.run_info import RunInfo
from store.spool import Spool
from store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gateway.conversation import Message
    from gateway.exchange import Exchange

PROGRAM = "fc-replay import"
_PORTION = 256


def unpack(bundle_path: Path, place: Path) -> int:
    """Write what a bundle holds into a new recording; returns how many exchanges. Raises a RecordingError."""
    with closing(Bundle(bundle_path)) as bundle:
        return asyncio.run(_unpack(bundle, place))


async def _unpack(bundle: Bundle, place: Path) -> int:
    """The recording is marked as sealed elsewhere: its pseudonyms belong to a key that nobody here has."""
    recording = open_for_writing(str(place), durability="normal")
    try:
        writer = Writer(recording, seal="off")
        details = {"imported": True, SEALED_ELSEWHERE: bool(bundle.manifest.get("sealed")), NOISE: bundle.noise()}
        exchanges = bundle.exchanges()
        first = next(exchanges, None)
        started_us = first.facts.seed.arrived_us if first else 0
        writer.start(RunInfo(PROGRAM, str(bundle.manifest.get("rules_version", "")), started_us, 0, details))
        try:
            for digest, config in bundle.configs().items():
                writer.note_config(config, digest)
            return await _write(writer, bundle, first, exchanges)
        finally:
            await writer.close()
    finally:
        recording.close()


async def _write(writer: Writer, bundle: Bundle, first: Exchange | None, rest: Iterator[Exchange]) -> int:
    last = count = 0
    talks: set[int] = set()
    exchange = first
    while exchange is not None:
        if exchange.id <= last:
            raise Damaged("its exchanges are not in their order")
        spools = _spools(bundle, exchange)
        await writer.ready()
        await writer.finish(exchange, spools)
        for spool in spools:
            spool.close()
        last, count = exchange.id, count + 1
        talks |= {exchange.id} if exchange.messages else set()
        exchange = next(rest, None)
    await _write_messages(writer, bundle, talks)
    return count


async def _write_messages(writer: Writer, bundle: Bundle, talks: set[int]) -> None:
    """What was said in the conversations, which these exchanges are."""
    before = (0, 0)
    for portion in batched(bundle.messages(), _PORTION):
        for exchange_id, messages in groupby(portion, itemgetter(0)):
            said = Said(exchange_id)
            for _, message in messages:
                if before >= (exchange_id, message.seq) or exchange_id not in talks:
                    raise Damaged("its messages are not those of its exchanges, in their order")
                before = exchange_id, message.seq
                add_message(said, message, _content(bundle, message))
            await writer.say(lambda said=said: said)  # type: ignore[misc] # mypy cannot infer a default's type
            said.close()


def _content(bundle: Bundle, message: Message) -> Spool:
    spool, content = Spool(), message.content
    for piece in bundle.body_pieces(content) if isinstance(content, BodyRef) else (content,):
        spool.write(piece)
    return spool


def _spools(bundle: Bundle, exchange: Exchange) -> list[Spool]:
    spools = []
    for ref in {body for _, body in body_slots(exchange) if isinstance(body, BodyRef)}:
        spool = Spool()
        for piece in bundle.body_pieces(ref):
            spool.write(piece)
        spools.append(spool)
    return spools
