"""A conversation on its way into the recording: the bytes of both sides come in, committed messages come of them.

What came is handed on every tenth of a second, one portion at a time: reading, sealing and committing happen in
other threads. So a process that is killed has on disk what was said but for the last portion or two.
`hear` and `room` belong to the event loop. Must not know: sockets. Read next: message_rows.py, writer.py.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gateway.conversation import CONTROL, Message, MessageReader, Sender
from store.errors import StoreUnavailable
from store.message_making import add_message
from store.message_rows import Said
from store.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gateway.conversation import Part
    from gateway.deflate import Inflater
    from store.message_making import Vow

    type Submit = Callable[[Callable[[], Said]], asyncio.Future[None]]

PORTION_S = 0.1
"""Seconds that what was said waits for more before it is handed on."""

WAITING_BYTES = 1024 * 1024
"""Bytes of one conversation that may wait in memory; then `room` holds who wants to say more."""


@dataclass(slots=True)
class _Side:
    """One direction: its reader, and the content of the message under way."""

    reader: MessageReader
    content: Spool = field(default_factory=Spool)


class Talk:
    """One conversation. `inflaters`: what undoes the client's and the server's compression (gateway/deflate.py).

    `recorded`: messages on disk. `failing`: why the last portion is not, "" when it is. `strict`: then nothing more
    may be said.
    """

    def __init__(
        self, exchange_id: int, submit: Submit, inflaters: tuple[Inflater | None, Inflater | None], vow: Vow | None
    ) -> None:
        self.recorded = 0
        self.failing = ""
        self.strict = False
        self._id = exchange_id
        self._submit = submit
        self._vow = vow
        client, server = (_Side(MessageReader(each)) for each in inflaters)
        self._sides: Mapping[Sender, _Side] = {Sender.CLIENT: client, Sender.SERVER: server}
        self._seq = 0
        self._waiting: list[tuple[Sender, bytes, int]] = []
        self._bytes = 0
        self._timer: asyncio.TimerHandle | None = None
        self._under_way: asyncio.Task[None] | None = None
        self._room = asyncio.Event()
        self._room.set()

    def hear(self, sender: Sender, data: bytes, at_us: int) -> None:
        """One side said this, `at_us` microseconds after the call's arrival. Raises StoreUnavailable when strict."""
        if self.strict and self.failing:
            raise StoreUnavailable(self.failing)
        self._waiting.append((sender, data, at_us))
        self._bytes += len(data)
        if self._bytes >= WAITING_BYTES:
            self._room.clear()
        if self._timer is None and self._under_way is None:
            self._timer = asyncio.get_running_loop().call_later(PORTION_S, self._hand_on)

    async def room(self) -> None:
        """Wait while too much waits."""
        await self._room.wait()

    async def close(self, at_us: int) -> int:
        """The conversation is over: commit what is left, and say how many messages are in the recording."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._under_way is not None:
            await asyncio.wait((self._under_way,))
        self._waiting += [(sender, b"", at_us) for sender in self._sides]
        await self._portion()
        for side in self._sides.values():
            side.content.close()
        return self.recorded

    def _hand_on(self) -> None:
        self._timer = None
        self._under_way = asyncio.ensure_future(self._portions())

    async def _portions(self) -> None:
        """Portion after portion while there is more; at most one is under way."""
        try:
            while self._waiting:
                await self._portion()
        finally:
            self._under_way = None

    async def _portion(self) -> None:
        taken, self._waiting, size = self._waiting, [], self._bytes
        made, before = Said(self._id), self._seq

        def prepare() -> Said:
            self._read(made, taken)
            return made

        try:
            await self._submit(prepare)
            self.recorded += self._seq - before
            self.failing = ""
        except StoreUnavailable as error:
            self.failing = str(error)
        finally:
            made.close()
            self._bytes -= size
            if self._bytes < WAITING_BYTES:
                self._room.set()

    def _read(self, said: Said, taken: list[tuple[Sender, bytes, int]]) -> None:
        """In the helper's thread: the messages that end in these bytes."""
        for sender, data, at_us in taken:
            side = self._sides[sender]
            for part in side.reader.feed(data) if data else side.reader.end():
                self._take(said, sender, part, at_us)

    def _take(self, said: Said, sender: Sender, part: Part, at_us: int) -> None:
        """A part of a message: control messages stand alone, others grow until their last part."""
        side = self._sides[sender]
        alone = part.kind in CONTROL
        content = Spool() if alone else side.content
        content.write(part.data)
        if not part.last:
            return
        if not alone:
            side.content = Spool()
        self._seq += 1
        add_message(said, Message(self._seq, sender, part.kind, at_us, coding=part.coding), content, self._vow)
