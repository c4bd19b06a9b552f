"""Between a call and the recording: the intent before the server, the commit before the last byte.

`Recorder` writes through store/writer.py; `NoRecorder` is `fc_record=false`. What cannot be written is
answered by the policy of fc_on_store_failure. Must not know: sockets, rules.
Read next: store/writer.py.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

from store.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gateway.exchange import Exchange
    from store.spool import Spool
    from store.writer import Writer

logger = logging.getLogger(__name__)


class Recording(Protocol):
    """What a call needs of a recorder."""

    def next_id(self) -> int:
        """A number for the next exchange, in order of arrival."""

    async def intent(self, exchange: Exchange) -> str:
        """Commit that the server is about to see this call. Returns "" or why it could not be written."""

    async def finish(self, exchange: Exchange, spools: Sequence[Spool]) -> str:
        """Commit how the call ended. Returns "" or why it could not be written."""


class NoRecorder:
    """Nothing is kept; exchanges are only numbered."""

    def __init__(self) -> None:
        self._id = 0

    def next_id(self) -> int:
        """Count from 1."""
        self._id += 1
        return self._id

    async def intent(self, exchange: Exchange) -> str:  # noqa: ARG002 - the protocol's signature
        """Nothing to do."""
        return ""

    async def finish(self, exchange: Exchange, spools: Sequence[Spool]) -> str:  # noqa: ARG002 - the protocol's signature
        """Nothing to do."""
        return ""


class Recorder:
    """Every exchange goes to the writer thread and is awaited.

    `wanted` decides by the request alone which exchanges are kept (fc_filter). `refuse` is the policy when
    the store fails: True returns the reason, so that the call is refused; False counts, warns and goes on.
    """

    def __init__(self, writer: Writer, *, refuse: bool, wanted: Callable[[Exchange], bool] | None = None) -> None:
        self._writer = writer
        self._refuse = refuse
        self._wanted = wanted
        self.passed = 0

    def next_id(self) -> int:
        """A number from the recording."""
        return self._writer.next_id()

    async def intent(self, exchange: Exchange) -> str:
        """Commit the open row."""
        if self._wanted is not None and not self._wanted(exchange):
            return ""
        try:
            await self._writer.ready()
            await self._writer.intent(exchange)
        except StoreUnavailable as error:
            return self._unwritten(error)
        return ""

    async def finish(self, exchange: Exchange, spools: Sequence[Spool]) -> str:
        """Commit the whole exchange."""
        if self._wanted is not None and not self._wanted(exchange):
            return ""
        try:
            await self._writer.finish(exchange, spools)
        except StoreUnavailable as error:
            return self._unwritten(error)
        return ""

    def _unwritten(self, error: StoreUnavailable) -> str:
        if self._refuse:
            return str(error)
        self.passed += 1
        logger.warning("fc-replay: not recorded (%d so far, fc_on_store_failure=pass): %s", self.passed, error)
        return ""
