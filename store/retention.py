"""Retention: the oldest exchanges go, in small steps, bodies with their last exchange, and the space comes back.

What is removed leaves its digest in its commit, and commits that are empty leave theirs to the next one, so
that verify still holds for the rest. Must not know: threads. Read next: keep.py, chain.py, writer.py.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, select, text, update

from store import chain, task_rows
from store.schema import batch, body, body_piece, body_use, exchange, message, original, verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Engine

    from store.keep import Keep
    from store.recording import Recording

STEP = 200
"""Exchanges removed in one transaction: a few milliseconds, so that recording goes on in between."""

_ADVISORY_LOCK = 0x46435250
_LINK = 8 + chain.SIZE


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was removed. `size`: bytes of the database that are in use afterwards; `more`: there is more to do."""

    exchanges: int = 0
    bodies: int = 0
    size: int = 0
    more: bool = False
    digests: tuple[bytes, ...] = ()


def prune(recording: Recording, keep: Keep, *, dry_run: bool = False) -> Pruned:
    """Remove all that exceeds the limits, and give the space back. A dry run says what would go."""
    total = Pruned()
    with recording.engine.connect() as connection:
        transaction = connection.begin() if dry_run else None
        while True:
            done = _one_step(connection, keep) if dry_run else step(recording.engine, keep)
            total = replace(done, exchanges=total.exchanges + done.exchanges, bodies=total.bodies + done.bodies)
            if not done.more:
                break
        if transaction:
            transaction.rollback()
    if not dry_run:
        while give_back(recording.engine):
            pass
    return total


def step(engine: Engine, keep: Keep) -> Pruned:
    """Remove at most STEP exchanges, in a transaction of its own."""
    with engine.begin() as connection:
        return _one_step(connection, keep)


def give_back(engine: Engine, pages: int = 1000) -> bool:
    """Return some free pages to the file system; whether there are more. A server does this by itself."""
    if engine.dialect.name != "sqlite":
        return False
    with engine.connect() as connection:
        raw = connection.connection.cursor()
        # The pragma works while it is stepped through, which fetchall does; executing alone frees one page.
        raw.execute(f"PRAGMA incremental_vacuum({pages})").fetchall()
        return int(raw.execute("PRAGMA freelist_count").fetchone()[0]) > 0


def _one_step(connection: Connection, keep: Keep) -> Pruned:
    if not _alone(connection):
        return Pruned()
    columns = (exchange.c.id, exchange.c.run_id, exchange.c.batch, exchange.c.digest, exchange.c.started_us)
    # By id in a file, where it is the order of arrival; by time on a server, where ids come in blocks.
    order = (exchange.c.id,) if connection.dialect.name == "sqlite" else (exchange.c.started_us, exchange.c.id)
    kept = exchange.c.id.not_in(task_rows.PENDING)  # what is still to be delivered is needed for that
    oldest = connection.execute(select(*columns).where(kept).order_by(*order).limit(STEP)).all()
    surplus = oldest[: _surplus(connection, keep, oldest)]
    if not surplus:
        return Pruned(size=used_bytes(connection))
    bodies = _remove(connection, [row.id for row in surplus])
    _shorten_chains(connection, surplus)
    more = len(surplus) == len(oldest) == STEP
    return Pruned(len(surplus), len(bodies), used_bytes(connection), more, tuple(bodies))


def _alone(connection: Connection) -> bool:
    """On a server several proxies share a recording: one of them prunes at a time."""
    if connection.dialect.name == "sqlite":
        return True
    taken = connection.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
    return bool(taken.scalar())


def used_bytes(connection: Connection) -> int:
    """Bytes of the database that hold something."""
    if connection.dialect.name != "sqlite":
        tables = text(
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
        )
        return int(connection.execute(tables).scalar() or 0)
    pages, free, size = (
        int(connection.execute(text(f"PRAGMA {name}")).scalar() or 0)
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size


def _surplus(connection: Connection, keep: Keep, oldest: Sequence[Any]) -> int:
    """How many of the oldest rows exceed a limit."""
    surplus = 0
    if keep.age_s is not None:
        before = time.time_ns() // 1000 - int(keep.age_s * 1e6)
        surplus = next((at for at, row in enumerate(oldest) if row.started_us >= before), len(oldest))
    if keep.exchanges is not None:
        count = connection.execute(select(func.count()).select_from(exchange)).scalar() or 0
        surplus = max(surplus, min(count - keep.exchanges, len(oldest)))
    if keep.size is not None and used_bytes(connection) > keep.size:
        surplus = len(oldest)
    return surplus


def _remove(connection: Connection, ids: list[int]) -> list[bytes]:
    """Delete exchanges and the bodies that no other uses; returns those bodies' digests."""
    used = select(body_use.c.body_id).where(body_use.c.exchange_id.in_(ids)).distinct()
    candidates = connection.execute(used).scalars().all()
    connection.execute(delete(body_use).where(body_use.c.exchange_id.in_(ids)))
    connection.execute(delete(original).where(original.c.exchange_id.in_(ids)))
    connection.execute(delete(verdict).where(verdict.c.exchange_id.in_(ids)))
    connection.execute(delete(message).where(message.c.exchange_id.in_(ids)))
    task_rows.remove(connection, ids)
    connection.execute(delete(exchange).where(exchange.c.id.in_(ids)))
    still = select(body_use.c.body_id).where(body_use.c.body_id.in_(candidates)).distinct()
    gone = sorted(set(candidates) - set(connection.execute(still).scalars()))
    digests = connection.execute(select(body.c.digest).where(body.c.id.in_(gone))).scalars().all()
    connection.execute(delete(body_piece).where(body_piece.c.body_id.in_(gone)))
    connection.execute(delete(body).where(body.c.id.in_(gone)))
    return list(digests)


def _shorten_chains(connection: Connection, rows: Sequence[Any]) -> None:
    links: dict[tuple[int, int], list[chain.Link]] = {}
    for row in rows:
        links.setdefault((row.run_id, row.batch), []).append((row.id, row.digest))
    this = (batch.c.run_id == bindparam("run")) & (batch.c.seq == bindparam("at"))
    for (run_id, seq), gone in links.items():
        found = connection.execute(select(batch.c.pruned).where(this), {"run": run_id, "at": seq}).scalar()
        pruned = chain.packed(chain.unpacked(found) + gone)
        connection.execute(update(batch).where(this).values(pruned=pruned), {"run": run_id, "at": seq})
    for run_id in {run_id for run_id, _ in links}:
        _drop_empty_front(connection, run_id)


def _drop_empty_front(connection: Connection, run_id: int) -> None:
    """Remove a run's first commits that have no exchange left; its last one stays, it is the chain's end."""
    first = select(batch).where(batch.c.run_id == run_id).order_by(batch.c.seq).limit(2)
    while True:
        front = connection.execute(first).all()
        if len(front) < 2 or len(front[0].pruned or b"") != front[0].exchanges * _LINK:
            return
        here = batch.c.run_id == run_id
        connection.execute(update(batch).where(here, batch.c.seq == front[1].seq).values(previous=front[0].digest))
        connection.execute(delete(batch).where(here, batch.c.seq == front[0].seq))
