"""One call to the user's server: its deadline, its retry, and why it failed when it did.

The server is always the configured one; nothing in a request chooses an address (threat T12).
Must not know: rules, recording, the client's connection. Read next: wire/client.py.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.exchange import Failure
from wire.alarm import Alarm
from wire.errors import ClosedEarly, MalformedAnswer, NotListening, WireError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gateway.messages import Request, Response
    from instance.start import Instance
    from wire.client import ServerCall
    from wire.pool import Pool

WHOLE_ANSWER = 64 * 1024
"""Answers of an announced length up to this many bytes are read before they are sent on."""

RETRIED = frozenset((b"GET", b"HEAD", b"OPTIONS", b"TRACE"))
"""Methods that FC sends again when the connection broke (contract NET-2)."""

ATTEMPTS = 2
"""How often a retried method is sent in all; FC publishes no number (contract section 19, point 13)."""

EXIT_S = 0.25
"""A process that is about to be gone is gone within this time: the system closes its sockets a moment before."""

FAILURES: tuple[tuple[type[WireError], Failure], ...] = (
    (NotListening, Failure.NOT_LISTENING),
    (MalformedAnswer, Failure.MALFORMED_ANSWER),
    (ClosedEarly, Failure.CLOSED),
)


@dataclass(frozen=True, slots=True)
class Failed:
    """The server gave no usable answer."""

    failure: Failure
    text: str


STOPPED = Failed(Failure.CLOSED, "fc-replay was stopped before the answer was whole")
"""Not the server's fault, and said so (reliability D15)."""


class Delivery:
    """A request on its way to the server and its answer on the way back.

    `cancel` may be called at any moment (client gone, time-out); what waits then ends with that reason.
    `complete`: the answer that `ask` gave has its whole body. `hear` is told of each 1xx head before that.
    `instance`: the process behind the address, when it is ours to watch. `alarm`: one that outlives the call, so that
    it needs no timer of its own (2 us, and no heap of cancelled ones); it is lent until `release` or `drop`.
    """

    __slots__ = (
        *("_alarm", "_call", "_is_lent", "_pool", "_reason", "_timeout_s"),
        *("address", "complete", "hear", "instance"),
    )

    def __init__(
        self,
        pool: Pool,
        address: tuple[str, int],
        timeout_s: float,
        *,
        instance: Instance | None = None,
        alarm: Alarm | None = None,
    ) -> None:
        self.address = address
        self.complete = False
        self.hear: Callable[[Response], None] | None = None
        self.instance = instance
        self._pool = pool
        self._call: ServerCall | None = None
        self._reason: Failed | None = None
        self._timeout_s = timeout_s
        loop = asyncio.get_running_loop()
        self._is_lent = alarm is not None
        self._alarm = alarm or Alarm(loop, self._late)
        self._alarm.action = self._late
        self._alarm.set(loop.time() + timeout_s)

    def cancel(self, reason: Failed) -> None:
        """Cut the connection to the server. The first reason stays."""
        if self._reason is None:
            self._reason = reason
        if self._call is not None:
            self._call.abort()

    def _late(self) -> None:
        self.cancel(Failed(Failure.TIMED_OUT, f"Function timed out after {self._timeout_s:g} seconds"))

    def _hush(self) -> None:
        """The call is over: no alarm. The next call on the client's connection may have taken a lent one already."""
        if not self._is_lent:
            self._alarm.close()
        elif self._alarm.action == self._late:
            self._alarm.clear()

    async def ask(
        self, request: Request, pieces: Callable[[], Iterable[bytes]] | None, sent: Callable[[], None]
    ) -> Response | Failed:
        """Send the request, wait for the head of the answer, or for all of it when it is small.

        `pieces` gives the body again for every attempt when it is not in the request; `sent` is called as
        the first byte leaves.
        """
        attempts = ATTEMPTS if request.method in RETRIED else 1
        while True:
            attempts -= 1
            try:
                return await self._attempt(request, pieces, sent)
            except WireError as error:
                failed = self.failed(error)
                again = failed.failure is Failure.CLOSED and failed is not STOPPED and not _answered(error)
                if not (attempts and again):
                    return failed

    async def _attempt(
        self, request: Request, pieces: Callable[[], Iterable[bytes]] | None, sent: Callable[[], None]
    ) -> Response:
        self._call = call = await self._pool.call(self.address)
        if self._reason is not None:
            call.abort()
        if self.hear is not None:
            call.on_interim(self.hear)
        sent()
        await call.send(request, pieces() if pieces is not None else None)
        whole = await call.answer(WHOLE_ANSWER)
        self.complete = whole is not None
        return whole if whole is not None else await call.head()

    def failed(self, error: WireError) -> Failed:
        """Why it really ended: the cancel's reason before the wire's."""
        if self._reason is not None:
            return self._reason
        if self._pool.closed:
            return STOPPED
        for kind, failure in FAILURES:
            if isinstance(error, kind):
                return Failed(failure, str(error))
        return Failed(Failure.CLOSED, str(error))

    async def explained(self, failed: Failed) -> Failed:
        """The failure as the process tells it: a connection that broke because the program ended."""
        if failed.failure is not Failure.CLOSED or failed is STOPPED or not await self.instance_ended():
            return failed
        return Failed(Failure.EXITED, self.instance.exit_text if self.instance is not None else "")

    async def instance_ended(self) -> bool:
        """Whether the process behind the address is gone, or goes within a moment."""
        if self.instance is None:
            return False
        try:
            async with asyncio.timeout(EXIT_S):
                await self.instance.exited.wait()
        except TimeoutError:
            return False
        return True

    @property
    def call(self) -> ServerCall:
        """The call in progress; only after `ask` gave an answer."""
        if self._call is None:
            raise RuntimeError("the server was not asked yet")
        return self._call

    def release(self) -> None:
        """The answer was read to its end: the connection may serve another call."""
        self._hush()
        if self._call is not None:
            self._call.release()
            self._call = None

    def drop(self) -> None:
        """The answer is of no use: cut the connection."""
        self._hush()
        if self._call is not None:
            self._call.abort()
            self._call = None


def _answered(error: WireError) -> bool:
    return isinstance(error, ClosedEarly) and bool(error.received)
