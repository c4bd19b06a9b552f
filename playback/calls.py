"""What the function called out when it was recorded, and which of it answers a call that it makes now.

A call is looked for among those of the exchange behind it first, then among those that nobody could link, then among
those of other exchanges (a cache was cold then and is warm now). The n-th same call gets the n-th answer.
Must not know: sockets. Read next: keys.py (what makes two calls the same), hermetic.py.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gateway.exchange import Exchange, View
from gateway.facts import Facts, Ingress, Seed
from playback.client import loaded
from playback.keys import keys_of, normal_escapes
from playback.nearest import by_path, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gateway.messages import Request
    from playback.keys import Keys
    from playback.nearest import NearMiss
    from playback.vault import Vault

_SWITCHING = 101


@dataclass(slots=True)
class Made:
    """A recorded call. `parent`: the exchange behind it, None when nobody knows. `path`: its URL without the query."""

    number: int
    parent: int | None
    keys: Keys
    label: str
    method: str
    path: str
    used: bool = False


@dataclass(slots=True)
class Calls:
    """Every recorded call of the function's own, and what has been used of it."""

    vault: Vault
    _made: list[Made] = field(default_factory=list)
    _same: dict[tuple[int | None, bytes], deque[Made]] = field(default_factory=lambda: defaultdict(deque))
    _anywhere: dict[bytes, deque[Made]] = field(default_factory=lambda: defaultdict(deque))
    _at_path: dict[tuple[str, str], deque[Made]] = field(default_factory=lambda: defaultdict(deque))
    _by_parent: dict[int, list[Made]] = field(default_factory=lambda: defaultdict(list))
    _parents: dict[str, int] = field(default_factory=dict)

    def stock(self, exchanges: Iterable[Exchange]) -> None:
        """Take the recorded calls; what cannot be answered again (a WebSocket) is left out."""
        for stored in exchanges:
            request = stored.client.request
            answer = stored.client.response
            if request is None or (answer is not None and answer.status == _SWITCHING):
                continue
            known = whole(self._in_memory(stored), stored.facts.origin)
            shown = label(whole(request, stored.facts.origin))
            made = Made(stored.id, stored.parent_id, keys_of(known), shown, *_method_and_path(known))
            self._add(made, stored.facts.seed.request_id)

    def _add(self, made: Made, request_id: str) -> None:
        self._made.append(made)
        self._same[made.parent, made.keys.lenient].append(made)
        self._anywhere[made.keys.lenient].append(made)
        if self.vault.blind:
            self._at_path[made.method, made.path].append(made)
        if made.parent is not None:
            self._by_parent[made.parent].append(made)
            self._parents.setdefault(request_id, made.parent)

    def take(self, request: Request, causes: tuple[int, ...]) -> Made | None:
        """The recorded call that answers this one, its target a whole URL; None when none does."""
        keys = keys_of(request)
        groups = [self._same.get((parent, keys.lenient)) for parent in (*causes, None)]
        groups.append(self._anywhere.get(keys.lenient))
        found = next(
            (made for group in groups if (made := _first(group, lambda one: one.keys.exact == keys.exact))), None
        )
        if found is None and self._holds_unknown_secrets(request):
            found = _first(self._at_path.get(_method_and_path(request)), lambda made: made.parent in causes)
        if found is not None:
            found.used = True
        return found

    def unused(self, parent: int) -> list[Made]:
        """The calls that were made for an exchange then and not now."""
        return [made for made in self._by_parent.get(parent, ()) if not made.used]

    def parent_named(self, request_id: str) -> int | None:
        """The exchange that had a request id, if it made calls."""
        return self._parents.get(request_id)

    def near(self, request: Request, exchange_of: Callable[[int], Exchange | None]) -> tuple[NearMiss, ...]:
        """The recorded calls that are nearest to one that was not recorded, with secrets sealed on both sides."""
        known = ((number, exchange_of(number)) for number in by_path(*_method_and_path(request), self._made))
        told = ((number, one) for number, one in known if one is not None)
        return nearest(self.hidden(request), self._hidden_requests(told))

    def hidden(self, request: Request) -> Request:
        """A request with its secrets sealed. Sealing works on exchanges, so it travels in the place of one."""
        alone = Exchange(1, Facts(Seed("", 0), Ingress.EGRESS, ""), View(request))
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


def whole(request: Request, origin: str) -> Request:
    """The request with its whole URL as target: what a call is looked up by."""
    return replace(request, target=origin.encode("utf-8", "backslashreplace") + request.target)


def label(request: Request) -> str:
    """`GET https://api.example.test/a`, for reports."""
    return b" ".join((request.method, request.target)).decode("utf-8", "backslashreplace")


def _method_and_path(request: Request) -> tuple[str, str]:
    path = normal_escapes(request.target.partition(b"?")[0])
    return request.method.decode("latin-1"), path.decode("utf-8", "backslashreplace")


def _first(group: deque[Made] | None, preferred: Callable[[Made], bool]) -> Made | None:
    """The first call that is left and preferred, else the first that is left. What is used at its front goes."""
    while group and group[0].used:
        group.popleft()
    left = [group[0]] if group else []
    return next((made for made in group or () if not made.used and preferred(made)), left[0] if left else None)
