"""Between a call and the recording: the intent before the server, the commit before the last byte.

`Recorder` writes through store/writer.py; `NoRecorder` is `fc_record=false`. What cannot be written is
answered by the policy of fc_on_store_failure. Must not know: sockets, rules.
Read next: store/writer.py.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from store.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gateway.exchange import Exchange
    from store.spool import Spool
    from store.talk import Talk
    from store.tasks import TaskChange
    from store.writer import Writer

logger = logging.getLogger(__name__)


TRY_AGAIN_S = 0.5
"""Between attempts to change the queue while the store fails."""


@dataclass(frozen=True, slots=True)
class Unwritten:
    """An exchange is not in the recording. `refuse`: then it must not go on either (fc_on_store_failure)."""

    reason: str
    refuse: bool


class Recording(Protocol):
    """What a call needs of a recorder. `records`: it wants to be told of exchanges at all."""

    records: bool

    def next_id(self) -> int:
        """A number for the next exchange, in order of arrival."""

    async def intent(self, exchange: Exchange, task: TaskChange | None = None) -> Unwritten | None:
        """Commit that the server is about to see this call. None: it is on disk, or was not to be recorded.

        `task`: a change of the queue of accepted calls, in the same commit.
        """

    async def finish(
        self, exchange: Exchange, spools: Sequence[Spool], task: TaskChange | None = None
    ) -> Unwritten | None:
        """Commit how the call ended. None: it is on disk, or was not to be recorded.

        `task`: as in `intent`. Raises NameTaken when it needs a name that another task has.
        """

    def talk(self, handshake: Exchange) -> Talk | None:
        """Who takes the messages of a conversation that this exchange opened; None when they are not recorded."""

    def wants(self, exchange: Exchange) -> bool:
        """Whether this exchange is to be recorded at all (fc_record, fc_filter)."""

    def later(self, exchange: Exchange) -> None:
        """Keep a call that was refused because it could not be recorded, once that is possible again."""

    def lose(self, exchange: Exchange) -> None:
        """Count a call whose client was told that it is not recorded."""

    async def change(self, task: TaskChange) -> None:
        """Change the queue; done once it is on disk, however long that takes."""


class NoRecorder:
    """Nothing is kept; exchanges are only numbered."""

    records = False

    def __init__(self) -> None:
        self._id = 0

    def next_id(self) -> int:
        """Count from 1."""
        self._id += 1
        return self._id

    async def intent(self, exchange: Exchange, task: TaskChange | None = None) -> Unwritten | None:
        """Nothing to do."""

    async def finish(
        self, exchange: Exchange, spools: Sequence[Spool], task: TaskChange | None = None
    ) -> Unwritten | None:
        """Nothing to do."""

    def talk(self, handshake: Exchange) -> Talk | None:
        """Nobody."""

    def wants(self, exchange: Exchange) -> bool:
        """No."""
        del exchange
        return False

    def later(self, exchange: Exchange) -> None:
        """Nothing to do."""

    def lose(self, exchange: Exchange) -> None:
        """Nothing to do."""

    async def change(self, task: TaskChange) -> None:
        """Nothing to do."""


class Recorder:
    """Every exchange goes to the writer thread and is awaited.

    `wanted` decides by the request alone which exchanges are kept (fc_filter). `refuse` is the policy when
    the store fails: True has the call refused; False counts, warns and lets it go on. `kept` exchanges are on
    disk, `passed` are missing.
    """

    records = True

    def __init__(self, writer: Writer, *, refuse: bool, wanted: Callable[[Exchange], bool] | None = None) -> None:
        self._writer = writer
        self._refuse = refuse
        self._wanted = wanted
        self.passed = 0
        self.kept = 0

    def next_id(self) -> int:
        """A number from the recording."""
        return self._writer.next_id()

    def wants(self, exchange: Exchange) -> bool:
        """What the filter says; a call of the function's own goes with the call that it was made for."""
        return exchange.is_egress or self._wanted is None or self._wanted(exchange)

    async def intent(self, exchange: Exchange, task: TaskChange | None = None) -> Unwritten | None:
        """Commit the open row."""
        if not self.wants(exchange):
            return None
        try:
            await self._writer.ready()
            await self._writer.intent(exchange, task)
        except StoreUnavailable as error:
            return Unwritten(str(error), self._refuse)
        return None

    async def finish(
        self, exchange: Exchange, spools: Sequence[Spool], task: TaskChange | None = None
    ) -> Unwritten | None:
        """Commit the whole exchange."""
        if not self.wants(exchange):
            return None
        try:
            await self._writer.finish(exchange, spools, task)
        except StoreUnavailable as error:
            if not self._refuse:
                self._count(str(error))
            return Unwritten(str(error), self._refuse)
        self.kept += 1
        return None

    def talk(self, handshake: Exchange) -> Talk | None:
        """The store's; what it cannot record ends the conversation where the policy is to refuse."""
        if not self.wants(handshake):
            return None
        talk = self._writer.talk(handshake)
        talk.strict = self._refuse
        return talk

    def later(self, exchange: Exchange) -> None:
        """Queue a refused call for the time when the store is back; the gap row counts what is too large to wait."""
        if self.wants(exchange):
            self._writer.finish_later(exchange)

    def lose(self, exchange: Exchange) -> None:
        """Have the gap row count a call that was passed on and called unrecorded."""
        if self.wants(exchange):
            self._writer.lose(exchange)
            self._count(self._writer.failing or "the recorder could not write when it began")

    async def change(self, task: TaskChange) -> None:
        """Try until it is written: what is decided about a call must not be decided again."""
        try:
            while not await self._changed(task):  # noqa: ASYNC110 - nobody sets an event when a disk has room again
                await asyncio.sleep(TRY_AGAIN_S)
        except asyncio.CancelledError:
            self._writer.change_later(task)  # the proxy stops: written if that is possible by then
            raise

    async def _changed(self, task: TaskChange) -> bool:
        try:
            await self._writer.change(task)
        except StoreUnavailable:
            return False
        return True

    def _count(self, reason: str) -> None:
        self.passed += 1
        if self.passed & (self.passed - 1) == 0:  # 1, 2, 4, 8...: told, without a line for each call
            logger.warning("fc-replay: %d not recorded (fc_on_store_failure=pass): %s", self.passed, reason)
