"""The schema of a recording, in one place. Columns carry their meaning; the views are public.

How an exchange is kept: the whole Exchange is one compact *record* (record.py), compressed with a dictionary
made of earlier records, because header blocks repeat. Bodies over 512 bytes lie apart, once per content. The
other columns of `exchange` are an index over the record: `verify` computes them again. `exchange_overview`
and `transform_overview` are for people with an SQL prompt and stay as they are (docs/queries.md).

History: 0001 (2026-11) first release. 0002 (2026-11) what replays found: `replay`, `verdict`. 0003: the
asynchronous queue. 0004: WebSocket messages (`message`, the view `message_overview`).

Must not know: SQLite or PostgreSQL beyond dialects.py. Read next: record.py, committer.py, migrations/.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Sequence,
    SmallInteger,
    Table,
    Text,
)

VERSION = 4
"""The schema version this program writes; equals the last migration."""

OLDEST_READ = 1
"""Recordings from this schema on are read as they are: later ones only added tables that a reader can do without."""

APPLICATION_ID = 0x46435250
"""SQLite's application_id of our files: the letters FCRP."""

Key = BigInteger().with_variant(Integer, "sqlite")
"""An integer key; SQLite makes only INTEGER columns the row's own address."""

metadata = MetaData()

id_block = Sequence("id_block", minvalue=0, start=0, metadata=metadata)
"""Numbers the blocks of exchange ids that proxies take from a server; a SQLite file needs none (ids.py)."""

run = Table(
    "run",
    metadata,
    Column("id", Key, primary_key=True, doc="one life of the proxy"),
    Column("program", Text, nullable=False, doc="fc-replay's version"),
    Column("rules_version", Text, nullable=False, doc="rule set in force"),
    Column("started_us", BigInteger, nullable=False, doc="microseconds since the epoch"),
    Column("utc_offset_s", Integer, nullable=False, doc="local time minus UTC at the start, seconds"),
    Column("details", Text, nullable=False, doc="JSON: options, versions, host, as told at the start"),
    Column("durability", Text, nullable=False, doc="full | normal"),
    Column("seal", Text, nullable=False, doc="on | discard | off: what became of secrets (sealing.py)"),
    Column("ended_us", BigInteger, doc="NULL while it runs, and when it was killed"),
    Column("ending", Text, nullable=False, doc="running | orderly | killed"),
)

config = Table(
    "config",
    metadata,
    Column("digest", Text, primary_key=True, doc="exchange.config_digest names it"),
    Column("plain", Text, nullable=False, doc="the config as JSON (gateway/config_plain.py)"),
    Column("check_digest", LargeBinary, nullable=False, doc="SHA-256 of `plain`, 16 bytes"),
)

_OVERVIEW_COLUMNS: tuple[tuple[str, type, str], ...] = (
    ("request_id", Text, "the call's id, as the client saw it in X-Fc-Request-Id"),
    ("state", Text, "open | complete | refused | server-failed | timed-out | cancelled | interrupted"),
    ("ingress", Text, "http-default | http-custom | api | egress (the function's own call) | hook"),
    ("invocation_type", Text, "Sync | Async"),
    ("function", Text, "name of the function, empty when none matched"),
    ("method", Text, "what the client sent; bytes that are not text appear as \\x.."),
    ("target", Text, "path and query as sent, at most 4096 characters; of an egress call the whole URL"),
    ("error_code", Text, "FC's code when the gateway itself answered, else empty"),
)


def _overview() -> list[Column[str]]:
    return [Column(name, kind, nullable=False, doc=meaning) for name, kind, meaning in _OVERVIEW_COLUMNS]


exchange = Table(
    "exchange",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=False, doc="in order of arrival"),
    Column("run_id", Key, ForeignKey("run.id"), nullable=False, doc="which run recorded it"),
    Column("batch", Key, nullable=False, doc="the commit that finished it: batch.seq of its run"),
    Column("parent_id", Key, doc="the accepted asynchronous call of a delivery; the call behind an egress call"),
    *_overview(),
    Column("client_status", SmallInteger, doc="what the client got; NULL when nothing"),
    Column("server_status", SmallInteger, doc="what the server sent; NULL when nothing"),
    Column("started_us", BigInteger, nullable=False, doc="arrival, microseconds since the epoch"),
    Column("duration_us", BigInteger, doc="arrival to the reply's last byte, microseconds; NULL when not reached"),
    Column("request_bytes", BigInteger, nullable=False, doc="body bytes the client sent"),
    Column("response_bytes", BigInteger, nullable=False, doc="body bytes the client got"),
    Column("trail_id", Key, nullable=False, doc="rule_trail.id: which rules acted, in order; 0 = none"),
    Column("sealed_values", Integer, nullable=False, doc="how many secrets pseudonyms and fillers stand for"),
    Column("dictionary_id", Key, nullable=False, doc="dictionary.id that `record` needs; 0 = none"),
    Column("digest", LargeBinary, nullable=False, doc="SHA-256 of run id and record, 16 bytes (chain.py)"),
    Column("record", LargeBinary, nullable=False, doc="the Exchange: msgpack, zstd (record.py)"),
)

