"""At the start: runs that were killed get their end, and what any earlier run left open is closed as interrupted.

Must not know: whether the database is a file. Read next: committer.py, recording.py.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from gateway.exchange import State
from store.committer import Committer
from store.message_rows import count_messages
from store.rows import RowReader
from store.run_info import End, Work
from store.schema import intent, run
from store.server import Presence

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from gateway.exchange import Exchange

_CHUNK = 256

KILLED = "the proxy ended before the exchange did"
UNWRITTEN = "its end could not be recorded"
"""Why an exchange is still open when the next run begins."""

_STAGES = (
    ("done", "the reply was ready for its last byte"),
    ("server_end", "the whole answer had come from the server"),
    ("server_head", "the answer's head had come from the server"),
    ("server_sent", "the request had been handed to the server"),
    ("request_end", "the whole request had been read"),
)


def close_killed_runs(engine: Engine) -> int:
    """Close every run that has no end, and all open exchanges; returns how many exchanges that were.

    In a file the caller holds the recording; on a server a run at work holds its presence.
    """
    unended = select(run.c.id).where(run.c.ending == "running")
    left_open = select(intent.c.run_id).join(run, run.c.id == intent.c.run_id).where(run.c.ending != "running")
    with engine.connect() as connection:
        killed = connection.execute(unended).scalars().all()
        ended = connection.execute(left_open.distinct()).scalars().all()
    presence = Presence(engine)
    try:
        closed = sum(_close(engine, run_id, KILLED, "killed") for run_id in killed if presence.hold(run_id))
        return closed + sum(_close(engine, run_id, UNWRITTEN, "") for run_id in ended if presence.hold(run_id))
    finally:
        presence.release()


def interrupted(exchange: Exchange, why: str = KILLED) -> Exchange:
    """The exchange as it was left, with the stage it had reached."""
    reached = (said for name, said in _STAGES if getattr(exchange.timings, name) >= 0)
    stage = next(reached, "it was about to be sent to the server")
    return replace(exchange, state=State.INTERRUPTED, failure_text=f"{why}; {stage}")


def _close(engine: Engine, run_id: int, why: str, ending: str) -> int:
    """`ending`: of the run, "" when it has one."""
    committer = Committer(engine)
    committer.resume(run_id)
    closed = 0
    try:
        while exchanges := _open_exchanges(engine, run_id):
            ends = [End(_with_messages(engine, interrupted(each, why))) for each in exchanges]
            committer.commit(Work(ends=ends, max_id=max(each.id for each in exchanges)))
            closed += len(ends)
        if ending:
            committer.end(ending)
    finally:
        committer.disconnect()
    return closed


def _with_messages(engine: Engine, exchange: Exchange) -> Exchange:
    """The exchange with the number of messages that were recorded while its conversation went on."""
    with engine.connect() as connection:
        return replace(exchange, messages=count_messages(connection, exchange.id))


def _open_exchanges(engine: Engine, run_id: int) -> list[Exchange]:
    with engine.connect() as connection:
        rows = connection.execute(select(intent).where(intent.c.run_id == run_id).order_by(intent.c.id).limit(_CHUNK))
        reader = RowReader(connection)
        return [reader.exchange(row) for row in rows.all()]
