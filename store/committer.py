"""One group commit: many exchanges, one transaction. Runs in the writer's thread and nowhere else.

Must not know: the event loop, futures. Read next: writer.py (who calls it), schema.py, record.py.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select, update

from gateway.messages import BodyRef
from store import chain, overview
from store.body_rows import BodyRows
from store.dialects import insert_missing
from store.packing import RecordPacker, dictionary_id
from store.record import Encoded, encode
from store.schema import batch, body_use, config, dictionary, exchange, gap, intent, rule_trail, run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Engine

    from gateway.exchange import Exchange
    from store.body_rows import Source
    from store.spool import Spool

_TRAILS_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What a run tells about itself. `started_us`: microseconds since the epoch; `utc_offset_s`: seconds.

    `details` are plain values for people: options, versions, host.
    """

    program: str
    rules_version: str
    started_us: int
    utc_offset_s: int
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gap:
    """Exchanges that are not in the recording: when (microseconds since the epoch), how many, why."""

    started_us: int
    ended_us: int
    exchanges: int
    reason: str


@dataclass(slots=True)
class Work:
    """What one transaction is to write. An exchange that also ends in it needs no intent."""

    intents: list[Exchange] = field(default_factory=list)
    ends: list[tuple[Exchange, Sequence[Spool]]] = field(default_factory=list)
    configs: list[tuple[str, str]] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    max_id: int = 0


