"""What the function called out when it was recorded, and which of it answers a call that it makes now.

A call is looked for among those of the exchange behind it first, then among those that nobody could link, then among
those of other exchanges (a cache was cold then and is warm now). The n-th same call gets the n-th answer.
Must not know: sockets. Read next: keys.py (what makes two calls the same), hermetic.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from playback.client import loaded
from playback.keys import keys_of, normal_escapes
from playback.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gateway.exchange import Exchange
    from gateway.messages import Request
    from playback.keys import Keys
    from playback.nearest import NearMiss
    from playback.vault import Vault

_SWITCHING = 101


@dataclass(slots=True)
class Made:
    """A recorded call. `parent`: the exchange behind it, None when nobody knows. `path`: method, URL without query."""

    number: int
    parent: int | None
    request_id: str
    keys: Keys
    label: str
    path: bytes
    used: bool = False


@dataclass(slots=True)
class Calls:
    """Every recorded call of the function's own, and what has been used of it."""

    vault: Vault
    _made: list[Made] = field(default_factory=list)
    _pattern: Exchange | None = None

    def stock(self, exchanges: Iterable[Exchange]) -> None:
        """Take the recorded calls; what cannot be answered again (a WebSocket) is left out."""
        for stored in exchanges:
            request = stored.client.request
            answer = stored.client.response
            if request is None or (answer is not None and answer.status == _SWITCHING):
                continue
            self._pattern = self._pattern or stored
            known = whole(self._in_memory(stored), stored.facts.origin)
            request_id = stored.facts.seed.request_id if stored.parent_id is not None else ""
            shown = label(whole(request, stored.facts.origin))
            self._made.append(Made(stored.id, stored.parent_id, request_id, keys_of(known), shown, _path(known)))

    def take(self, request: Request, causes: tuple[int, ...]) -> Made | None:
        """The recorded call that answers this one, its target a whole URL; None when none does."""
        keys = keys_of(request)
        path = _path(request) if self._holds_unknown_secrets(request) else b""
        for group in self._groups(causes):
            found = _first(group, lambda made: made.keys.exact == keys.exact)
            found = found or _first(group, lambda made: made.keys.lenient == keys.lenient)
            found = found or _first(group, lambda made: made.path == path)
            if found is not None:
                found.used = True
                return found
        return None

    def unused(self, parent: int) -> list[Made]:
        """The calls that were made for an exchange then and not now."""
        return [made for made in self._made if made.parent == parent and not made.used]

    def parent_named(self, request_id: str) -> int | None:
        """The exchange that had a request id, if it made calls."""
        return next((made.parent for made in self._made if made.request_id == request_id), None)

    def near(self, request: Request, exchange_of: Callable[[int], Exchange | None]) -> tuple[NearMiss, ...]:
        """The recorded calls that are nearest to one that was not recorded, with secrets sealed on both sides."""
        known = ((made.number, exchange_of(made.number)) for made in self._made)
        told = ((number, one) for number, one in known if one is not None)
        return nearest(self.hidden(request), self._hidden_requests(told))

    def hidden(self, request: Request) -> Request:
        """A request with its secrets sealed. Sealing works on exchanges, so it travels in the place of one."""
        if self._pattern is None:
            return request
        view = replace(self._pattern.client, request=request, response=None)
        alone = replace(self._pattern, client=view, server=None, log=b"", raw=b"")
        return self.vault.hidden(alone).client.request or request

    def _holds_unknown_secrets(self, request: Request) -> bool:
        """Whether no key can match: it holds a secret, and what the recorded one was is not known on this desk."""
        if not self.vault.blind:
            return False
        sealed = self.hidden(request)
        return (sealed.target, sealed.body) != (request.target, request.body)

    def _hidden_requests(self, told: Iterable[tuple[int, Exchange]]) -> Iterator[tuple[int, Request]]:
        for number, one in told:
            yield number, self.hidden(whole(self._in_memory(one), one.facts.origin))

    def _in_memory(self, stored: Exchange) -> Request:
        request = self.vault.opened(stored).client.request
        if request is None:
            raise ValueError("a call without a request is not looked up")
        return replace(request, body=loaded(request.body, self.vault.body_pieces))

    def _groups(self, causes: tuple[int, ...]) -> Iterator[list[Made]]:
        yield [made for made in self._made if made.parent in causes]
        yield [made for made in self._made if made.parent is None]
        yield [made for made in self._made if made.parent is not None and made.parent not in causes]


def whole(request: Request, origin: str) -> Request:
    """The request with its whole URL as target: what a call is looked up by."""
    return replace(request, target=origin.encode("utf-8", "backslashreplace") + request.target)


def label(request: Request) -> str:
    """`GET https://api.example.test/a`, for reports."""
    return b" ".join((request.method, request.target)).decode("utf-8", "backslashreplace")


def _path(request: Request) -> bytes:
    return request.method + b" " + normal_escapes(request.target.partition(b"?")[0])


def _first(group: list[Made], same: Callable[[Made], bool]) -> Made | None:
    return next((made for made in group if not made.used and same(made)), None)
