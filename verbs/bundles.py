"""A file of another kind as a recording: a bundle, a HAR or mitmproxy's flows, written into a database of ours.

Must not know: what verbs do, what the formats look like. Read next: formats/incoming.py, recordings.py.
"""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import dataclass
from itertools import batched, chain, groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from formats.bundle_read import Bundle
from formats.har_read import HarFile, is_har
from gateway.messages import BodyRef
from playback.imported import NOISE, SEALED_ELSEWHERE
from store.body_slots import named_bodies
from store.errors import Damaged, Missing, NotOurs
from store.message_making import add_message
from store.message_rows import Said
from store.recording import open_for_writing
from store.run_info import RunInfo
from store.spool import Spool
from store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from formats.incoming import Incoming
    from gateway.conversation import Message
    from gateway.exchange import Exchange

PROGRAM = "fc-replay import"
_START = 64
_TOGETHER = 128  # exchanges in one commit
_PORTION = 256


@dataclass(frozen=True, slots=True)
class Unpacked:
    """How many exchanges came over, and what the file could not hold: words and how often."""

    exchanges: int
    notes: tuple[tuple[str, int], ...] = ()


def unpack(path: Path, place: Path, *, seal: str = "off") -> Unpacked:
    """Write what a file holds into a new recording. Raises a RecordingError.

    `seal`: what becomes of secrets that the file has in the clear; one whose secrets are pseudonyms is kept as it is.
    """
    with closing(_opened(path)) as incoming:
        return asyncio.run(write_incoming(incoming, place, "off" if incoming.sealed else seal))


def kind_of(path: Path) -> str:
    """What a file looks like by its first bytes: "bundle", "har", "flows", or "" for anything else."""
    try:
        with path.open("rb") as file:
            start = file.read(_START)
    except (OSError, ValueError):
        return ""
    if start.startswith(b"PK\x03\x04"):
        return "bundle"
    if is_har(start):
        return "har"
    digits, colon, _ = start.partition(b":")
    return "flows" if colon and digits.isdigit() else ""


def _opened(path: Path) -> Incoming:
    if not path.is_file():
        raise Missing("there is no such file", str(path))
    kind = kind_of(path)
    if kind == "flows":
        from formats.flows_read import FlowFile  # noqa: PLC0415 - mitmproxy takes a second to import

        return FlowFile(path)
    if kind == "har":
        return HarFile(path)
    if kind == "bundle":
        return Bundle(path)
    raise NotOurs("it is no bundle, no HAR and no flow file", str(path))


async def write_incoming(incoming: Incoming, place: Path, seal: str) -> Unpacked:
    """A recording sealed elsewhere is marked so: its pseudonyms belong to a key that nobody here has."""
    recording = open_for_writing(str(place), durability="normal")
    try:
        writer = Writer(recording, seal=seal)
        details = {"imported": True, SEALED_ELSEWHERE: incoming.sealed, NOISE: incoming.noise()}
        exchanges = incoming.exchanges()
        first = next(exchanges, None)
        started_us = first.facts.seed.arrived_us if first else 0
        writer.start(RunInfo(PROGRAM, incoming.rules_version, started_us, 0, details))
        try:
            count = await _write(writer, incoming, chain([first] if first else [], exchanges))
            for digest, config in incoming.configs().items():
                writer.note_config(config, digest)
            return Unpacked(count, tuple(sorted(incoming.notes.items())))
        finally:
            await writer.close()
    finally:
        recording.close()


async def _write(writer: Writer, incoming: Incoming, exchanges: Iterable[Exchange]) -> int:
    last = count = 0
    talks: set[int] = set()
    waiting: list[asyncio.Future[None]] = []
    for exchange in exchanges:
        if exchange.id <= last:
            raise Damaged("its exchanges are not in their order")
        spools = _spools(incoming, exchange)
        await writer.ready()
        waiting.append(writer.finish(exchange, spools))
        if spools or len(waiting) >= _TOGETHER:
            await asyncio.gather(*waiting)
            waiting.clear()
        for spool in spools:
            spool.close()
        last, count = exchange.id, count + 1
        talks |= {exchange.id} if exchange.messages else set()
    await asyncio.gather(*waiting)
    await _write_messages(writer, incoming, talks)
    return count


async def _write_messages(writer: Writer, incoming: Incoming, talks: set[int]) -> None:
    """What was said in the conversations, which these exchanges are."""
    before = (0, 0)
    for portion in batched(incoming.messages(), _PORTION):
        for exchange_id, messages in groupby(portion, itemgetter(0)):
            said = Said(exchange_id)
            for _, message in messages:
                if before >= (exchange_id, message.seq) or exchange_id not in talks:
                    raise Damaged("its messages are not those of its exchanges, in their order")
                before = exchange_id, message.seq
                add_message(said, message, _content(incoming, message))
            await writer.say(lambda said=said: said)  # type: ignore[misc] # mypy cannot infer a default's type
            said.close()


def _content(incoming: Incoming, message: Message) -> Spool:
    spool, content = Spool(), message.content
    for piece in incoming.body_pieces(content) if isinstance(content, BodyRef) else (content,):
        spool.write(piece)
    return spool


def _spools(incoming: Incoming, exchange: Exchange) -> list[Spool]:
    spools = []
    for ref in named_bodies(exchange):
        spool = Spool()
        for piece in incoming.body_pieces(ref):
            spool.write(piece)
        spools.append(spool)
    return spools
