"""One group commit: many exchanges, one transaction. Runs in the writer's thread and nowhere else.

Must not know: the event loop, futures. Read next: writer.py (who calls it), prepare.py, schema.py.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from store import chain, overview, task_rows
from store.body_rows import BodyRows
from store.dialects import insert_missing, insert_rows
from store.mark import Mark
from store.message_rows import MessageRows
from store.packing import RecordPacker
from store.prepare import Prepared, Preparer
from store.retention import give_back, step
from store.schema import batch, body_use, dictionary, exchange, gap, intent, original, run
from store.server import Presence
from store.shared_rows import SharedRows
from store.sqlite import flush_commits
from store.unsealing import original_name, packed_originals

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from store.body_rows import Source
    from store.ids import Ids
    from store.keep import Keep
    from store.message_rows import Said
    from store.run_info import Gap, RunInfo, Work

RUN_TOLD = ("program", "rules_version", "started_us", "utc_offset_s", "details", "durability", "seal")
"""The columns of `run` that are known when it begins; its chain hangs on them."""

_ASK = 500
"""Ids in one question."""

_FORGET_INTENT = delete(intent).where(intent.c.id == bindparam("noted"))
_FORGET_ORIGINAL = delete(original).where(original.c.exchange_id == bindparam("noted"))


class Committer:
    """Writes batches of one run. `begin` first; each `commit` is all or nothing and raises what the database says."""

    def __init__(self, engine: Engine, preparer: Preparer | None = None) -> None:
        self.last_seq = 0
        self.chain = b""
        self._engine = engine
        self._preparer = preparer or Preparer()
        self._connection: Connection | None = None
        self._bodies = BodyRows()
        self._shared = SharedRows()
        self._messages = MessageRows()
        self._packer = RecordPacker()
        self._presence = Presence(engine)
        self._noted: set[int] = set()
        self._run_id = 0
        self._open_gap: int | None = None
        self._new_gap: int | None = None
        self._doubtful = False
        self._flushes = True

    def begin(self, info: RunInfo, durability: str, seal: str) -> int:
        """Write the run's row and return its id."""
        details = json.dumps(dict(info.details), sort_keys=True)
        values = {
            "program": info.program,
            "rules_version": info.rules_version,
            "started_us": info.started_us,
            "utc_offset_s": info.utc_offset_s,
            "details": details,
            "durability": durability,
            "seal": seal,
            "ending": "running",
        }
        with self._connect().begin():
            run_id = int(self._connect().execute(insert(run).returning(run.c.id), values).scalar_one())
            self._presence.hold(run_id)  # before the commit: nobody may take the run for a killed one
            newest = select(dictionary.c.data).order_by(dictionary.c.created_us.desc(), dictionary.c.copy).limit(1)
            self._packer = RecordPacker(self._connect().execute(newest).scalar())
        self._run_id, self.chain = run_id, chain.first(run_id, [values[name] for name in RUN_TOLD])
        return run_id

    def knows(self, digest: bytes) -> bool:
        """Whether a body is certainly in the recording. No I/O."""
        return self._bodies.id_of(digest) is not None

    def commit_missing(self, run_id: int, work: Work) -> None:
        """Go on with an earlier run, and write what of this is not there yet."""
        self._run_id, self._doubtful = run_id, True
        self.commit(work)

    def resume(self, run_id: int) -> None:
        """Go on where an earlier run's chain ends, to write what it could not."""
        last = select(batch.c.seq, batch.c.digest).where(batch.c.run_id == run_id).order_by(batch.c.seq.desc()).limit(1)
        with self._connect().begin():
            known = self._connect().execute(select(run).where(run.c.id == run_id)).one()
            found = self._connect().execute(last).one_or_none()
            noted = self._connect().execute(select(intent.c.id).where(intent.c.run_id == run_id)).scalars().all()
        self._run_id, self._noted = run_id, set(noted)
        self.last_seq = found.seq if found else 0
        self.chain = found.digest if found else chain.first(run_id, [getattr(known, name) for name in RUN_TOLD])

    def commit(self, work: Work, *, flush: bool = True) -> None:
        """Write all of it in one transaction that is on disk when this returns; without `flush` only after the next."""
        if self._doubtful:
            self._without_what_is_there(work)
        ended = {each.exchange.id for each in work.ends} | {each.exchange.id for each in work.prepared}
        begun, ends = list[Prepared](), list[Prepared]()
        try:
            begun += [self._preparer.prepare(each) for each in work.intents if each.id not in ended]
            ends += work.prepared
            ends += [self._preparer.prepare(each.exchange, each.spools, each.encoded) for each in work.ends]
            self._flush(on=flush)
            with self._connect().begin():
                digest = self._write(self._connect(), work, begun, ends)
        except BaseException as error:
            self._doubtful = True
            self._bodies.rolled_back(forget=isinstance(error, IntegrityError))
            self._shared.rolled_back()
            self._messages.rolled_back()
            self.disconnect()
            raise
        finally:
            for each in begun + ends:
                each.close()
        self._remember(digest, begun, ends)
        self._open_gap = self._new_gap if work.gap and work.gap.ended_us is None else None

    def end(self, ending: str) -> None:
        """Close the run's row; a killed run has no end that anybody saw."""
        self._presence.release()
        ended_us = time.time_ns() // 1000 if ending == "orderly" else None
        with self._connect().begin():
            self._connect().execute(
                update(run).where(run.c.id == self._run_id).values(ended_us=ended_us, ending=ending)
            )

    def mark(self, max_id: int) -> Mark:
        """How far the recording reaches now."""
        return Mark(self._run_id, self.last_seq, self.chain.hex(), max_id, time.time_ns() // 1000)

    def refill(self, ids: Ids) -> None:
        """Have ids in reserve."""
        if ids.short:
            with self._connect().begin():
                ids.refill(self._connect())

    def prune(self, keep: Keep) -> bool:
        """Remove some of what exceeds the limits; whether there is more to do."""
        done = step(self._engine, keep)
        self._bodies.forget(done.digests)
        return done.more or (done.exchanges > 0 and give_back(self._engine))

    def disconnect(self) -> None:
        """Let go of the connection; after an error its state is not to be trusted."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _without_what_is_there(self, work: Work) -> None:
        """A commit that reported an error may be on disk all the same: read where the run stands."""
        self.resume(self._run_id)
        missing = work.gap.missing if work.gap else frozenset()
        with self._connect().begin():
            written = [each.id for each in work.intents]
            written += [each.exchange.id for each in work.ends] + [each.exchange.id for each in work.prepared]
            there = self._there([*written, *missing])
            self._open_gap = self._gap_of(work.gap) if work.gap else self._open_gap
            work.said = self._messages.without_what_is_there(self._connect(), work.said)
        work.intents = [each for each in work.intents if each.id not in there | self._noted]
        work.ends = [each for each in work.ends if each.exchange.id not in there]
        work.prepared = [each for each in work.prepared if each.exchange.id not in there]
        work.tasks = [each for each in work.tasks if each.with_id not in there | self._noted]
        if work.gap:
            left = missing - there
            over = work.gap.ended_us is not None and not left
            work.gap = None if over else replace(work.gap, exchanges=len(left), missing=left)
        self._doubtful = False

    def _there(self, ids: list[int]) -> set[int]:
        """Which of these exchanges have their end in the recording."""
        found: set[int] = set()
        for at in range(0, len(ids), _ASK):
            asked = select(exchange.c.id).where(exchange.c.id.in_(ids[at : at + _ASK]))
            found.update(self._connect().execute(asked).scalars())
        return found

    def _gap_of(self, found: Gap) -> int | None:
        """The row that already tells of this outage; a commit that reported an error may have left it."""
        asked = select(gap.c.id).where(gap.c.run_id == self._run_id, gap.c.started_us == found.started_us)
        return self._connect().execute(asked.order_by(gap.c.id).limit(1)).scalar()

    def _connect(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
            self._flushes = True
        return self._connection

    def _flush(self, *, on: bool) -> None:
        """Only a file with a journal ever asks for commits that do not wait."""
        connection = self._connect()
        if self._flushes is not on:
            flush_commits(connection, on=on)
            self._flushes = on

    def _write(self, connection: Connection, work: Work, begun: list[Prepared], ends: list[Prepared]) -> bytes:
        self._insert_bodies(connection, begun + ends, work.said)
        if begun:
            rows = [overview.begun(each.exchange) | self._packed(each, whole=False) for each in begun]
            connection.execute(insert(intent), rows)
        linked = self._insert_ends(connection, ends) if ends else []
        self._insert_uses(connection, begun + ends)
        self._insert_sealed(connection, begun + ends)
        self._shared.dictionaries(connection, self._packer)
        self._shared.trails(connection, (each.exchange for each in ends))
        self._shared.configs(connection, work.configs)
        self._messages.insert(connection, self._bodies, work.said)
        if work.tasks:
            task_rows.write(connection, work.tasks, self._run_id)
        self._write_gap(connection, work.gap)
        return self._insert_batch(connection, linked, work.max_id) if linked else self.chain

    def _write_gap(self, connection: Connection, found: Gap | None) -> None:
        """One row per outage: written when it begins if that is possible, completed when it is over."""
        if found is None and self._open_gap is None:
            return
        if found is None:
            connection.execute(delete(gap).where(gap.c.id == self._open_gap))
        elif self._open_gap is None:
            row = {"run_id": self._run_id, **_gap_values(found)}
            self._new_gap = int(connection.execute(insert(gap).returning(gap.c.id), row).scalar_one())
        else:
            connection.execute(update(gap).where(gap.c.id == self._open_gap).values(**_gap_values(found)))

    def _insert_bodies(self, connection: Connection, exchanges: list[Prepared], said: list[Said]) -> None:
        sources: dict[bytes, Source] = {}
        for each in exchanges:
            sources.update(each.sources)
        for spoken in said:
            sources.update(spoken.sources)
        self._bodies.store(connection, sources)
        self._bodies.find(connection, [digest for each in exchanges for digest in each.used if digest not in sources])

    def _insert_uses(self, connection: Connection, exchanges: list[Prepared]) -> None:
        uses = [
            {"exchange_id": each.exchange.id, "body_id": ident}
            for each in exchanges
            for digest in each.used
            if (ident := self._bodies.id_of(digest)) is not None
        ]
        if uses:
            connection.execute(insert_missing(connection.dialect.name, body_use), uses)

    def _insert_ends(self, connection: Connection, ends: list[Prepared]) -> list[tuple[int, bytes]]:
        rows = [
            overview.ended(each.exchange)
            | self._packed(each, whole=True)
            | {"batch": self.last_seq + 1, "sealed_values": each.sealed_values}
            for each in ends
        ]
        noted = [{"noted": row["id"]} for row in rows if row["id"] in self._noted]
        if noted:
            connection.execute(_FORGET_INTENT, noted)
            connection.execute(_FORGET_ORIGINAL, noted)
        insert_rows(connection, exchange, rows)
        return [(row["id"], row["digest"]) for row in rows]

    def _insert_sealed(self, connection: Connection, exchanges: list[Prepared]) -> None:
        key = self._preparer.key
        if key is None:
            return
        secrets = {tag: value for each in exchanges for tag, value in each.secrets.items()}
        self._shared.secrets(connection, key, secrets)
        named = [(each.exchange.id, each.originals) for each in exchanges if each.originals]
        if named:
            rows = [
                {"exchange_id": ident, "data": key.seal(packed_originals(found), original_name(ident))}
                for ident, found in named
            ]
            connection.execute(insert(original), rows)

    def _packed(self, ready: Prepared, *, whole: bool) -> dict[str, Any]:
        dictionary_used, packed = self._packer.pack(ready.encoded.record, whole=whole)
        digest = chain.row_digest(self._run_id, ready.encoded.record)
        return {"run_id": self._run_id, "dictionary_id": dictionary_used, "record": packed, "digest": digest}

    def _insert_batch(self, connection: Connection, linked: list[tuple[int, bytes]], max_id: int) -> bytes:
        committed_us = time.time_ns() // 1000
        max_id = max(max_id, *(ident for ident, _ in linked))
        digest = chain.link(self.chain, max_id, committed_us, chain.packed(linked))
        values = {
            "run_id": self._run_id,
            "seq": self.last_seq + 1,
            "exchanges": len(linked),
            "max_id": max_id,
            "committed_us": committed_us,
            "digest": digest,
        }
        connection.execute(insert(batch), values)
        return digest

    def _remember(self, digest: bytes, begun: list[Prepared], ends: list[Prepared]) -> None:
        self._bodies.committed()
        self._shared.committed()
        self._messages.committed()
        self._packer.unsaved.clear()
        self.chain = digest
        self.last_seq += bool(ends)
        self._noted.update(each.exchange.id for each in begun)
        self._noted.difference_update(each.exchange.id for each in ends)


def _gap_values(each: Gap) -> dict[str, Any]:
    return {name: getattr(each, name) for name in ("started_us", "ended_us", "exchanges", "reason")}
