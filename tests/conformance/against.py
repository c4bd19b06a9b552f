"""Asks a deployed probe what the cases ask the gateway here, and prints where the answers differ.

The honest answer to "is it like the cloud?". Must not know: how a case becomes questions (remote.py), what counts as a
difference (delta.py).
"""

from __future__ import annotations

import json
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gateway.messages import get
from tests.conformance.cases import Ask
from tests.conformance.delta import Delta, body_deltas, client_deltas, delta, header_deltas
from tests.conformance.remote import FIELD, STREAM_DELAY_S, Question, questions, why_not
from tests.conformance.shells import Played, play_on
from tests.live.rawclient import RawClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tests.conformance.cases import Case, Saw

PROBE = "fc-replay probe"


class NoProbeError(Exception):
    """Nothing answers there, or what answers is not the probe."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the function is: its URL, and the Host that is asked for, which is the URL's unless told otherwise."""

    host: str
    port: int
    secure: bool
    named: str

    def connect(self) -> RawClient:
        """A new connection to it."""
        context = ssl.create_default_context() if self.secure else False
        return RawClient(self.port, host=self.host, tls=context)


@dataclass(frozen=True, slots=True)
class Found:
    """What became of one case: `skipped` says why it was not asked."""

    case: Case
    skipped: str = ""
    deltas: tuple[Delta, ...] = ()


def place_of(url: str, named: str) -> Place:
    """Raises ValueError when it is not the URL of a website."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{url} is not a URL such as https://web-abcdefghij.cn-hangzhou.fcapp.run")
    secure = parts.scheme == "https"
    return Place(parts.hostname, parts.port or (443 if secure else 80), secure, named or parts.netloc)


def ask_for_the_probe(place: Place) -> str:
    """The probe's name for itself. Raises NoProbeError."""
    try:
        told = json.loads(ask_at(place, Ask(host=place.named)).body)
    except (OSError, AssertionError) as error:
        raise NoProbeError(f"{place.host}:{place.port} gives no answer: {error}") from error
    except ValueError:
        told = None
    name = told.get("probe") if isinstance(told, dict) else None
    if not str(name).startswith(PROBE):
        raise NoProbeError(f"what answers at {place.host}:{place.port} is not the probe (examples/probe)")
    return str(name)


def compare(place: Place, cases: Iterable[Case]) -> Iterator[Found]:
    """Each case in turn, on connections of its own."""
    for case in cases:
        reason = why_not(case, place.named)
        if reason:
            yield Found(case, skipped=reason)
            continue
        found = [one for question in questions(case, place.named) for one in answer_deltas(place, question)]
        yield Found(case, deltas=tuple(found))


def answer_deltas(place: Place, question: Question) -> list[Delta]:
    """What one answer has that was not expected, or lacks."""
    moments: list[float] = []
    try:
        played = ask_at(place, question.ask, lambda: moments.append(time.monotonic()))
    except (OSError, AssertionError) as error:
        return [Delta("answer", "an answer", f"none: {error}")]
    found: list[Delta] = []
    if question.got is not None:
        found += client_deltas(played, question.got)
    if question.saw is not None:
        found += server_deltas(played, question.saw)
    if moments and time.monotonic() - moments[0] < STREAM_DELAY_S / 2:
        found.append(Delta("first piece of the stream", "before the second is written", "together with it"))
    return found


def ask_at(place: Place, ask: Ask, has_first: Callable[[], None] = lambda: None) -> Played:
    """Ask on a new connection."""
    with place.connect() as client:
        return play_on(client, ask, has_first)


def server_deltas(played: Played, saw: Saw) -> Iterator[Delta]:
    """What the server says that it saw."""
    try:
        told = json.loads(played.body)
        headers = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in told["headers"])
    except (ValueError, KeyError, TypeError):
        yield Delta("echo", "the probe's", f"{played.status} {get(played.headers, b'x-fc-error-type') or b''!r}")
        return
    headers = tuple(pair for pair in headers if pair[0].lower() != FIELD.lower().encode())
    if saw.method:
        yield from delta("at the server: method", saw.method, told["method"])
    if saw.target:
        yield from delta("at the server: target", saw.target, told["target"])
    for one in header_deltas(headers, saw.lines, saw.has, saw.lacks, exact=False):
        yield Delta(f"at the server: {one.what}", one.expected, one.found)
    if saw.body is not None:
        yield from body_deltas((told["body"] or "").encode("latin-1"), saw.body, None)
    if saw.body_size is not None:
        yield from delta("at the server: bytes of body", saw.body_size, told["body_size"])