class Committer:
    """Writes batches of one run. `begin` first; each `commit` is all or nothing and raises what the database says."""

    def __init__(self, engine: Engine, durability: str) -> None:
        self._engine = engine
        self._durability = durability
        self._connection: Connection | None = None
        self._bodies = BodyRows()
        self._trails: set[int] = set()
        self._packer = RecordPacker()
        self._noted: set[int] = set()
        self._run_id = 0
        self._seq = 0
        self._chain = b""

    def begin(self, info: RunInfo) -> int:
        """Write the run's row and return its id."""
        details = json.dumps(dict(info.details), sort_keys=True)
        values = {
            "program": info.program,
            "rules_version": info.rules_version,
            "started_us": info.started_us,
            "utc_offset_s": info.utc_offset_s,
            "details": details,
            "durability": self._durability,
            "ending": "running",
        }
        with self._connect().begin():
            self._run_id = int(self._connect().execute(insert(run).returning(run.c.id), values).scalar_one())
            newest = select(dictionary.c.data).order_by(dictionary.c.created_us.desc(), dictionary.c.copy).limit(1)
            self._packer = RecordPacker(self._connect().execute(newest).scalar())
        self._chain = chain.first(self._run_id, info.started_us, details)
        return self._run_id

    def resume(self, run_id: int) -> None:
        """Go on where an earlier run's chain ends, to write what it could not."""
        with self._connect().begin():
            known = self._connect().execute(select(run).where(run.c.id == run_id)).one()
            last = (
                select(batch.c.seq, batch.c.digest)
                .where(batch.c.run_id == run_id)
                .order_by(batch.c.seq.desc())
                .limit(1)
            )
            found = self._connect().execute(last).one_or_none()
            noted = self._connect().execute(select(intent.c.id).where(intent.c.run_id == run_id)).scalars().all()
        self._run_id, self._noted = run_id, set(noted)
        self._seq = found.seq if found else 0
        self._chain = found.digest if found else chain.first(run_id, known.started_us, known.details)

    def commit(self, work: Work) -> None:
        """Write all of it in one transaction that is on disk when this returns."""
        ended = {each.id for each, _ in work.ends}
        begun = [(each, encode(each)) for each in work.intents if each.id not in ended]
        ends = [(each, encode(each)) for each, _ in work.ends]
        connection = self._connect()
        try:
            with connection.begin():
                uses = self._store_bodies(
                    connection, begun + ends, [spool for _, spools in work.ends for spool in spools]
                )
                self._insert_intents(connection, begun)
                rows = self._insert_ends(connection, ends)
                if uses:
                    connection.execute(insert_missing(connection.dialect.name, body_use), uses)
                self._store_shared(connection, work, ends)
                digest = self._insert_batch(connection, rows, work.max_id) if rows else self._chain
        except BaseException:
            self._bodies.rolled_back()
            self.disconnect()
            raise
        self._remember(digest, begun, ends, bool(rows))

    def end(self, ending: str) -> None:
        """Close the run's row; a killed run has no end that anybody saw."""
        ended_us = time.time_ns() // 1000 if ending == "orderly" else None
        with self._connect().begin():
            self._connect().execute(
                update(run).where(run.c.id == self._run_id).values(ended_us=ended_us, ending=ending)
            )

    def disconnect(self) -> None:
        """Let go of the connection; after an error its state is not to be trusted."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _store_bodies(
        self, connection: Connection, exchanges: list[tuple[Exchange, Encoded]], spools: list[Spool]
    ) -> list[dict[str, int]]:
        sources: dict[bytes, Source] = {}
        for spool in spools:
            known = spool.body()
            if isinstance(known, BodyRef):  # a small one is in the exchange itself
                sources[known.digest] = spool
        for _, encoded in exchanges:
            sources.update(encoded.bodies)
        mentioned = [digest for _, encoded in exchanges for digest in encoded.refs if digest not in sources]
        self._bodies.store(connection, sources)
        if mentioned:
            self._bodies.find(connection, mentioned)
        return [
            {"exchange_id": each.id, "body_id": ident}
            for each, encoded in exchanges
            for digest in encoded.refs.union(encoded.bodies)
            if (ident := self._bodies.id_of(digest)) is not None
        ]

    def _insert_intents(self, connection: Connection, begun: list[tuple[Exchange, Encoded]]) -> None:
        if begun:
            rows = [overview.begun(each) | self._packed(encoded, whole=False) for each, encoded in begun]
            connection.execute(insert(intent), rows)

    def _insert_ends(self, connection: Connection, ends: list[tuple[Exchange, Encoded]]) -> list[tuple[int, bytes]]:
        if not ends:
            return []
        rows = [
            overview.ended(each) | self._packed(encoded, whole=True) | {"batch": self._seq + 1}
            for each, encoded in ends
        ]
        noted = [{"noted": row["id"]} for row in rows if row["id"] in self._noted]
        if noted:
            connection.execute(_FORGET_INTENT, noted)
        connection.execute(insert(exchange), rows)
        return [(row["id"], row["digest"]) for row in rows]

    def _packed(self, encoded: Encoded, *, whole: bool) -> dict[str, Any]:
        dictionary_used, packed = self._packer.pack(encoded.record, whole=whole)
        digest = chain.row_digest(self._run_id, encoded.record)
        return {"run_id": self._run_id, "dictionary_id": dictionary_used, "record": packed, "digest": digest}

    def _store_shared(self, connection: Connection, work: Work, ends: list[tuple[Exchange, Encoded]]) -> None:
        dialect = connection.dialect.name
        for data in self._packer.unsaved:
            connection.execute(insert_missing(dialect, dictionary), _dictionary_rows(data))
        trails = {overview.trail(each.transforms) for each, _ in ends}
        rows = [row for trail in trails for row in self._trail_rows(trail)]
        if rows:
            connection.execute(insert_missing(dialect, rule_trail), rows)
        if work.configs:
            connection.execute(insert_missing(dialect, config), [_config_row(*each) for each in work.configs])
        for each in work.gaps:
            connection.execute(insert(gap), {"run_id": self._run_id, **_gap_values(each)})

    def _trail_rows(self, trail: overview.Trail) -> list[dict[str, Any]]:
        ident = overview.trail_id(trail)
        if ident in self._trails:
            return []
        return [
            {"id": ident, "seq": seq, "leg": leg, "part": part, "rule_id": overview.readable(rule_id)}
            for seq, (leg, part, rule_id) in enumerate(trail, start=1)
        ]

    def _insert_batch(self, connection: Connection, rows: list[tuple[int, bytes]], max_id: int) -> bytes:
        digest = chain.link(self._chain, rows)
        values = {
            "run_id": self._run_id,
            "seq": self._seq + 1,
            "exchanges": len(rows),
            "max_id": max_id,
            "committed_us": time.time_ns() // 1000,
            "digest": digest,
        }
        connection.execute(insert(batch), values)
        return digest

    def _remember(
        self, digest: bytes, begun: list[tuple[Exchange, Encoded]], ends: list[tuple[Exchange, Encoded]], linked: bool
    ) -> None:
        self._bodies.committed()
        self._packer.unsaved.clear()
        self._chain = digest
        self._seq += linked
        self._noted.update(each.id for each, _ in begun)
        self._noted.difference_update(each.id for each, _ in ends)
        if len(self._trails) > _TRAILS_KNOWN:
            self._trails.clear()
        self._trails.update(overview.trail_id(overview.trail(each.transforms)) for each, _ in ends)


_FORGET_INTENT = delete(intent).where(intent.c.id == bindparam("noted"))


def _dictionary_rows(data: bytes) -> list[dict[str, Any]]:
    shared = {"id": dictionary_id(data), "created_us": time.time_ns() // 1000, "data": data}
    return [shared | {"copy": copy, "digest": hashlib.sha256(data).digest()} for copy in (1, 2)]


def _config_row(digest: str, plain: str) -> dict[str, Any]:
    return {"digest": digest, "plain": plain, "check_digest": chain.digest(plain.encode())}


def _gap_values(each: Gap) -> dict[str, Any]:
    return {name: getattr(each, name) for name in ("started_us", "ended_us", "exchanges", "reason")}