# Retention on a server goes by time, because ids come in blocks there; in a file it goes by id and needs no index.
Index("exchange_by_start", exchange.c.started_us).ddl_if(dialect="postgresql")

intent = Table(
    "intent",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=False, doc="becomes exchange.id when it ends"),
    Column("run_id", Key, ForeignKey("run.id"), nullable=False, doc="which run is at work on it"),
    *_overview(),
    Column("started_us", BigInteger, nullable=False, doc="arrival, microseconds since the epoch"),
    Column("request_bytes", BigInteger, nullable=False, doc="body bytes known when it was noted"),
    Column("dictionary_id", Key, nullable=False, doc="as in exchange"),
    Column("digest", LargeBinary, nullable=False, doc="as in exchange"),
    Column("record", LargeBinary, nullable=False, doc="the Exchange so far, state open"),
)

batch = Table(
    "batch",
    metadata,
    Column("run_id", Key, ForeignKey("run.id"), primary_key=True),
    Column("seq", Key, primary_key=True, autoincrement=False, doc="1, 2, 3 ... within the run"),
    Column("exchanges", Integer, nullable=False, doc="how many exchanges this commit finished"),
    Column("max_id", Key, nullable=False, doc="largest exchange id given out so far in this run"),
    Column("committed_us", BigInteger, nullable=False, doc="microseconds since the epoch"),
    Column("digest", LargeBinary, nullable=False, doc="SHA-256 of the digest before it and its rows (chain.py)"),
    Column("previous", LargeBinary, doc="the digest before it, once retention has removed that commit"),
    Column("pruned", LargeBinary, doc="(id, digest) of its exchanges that retention removed; NULL = none"),
    sqlite_with_rowid=False,
)

rule_trail = Table(
    "rule_trail",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=False, doc="first 48 bits of the trail's SHA-256"),
    Column("seq", Integer, primary_key=True, autoincrement=False, doc="1, 2, 3 ... in order of work"),
    Column("leg", Text, nullable=False, doc="request | response"),
    Column("part", Text, nullable=False, doc="headers | body | ..."),
    Column("rule_id", Text, nullable=False, doc="the rule that acted"),
    sqlite_with_rowid=False,
)

dictionary = Table(
    "dictionary",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=False, doc="first 31 bits of the data's SHA-256"),
    Column("copy", SmallInteger, primary_key=True, autoincrement=False, doc="1, 2: many records hang on it"),
    Column("created_us", BigInteger, nullable=False, doc="the newest is used by the next run"),
    Column("digest", LargeBinary, nullable=False, doc="SHA-256 of `data`"),
    Column("data", LargeBinary, nullable=False, doc="earlier records, end to end"),
)

body = Table(
    "body",
    metadata,
    Column("id", Key, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True, doc="SHA-256 of the whole body"),
    Column("size", BigInteger, nullable=False, doc="bytes"),
)

body_piece = Table(
    "body_piece",
    metadata,
    Column("body_id", Key, ForeignKey("body.id"), primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False, doc="1, 2, 3 ..."),
    Column("packed", SmallInteger, nullable=False, doc="1: zstd; 0: as it is, it would not shrink"),
    Column("data", LargeBinary, nullable=False, doc="at most 256 KiB of the body"),
)

body_use = Table(
    "body_use",
    metadata,
    Column("exchange_id", Key, primary_key=True, autoincrement=False),
    Column("body_id", Key, ForeignKey("body.id"), primary_key=True, autoincrement=False),
    Index("body_use_by_body", "body_id"),
    sqlite_with_rowid=False,
)

secret = Table(
    "secret",
    metadata,
    Column("tag", Text, primary_key=True, doc="the pseudonym that stands in heads and texts"),
    Column("data", LargeBinary, nullable=False, doc="the value, AES-GCM under the key outside the database"),
)

original = Table(
    "original",
    metadata,
    Column("exchange_id", Key, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False, doc="what its body fillers stand for (unsealing.py), AES-GCM"),
)

message = Table(
    "message",
    metadata,
    Column(
        "exchange_id", Key, primary_key=True, autoincrement=False, doc="the WebSocket; its row may still be an intent"
    ),
    Column(
        "seq", Integer, primary_key=True, autoincrement=False, doc="1, 2, 3 ... as both sides spoke; a gap: not kept"
    ),
    Column("sender", Text, nullable=False, doc="client | server"),
    Column("kind", Text, nullable=False, doc="text | binary | close | ping | pong | other"),
    Column(
        "at_us", BigInteger, nullable=False, doc="when its last byte came, microseconds after the exchange's arrival"
    ),
    Column("size", BigInteger, nullable=False, doc="bytes of its content, fragments joined, compression undone"),
    Column("coding", Text, nullable=False, doc="plain | inflated | compressed | cut (gateway/conversation.py)"),
    Column("text", Text, doc="the content when it is text of at most 4096 bytes"),
    Column("data", LargeBinary, doc="the content when it is anything else of at most 512 bytes"),
    Column("body_id", Key, ForeignKey("body.id"), doc="the content when it is neither"),
    Column("sealed_values", Integer, nullable=False, doc="how many secrets fillers in it stand for"),
    Column("sealed", LargeBinary, doc="what those fillers stand for (unsealing.py), AES-GCM"),
    Column("digest", LargeBinary, nullable=False, doc="SHA-256 of the digest before it and this row, 16 bytes"),
    sqlite_with_rowid=False,
)

