"""One thing to write, as it waits in the recorder's queue, and what a transaction makes of several.

Must not know: the thread, the journal's file. Read next: writer_thread.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.run_info import End, Work

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable, Sequence

    from gateway.exchange import Exchange
    from store.message_rows import Said
    from store.prepare import Prepared
    from store.run_info import Gap
    from store.spool import Spool
    from store.tasks import NameTaken, TaskChange


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to write. `spools` None marks an intent; `future` None means that nobody waits for it.

    `ready`: the exchange as the helper thread prepared it. `said`: messages of a conversation. `task`: a change of the
    queue of accepted calls, in the same commit.
    """

    exchange: Exchange | None
    spools: Sequence[Spool] | None = None
    future: asyncio.Future[None] | None = None
    weight: int = 0
    config: tuple[str, str] | None = None
    ready: Prepared | None = None
    said: Said | None = None
    task: TaskChange | None = None

    @property
    def begun(self) -> Exchange | None:
        """The exchange that begins with it."""
        return self.exchange if self.spools is None else None

    @property
    def ended(self) -> Exchange | None:
        """The exchange that ends with it."""
        return self.exchange if self.spools is not None else None

    @property
    def is_for_journal(self) -> bool:
        """Whether it is an exchange alone, with its bodies in memory."""
        return self.exchange is not None and not self.spools and self.task is None

    def accepts(self, taken: NameTaken) -> bool:
        """Whether it needs a name that another task has."""
        return self.task is not None and self.task.with_id in taken.ids


def work_of(items: Iterable[Item], gap: Gap | None, max_id: int) -> Work:
    """What one transaction is to write."""
    work = Work(gap=gap, max_id=max_id)
    for item in items:
        if item.task:
            work.tasks.append(item.task)
        if item.config:
            work.configs.append(item.config)
        elif item.said:
            work.said.append(item.said)
        elif item.ready:
            work.prepared.append(item.ready)
        elif item.begun:
            work.intents.append(item.begun)
        elif item.exchange and item.spools is not None:
            work.ends.append(End(item.exchange, item.spools))
    return work
