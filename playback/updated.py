"""A recording with the answers of now in the place of the recorded ones: new expectations, made on purpose.

Each answer of the live server takes the place of the recorded one, and today's rules make of it what the client
would have got. Requests, ids, facts and times stay as they were recorded, so that two updates from equal answers
are equal. Must not know: databases, sockets. Read next: send.py (who hears answers), verbs/updating.py.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from gateway.exchange import State, View
from gateway.messages import BodyRef, Response
from gateway.recompute import recompute
from gateway.rules import RULES_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from gateway.config import Config
    from gateway.conversation import Message
    from gateway.exchange import Exchange
    from playback.vault import Vault

TOO_LARGE = "answers over 4 MiB are not updated"
_SWITCHED = 101


@dataclass(slots=True)
class Answers:
    """The answers of now by exchange; `hear` takes them as they come."""

    found: dict[int, Response] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)

    def hear(self, exchange: Exchange, answer: Response) -> None:
        """One answer. A conversation is more than its first answer, so it stays as it was."""
        if answer.status == _SWITCHED:
            return
        if isinstance(answer.body, BodyRef):
            self.notes[TOO_LARGE] += 1
            return
        self.found[exchange.id] = answer


@dataclass(slots=True)
class Updated:
    """A recording on its way into another one. Secrets are open here; whoever writes seals them again."""

    stored: Iterable[Exchange]
    vault: Vault
    config: Callable[[str], Config]
    plain_config: Callable[[str], Mapping[str, Any] | None]
    answers: Answers
    notes: Counter[str] = field(default_factory=Counter)
    sealed: bool = False
    rules_version: str = RULES_VERSION
    changed: int = 0
    _configs: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _talks: list[int] = field(default_factory=list)

    def exchanges(self) -> Iterator[Exchange]:
        """Every exchange, with its new answer where there is one."""
        for stored in self.stored:
            exchange = self.vault.opened(stored)
            self._talks += [exchange.id] if exchange.messages else []
            plain = self.plain_config(exchange.config_digest)
            if plain is not None:
                self._configs[exchange.config_digest] = plain
            answer = self.answers.found.get(exchange.id)
            yield exchange if answer is None else self._with(exchange, answer)

    def messages(self) -> Iterator[tuple[int, Message]]:
        """What was said in conversations, as it was."""
        for number in self._talks:
            yield from ((number, message) for message in self.vault.messages(number))

    def configs(self) -> Mapping[str, Mapping[str, Any]]:
        """The configs that the exchanges name."""
        return self._configs

    def noise(self) -> str:
        """None: noise rules lie in a file of their own."""
        return ""

    def body_pieces(self, ref: BodyRef) -> Iterator[bytes]:
        """A large body as it was."""
        yield from self.vault.body_pieces(ref)

    def close(self) -> None:
        """Nothing is held."""

    def _with(self, exchange: Exchange, answer: Response) -> Exchange:
        assert exchange.server is not None  # noqa: S101 - what was sent had a server's view
        asked = View(exchange.server.request, answer)
        plain = replace(exchange, server=asked, failure=None, failure_text="", error_code="", state=State.COMPLETE)
        plain = replace(plain, pieces=())
        self.changed += answer != exchange.server.response
        if not exchange.rules_version:  # no gateway was there: both views are the same
            return replace(plain, client=View(exchange.client.request, answer))
        return recompute(plain, self.config(exchange.config_digest))
