"""fc_filter: which exchanges are recorded, said in mitmproxy's own filter language.

The request alone decides, so that an exchange is recorded whole or not at all. Read next: recorder.py.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mitmproxy import flowfilter

from addons.adapt import to_flow
from addons.refusal import Exit, StartRefused
from gateway.exchange import View

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.exchange import Exchange


def selection(expression: str, server: tuple[str, int]) -> Callable[[Exchange], bool]:
    """A predicate on exchanges. Raises StartRefused(OPTION) on a bad expression."""
    try:
        matches = flowfilter.parse(expression)
    except ValueError as error:
        raise StartRefused(Exit.OPTION, f"fc_filter={expression!r} is not a mitmproxy filter: {error}") from error

    def wanted(exchange: Exchange) -> bool:
        if exchange.client.request is None:
            return True
        return bool(matches(to_flow(_request_only(exchange), server, lambda _: None)))

    return wanted


def _request_only(exchange: Exchange) -> Exchange:
    return replace(exchange, client=View(exchange.client.request))