gap = Table(
    "gap",
    metadata,
    Column("id", Key, primary_key=True),
    Column("run_id", Key, ForeignKey("run.id"), nullable=False),
    Column("started_us", BigInteger, nullable=False, doc="first exchange that could not be recorded"),
    Column("ended_us", BigInteger, doc="NULL: not over yet, or the proxy ended before it was"),
    Column("exchanges", Integer, nullable=False, doc="how many are not in the recording"),
    Column("reason", Text, nullable=False, doc="what kept the recorder from writing"),
)

replay = Table(
    "replay",
    metadata,
    Column("id", Key, primary_key=True),
    Column("verb", Text, nullable=False, doc="check | send"),
    Column("target", Text, nullable=False, doc="the server's or gateway's URL, empty for check"),
    Column("rules_version", Text, nullable=False, doc="rule set of the program that replayed"),
    Column("started_us", BigInteger, nullable=False, doc="microseconds since the epoch"),
    Column("ended_us", BigInteger, nullable=False, doc="microseconds since the epoch"),
    Column("exit_code", SmallInteger, nullable=False, doc="what it said to the shell"),
    Column("summary", Text, nullable=False, doc="JSON: the report's numbers (docs/replay.md)"),
)

verdict = Table(
    "verdict",
    metadata,
    Column("exchange_id", Key, primary_key=True, autoincrement=False),
    Column("verb", Text, primary_key=True, doc="check | send: only the last verdict of each is kept"),
    Column("replay_id", Key, ForeignKey("replay.id"), nullable=False),
    Column("verdict", Text, nullable=False, doc="same | different | missing | skipped"),
    Column("skipped", Text, nullable=False, doc="why it was not judged, else empty"),
    Column("findings", Text, nullable=False, doc="JSON: the differences as in the report, at most 20"),
    sqlite_with_rowid=False,
)

task = Table(
    "task",
    metadata,
    Column("exchange_id", Key, primary_key=True, autoincrement=False, doc="the accepted call: exchange.id"),
    Column("name", Text, nullable=False, doc="its id in the task API: what the caller gave, else the request id"),
    Column("function", Text, nullable=False, doc="name of the function"),
    Column("service", Text, nullable=False, doc="the FC2 service, empty in FC3"),
    Column("qualifier", Text, nullable=False, doc="version or alias"),
    Column("state", Text, nullable=False, doc="in FC's words (gateway/task.py)"),
    Column("accepted_us", BigInteger, nullable=False, doc="when the call arrived, microseconds since the epoch"),
    Column("due_us", BigInteger, doc="when its next delivery is due; NULL once it has ended"),
    Column("attempts", Integer, nullable=False, doc="deliveries begun"),
    Column("function_errors", Integer, nullable=False, doc="deliveries that the function failed"),
    Column("system_errors", Integer, nullable=False, doc="failures in a row that are not the function's"),
    Column("system_since_us", BigInteger, doc="first of that row"),
    Column("started_us", BigInteger, doc="first delivery; NULL before"),
    Column("ended_us", BigInteger, doc="NULL while there is something to do"),
    Column("error", Text, nullable=False, doc="why the latest delivery failed, empty when it did not"),
    Column("attempt_id", Key, doc="the latest delivery: exchange.id"),
    Column("run_id", Key, doc="the run that holds it; NULL: any may take it"),
    Column("lease_us", BigInteger, doc="until when it is held, on a server"),
    Index("task_by_due", "due_us"),
    Index("task_by_name", "function", "service", "name", unique=True),
)

task_event = Table(
    "task_event",
    metadata,
    Column("id", Key, primary_key=True),
    Column("exchange_id", Key, nullable=False, doc="task.exchange_id"),
    Column("at_us", BigInteger, nullable=False, doc="microseconds since the epoch"),
    Column("state", Text, nullable=False, doc="the state that the task came into"),
    Column("detail", Text, nullable=False, doc="why, and when it is due next; empty when that needs no words"),
    Index("task_event_by_task", "exchange_id"),
)

destination = Table(
    "destination",
    metadata,
    Column("exchange_id", Key, primary_key=True, autoincrement=False, doc="task.exchange_id"),
    Column("attempt_id", Key, doc="the delivery that it tells of; NULL when there was none"),
    Column("condition", Text, nullable=False, doc="why it would be sent (gateway/task.py)"),
    Column("target", Text, nullable=False, doc="the ARN that the config names; nothing is sent there"),
    Column("made_us", BigInteger, nullable=False, doc="microseconds since the epoch"),
)
