"""What every file that can be imported gives: exchanges in order, the bodies they name, and what was lost.

A source is read once. What its format could not hold is counted in `notes`, for the user to hear of.
Must not know: any format. Read next: bundle_read.py, har_read.py, flows.py.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from gateway.config import Config
from gateway.config_plain import digest, to_plain
from gateway.exchange import Exchange, View
from gateway.facts import Seed
from gateway.messages import Body, BodyRef, Request, Response
from gateway.survey import survey
from store.errors import Damaged
from store.spool import IN_MEMORY

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator, Mapping

    from gateway.conversation import Message
    from gateway.exchange import Failure, Timings

MOST_FILE = 512 * 1024 * 1024
"""Bytes of a file that has to be read into memory whole."""

FIRST_US, LAST_US = 0, 253_402_300_799_000_000  # up to the year 9999, the last that a date can be told in


class Incoming(Protocol):
    """A file on its way into a recording. `sealed`: its secrets are pseudonyms of a key that is not here.

    `rules_version`: the rule set of the program that wrote it, "" when that was not ours.
    """

    sealed: bool
    rules_version: str
    notes: Counter[str]

    def exchanges(self) -> Iterator[Exchange]:
        """The exchanges, ids ascending. Raises a RecordingError."""

    def messages(self) -> Iterator[tuple[int, Message]]:
        """What was said in conversations, each with its exchange's id; known once all exchanges were given."""

    def configs(self) -> Mapping[str, Mapping[str, Any]]:
        """The configs that they name, by digest; known once all exchanges were given."""

    def noise(self) -> str:
        """Noise rules that came along, "" without any."""

    def body_pieces(self, ref: BodyRef) -> Iterator[bytes]:
        """A large body of the exchange given last. Raises Damaged when the file does not hold it."""

    def close(self) -> None:
        """Let go of the file."""


@dataclass(slots=True)
class Shelf:
    """Large bodies by their digests, of one exchange at a time."""

    bodies: dict[bytes, bytes] = field(default_factory=dict)

    def put(self, body: bytes) -> Body:
        """A small body as it is, a large one by its name."""
        if len(body) <= IN_MEMORY:
            return body
        name = hashlib.sha256(body).digest()
        self.bodies[name] = body
        return BodyRef(name, len(body))

    def pieces(self, ref: BodyRef) -> Iterator[bytes]:
        """One body. Raises Damaged."""
        found = self.bodies.get(ref.digest)
        if found is None or len(found) != ref.size:
            raise Damaged(f"the body {ref.digest.hex()[:12]} is not in it")
        yield found


@dataclass(frozen=True, slots=True)
class Seen:
    """A call as another program saw it, from one side: no gateway was there."""

    request: Request
    response: Response | None
    arrived_us: int
    timings: Timings
    client_ip: str = "127.0.0.1"
    secure: bool = False
    request_id: str = ""
    failure: Failure | None = None
    failure_text: str = ""


NO_MESSAGES = "what was said in conversations over a WebSocket is not in the file"
"""A note: the formats of other programs have no place for it."""


def without_messages(exchange: Exchange, notes: Counter[str]) -> Exchange:
    """The exchange without the count of messages that did not come along."""
    if not exchange.messages:
        return exchange
    notes[NO_MESSAGES] += 1
    return replace(exchange, messages=0)


CONFIG = Config()
"""The config under which a foreign call is shown; it was in force nowhere."""


def foreign(number: int, seen: Seen, ended: Any) -> Exchange:  # noqa: ANN401 - the state it ended in
    """A foreign call as an exchange: both sides saw the same, and no rule set is named, because none was at work."""
    seed = Seed(seen.request_id or f"imported-{number:08d}", seen.arrived_us, seen.client_ip, seen.secure)
    view = View(seen.request, seen.response)
    facts = replace(survey(seen.request, seed, CONFIG), answered_us=seen.arrived_us + max(seen.timings.done, 0))
    return Exchange(
        number,
        facts,
        view,
        view,
        state=ended,
        failure=seen.failure,
        failure_text=seen.failure_text,
        timings=seen.timings,
        config_digest=digest(CONFIG),
    )


def foreign_configs() -> dict[str, dict[str, Any]]:
    """The config that foreign calls name."""
    return {digest(CONFIG): to_plain(CONFIG)}


def clamped_us(moment: float) -> int:
    """Microseconds since the epoch, within what a date can be told in; what is no number is 0."""
    return int(moment) if FIRST_US <= moment <= LAST_US else 0
