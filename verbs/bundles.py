"""A bundle as a recording: unpacked into a database of ours, so that everything else reads it like any other.

Must not know: what verbs do. Read next: formats/bundle_read.py, recordings.py.
"""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import TYPE_CHECKING

from formats.bundle_read import Bundle
from gateway.messages import BodyRef
from playback.imported import NOISE, SEALED_ELSEWHERE
from store.body_slots import body_slots
from store.errors import Damaged
from store.recording import open_for_writing
from store.run_info import RunInfo
from store.spool import Spool
from store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gateway.exchange import Exchange

PROGRAM = "fc-replay import"


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
        exchange = next(rest, None)
    return count


def _spools(bundle: Bundle, exchange: Exchange) -> list[Spool]:
    spools = []
    for ref in {body for _, body in body_slots(exchange) if isinstance(body, BodyRef)}:
        spool = Spool()
        for piece in bundle.body_pieces(ref):
            spool.write(piece)
        spools.append(spool)
    return spools
