"""What differs between the recorded answer and the one of now, told without any secret in the clear.

Must not know: sockets. Read next: sendable.py (how two ends compare), vault.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gateway.messages import BodyRef, Response
from playback.allowance import Allowance
from playback.client import loaded
from playback.findings import Finding, Kind
from playback.noise import NoiseRule, for_call
from playback.sendable import compare_endings
from store.secret_shapes import TAG

if TYPE_CHECKING:
    from gateway.exchange import Exchange
    from gateway.messages import Request
    from playback.sendable import Ending
    from playback.sides import Side
    from playback.vault import Vault


@dataclass(frozen=True, slots=True)
class Judgement:
    """How answers on one side are compared, with these secrets and this accepted noise."""

    vault: Vault
    side: Side
    noise: tuple[NoiseRule, ...] = ()

    def findings(self, exchange: Exchange, request: Request, recorded: Ending, now: Ending) -> tuple[Finding, ...]:
        """The differences of one opened exchange; only where there are any, the sides are sealed and compared again."""
        allowance = Allowance(self.side.volatile, for_call(self.noise, request.method, request.target))
        found = compare_endings(recorded, now, request.method, allowance)
        if not found:
            return ()
        sides = self._hidden(exchange, recorded), self._hidden(exchange, now)
        found = compare_endings(*sides, request.method, allowance)
        return tuple(map(self.held, found))

    def held(self, finding: Finding) -> Finding:
        """A difference as it weighs with what is known of secrets here."""
        return _not_to_be_held(finding) if self.vault.blind else finding

    def _hidden(self, exchange: Exchange, ending: Ending) -> Ending:
        if not isinstance(ending, Response):
            return ending
        return self.side.ending(self.vault.hidden(self.side.answered(exchange, ending))) or ending


def in_memory(recorded: Ending, vault: Vault) -> Ending:
    """The recorded end of a call with its body in memory, unless that is too large to be compared by value."""
    if isinstance(recorded, Response) and isinstance(recorded.body, BodyRef):
        return replace(recorded, body=loaded(recorded.body, vault.body_pieces))
    return recorded


def _not_to_be_held(finding: Finding) -> Finding:
    """Without the key nobody knows what a recorded secret was: its presence is checked, its value is not."""
    if finding.kind is Kind.VALUE and finding.recorded is not None and TAG.search(finding.recorded.encode()):
        return Finding(Kind.VOLATILE, finding.path, note="sealed when it was recorded, and the key is not here")
    return finding
