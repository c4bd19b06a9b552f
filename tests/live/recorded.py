"""What the recording says about what just happened, held against what really crossed the sockets.

Secrets are sealed in a recording; here they are unsealed with its key before they are compared.
Read next: ../../store/reader.py, ../../store/unsealing.py, ../../gateway/differences.py.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.config_plain import from_plain
from gateway.differences import unexplained
from gateway.exchange import Exchange, State
from gateway.messages import BodyRef, body_size
from gateway.recompute import recompute
from store.reader import Reader
from store.recording import catch_up, open_for_reading
from store.unsealing import Unsealer
from tests.live.scripted import PATIENCE_S

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.messages import Request, Response

LOOK_AGAIN_S = 0.005


class Recorded:
    """A recording, while it is written or afterwards."""

    def __init__(self, path: Path) -> None:
        self.recording = open_for_reading(str(path))
        self.reader = Reader(self.recording)
        self._unsealer: Unsealer | None = None

    def close(self) -> None:
        """Let go of it."""
        self.recording.close()

    def newest(self) -> int:
        """The id of the newest exchange, 0 when there is none."""
        self._catch_up()
        rows = self.reader.overview(limit=1, newest_first=True)
        return rows[0].id if rows else 0

    def after(self, last: int) -> list[Exchange]:
        """What has been recorded since, open exchanges too."""
        self._catch_up()
        return list(self.reader.exchanges(after=last))

    def ended_after(self, last: int, count: int) -> list[Exchange]:
        """The exchanges since, once this many have ended; for ends that no client can see."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            found = self.after(last)
            if sum(exchange.state is not State.OPEN for exchange in found) >= count:
                return found
            assert time.monotonic() < deadline, f"{count} exchanges should have ended: {found}"
            time.sleep(LOOK_AGAIN_S)

    def _catch_up(self) -> None:
        if self.recording.path:
            catch_up(self.recording.path)

    def on_the_wire(self, exchange: Exchange) -> Exchange:
        """The exchange with its secrets, as it crossed the sockets."""
        self._unsealer = self._unsealer or Unsealer(self.recording)
        return self._unsealer.unseal(exchange)

    def body(self, body: bytes | BodyRef) -> bytes:
        """A body of an exchange from `on_the_wire`, wherever it is kept."""
        if isinstance(body, bytes):
            return body
        assert self._unsealer is not None
        return b"".join(self._unsealer.body_pieces(body))

    def assert_no_silent_change(self, exchange: Exchange) -> None:
        """Every difference has a rule, and today's rules make the same of it again, sealed and unsealed."""
        plain = self.reader.config(exchange.config_digest)
        assert plain is not None, "the config of an exchange is not in the recording"
        config = from_plain(plain)
        for form in (exchange, self.on_the_wire(exchange)):
            assert unexplained(form) == ()
            assert recompute(form, config) == form


def assert_same_message(found: Request | Response | None, truth: Request | Response) -> None:
    """The recorded message is the one that crossed the socket, byte for byte."""
    assert found is not None, f"not recorded: {truth!r:.200}"
    if isinstance(found.body, BodyRef):
        assert isinstance(truth.body, bytes)
        assert found.body == BodyRef(hashlib.sha256(truth.body).digest(), body_size(truth.body))
        found = replace(found, body=truth.body)
    assert found == truth
