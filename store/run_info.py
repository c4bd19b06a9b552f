"""What a run says of itself, and what one commit is to write: plain values.

Must not know: how they are stored. Read next: committer.py, writer.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gateway.exchange import Exchange
    from store.message_rows import Said
    from store.prepare import Prepared
    from store.record import Encoded
    from store.spool import Spool
    from store.tasks import TaskChange


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
    """Exchanges that are not in the recording: when (microseconds since the epoch), how many, why.

    `ended_us` None: it is not over. `missing`: their ids.
    """

    started_us: int
    ended_us: int | None
    exchanges: int
    reason: str
    missing: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class End:
    """An exchange that has ended, the spools of its large bodies, and its record when that was made already."""

    exchange: Exchange
    spools: Sequence[Spool] = ()
    encoded: Encoded | None = None


@dataclass(slots=True)
class Work:
    """What one transaction is to write. An exchange that also ends in it needs no intent.

    `prepared` are ends whose dear part (sealing a large body) was done beforehand. `said`: messages of conversations.
    `tasks`: changes of the queue.
    """

    intents: list[Exchange] = field(default_factory=list)
    ends: list[End] = field(default_factory=list)
    prepared: list[Prepared] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    configs: list[tuple[str, str]] = field(default_factory=list)
    tasks: list[TaskChange] = field(default_factory=list)
    gap: Gap | None = None
    max_id: int = 0
