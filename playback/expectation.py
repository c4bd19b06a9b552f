"""What a fixed server is to answer, said by the user: the recorded answers are the bug, so they are no measure.

The filter language of `--filter`, asked of the answer of now. Must not know: sockets. Read next: selection.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gateway.exchange import View
from gateway.messages import Response
from playback.findings import Finding, Kind
from playback.selection import parse_filter

if TYPE_CHECKING:
    from gateway.exchange import Exchange
    from playback.selection import Predicate
    from playback.sendable import Ending


@dataclass(frozen=True, slots=True)
class Expectation:
    """A filter that every answer must fulfil. `text`: as the user wrote it."""

    text: str
    holds: Predicate

    def findings(self, exchange: Exchange, now: Ending) -> tuple[Finding, ...]:
        """One when the answer is not what was expected."""
        if isinstance(now, Response) and self.holds(_answered(exchange, now)):
            return ()
        found = f"answered {now.status}" if isinstance(now, Response) else now.value
        return (Finding(Kind.EXPECTATION, "answer", self.text, found),)


def parse_expectation(text: str) -> Expectation:
    """Raises BadFilter."""
    return Expectation(text, parse_filter(text))


def _answered(exchange: Exchange, now: Response) -> Exchange:
    """The exchange as a filter sees it: the request by its line alone, so that fields and bodies are the answer's."""
    request = exchange.client.request
    asked = replace(request, headers=(), body=b"", trailers=()) if request is not None else None
    view = View(asked, now)
    return replace(exchange, client=view, server=view, transforms=(), failure=None, error_code="")
