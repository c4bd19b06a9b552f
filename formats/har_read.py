"""Read a HAR of anybody's: Chrome, Firefox, Safari, Charles, mitmproxy and others, and our own without loss.

A stranger may have made the file: its size, its depth and the type of every value are checked, and an entry that
says nothing usable is left out and counted. A HAR is one JSON document, so it is in memory while it is read.
Must not know: databases. Read next: har.py (how ours are written), har_entry.py (an entry of another program).
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from formats.har_bodies import BadEntry, content_bytes, post_bytes
from formats.har_entry import Reading
from formats.incoming import MOST_FILE, Shelf, foreign_configs, without_messages
from formats.plain import BadPlain, from_plain
from gateway.exchange import Exchange, View
from gateway.messages import BodyRef
from store.errors import Damaged, Missing, NewerVersion, NotOurs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gateway.conversation import Message
    from gateway.messages import Request, Response

SCHEMA = 1
"""Of the `_fc` members that are understood."""


class HarFile:
    """A HAR that is being read; `notes` counts what it could not hold."""

    def __init__(self, path: Path) -> None:
        """Open and parse. Raises Missing, NotOurs, NewerVersion or Damaged."""
        self._place = str(path)
        self._shelf = Shelf()
        self.notes: Counter[str] = Counter()
        log = _log(_document(path), self._place)
        about = log.get("_fc")
        self._about = about if isinstance(about, dict) else {}
        if self._about and self._about.get("schema") != SCHEMA:
            raise NewerVersion("a newer fc-replay wrote this HAR", self._place)
        self.rules_version = str(self._about.get("rules_version", ""))
        self.sealed = self._about.get("sealed") is True
        self._entries: list[Any] = log["entries"]

    def exchanges(self) -> Iterator[Exchange]:
        """The entries as exchanges, in order of their times where they are another program's. Raises Damaged."""
        if self._about:
            yield from map(self._own, self._entries)
            return
        reading = Reading(self.notes, self._shelf)
        found = []
        for entry in self._entries:
            try:
                found.append(reading.seen(entry))
            except BadEntry as error:
                self.notes[f"entry left out: {error}"] += 1
        for number, seen in enumerate(sorted(found, key=lambda one: one.arrived_us), 1):
            yield reading.exchange(number, seen)

    def configs(self) -> dict[str, dict[str, Any]]:
        """The configs that exchanges name: those that came along, and the one of foreign calls."""
        told = self._about.get("configs")
        configs = told if isinstance(told, dict) else {}
        if not all(isinstance(config, dict) for config in configs.values()):
            raise Damaged("a config is no object", self._place)
        return {**foreign_configs(), **configs}

    def messages(self) -> Iterator[tuple[int, Message]]:
        """None: the format has no place for them."""
        return iter(())

    def noise(self) -> str:
        """A HAR brings none."""
        return ""

    def body_pieces(self, ref: BodyRef) -> Iterator[bytes]:
        """A large body. Raises Damaged."""
        return self._shelf.pieces(ref)

    def close(self) -> None:
        """Let go of what was read."""
        self._entries = []

    def _own(self, entry: Any) -> Exchange:  # noqa: ANN401 - what JSON can hold
        """An entry that we wrote: the whole exchange, with the bodies of the standard fields in their places."""
        try:
            told = entry["_fc"]
            found = without_messages(from_plain(Exchange, told["exchange"]), self.notes)
            sides = View(*self._with_bodies(found, entry))  # type: ignore[arg-type]  # a request, then a response
            coded = {
                bytes.fromhex(name): b64decode(text, validate=True) for name, text in told.get("bodies", {}).items()
            }
        except (BadPlain, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise Damaged(f"an exchange cannot be read ({error})", self._place) from error
        if any(hashlib.sha256(body).digest() != name for name, body in coded.items()):
            raise Damaged("a body is not what was written", self._place)
        self._shelf.bodies.update(coded)
        return replace(found, server=sides) if self._about.get("side") == "server" else replace(found, client=sides)

    def _with_bodies(self, found: Exchange, entry: dict[str, Any]) -> tuple[Request | Response | None, ...]:
        self._shelf.bodies.clear()
        view = (found.server if self._about.get("side") == "server" else found.client) or View()
        texts = post_bytes(entry["request"]), content_bytes(entry["response"])
        return tuple(
            message if message is None or body is None else self._filled(message, body)
            for message, body in zip((view.request, view.response), texts, strict=True)
        )

    def _filled(self, message: Request | Response, body: bytes) -> Request | Response:
        """A body that was left out of `_fc` has its place in the standard fields; a large one is named there."""
        if not isinstance(message.body, BodyRef):
            return message if message.body else replace(message, body=body)
        if hashlib.sha256(body).digest() == message.body.digest:
            self._shelf.bodies[message.body.digest] = body
        return message


def is_har(start: bytes) -> bool:
    """Whether a file that begins so can be a HAR: a JSON object, a byte order mark allowed."""
    return start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


def _document(path: Path) -> Any:  # noqa: ANN401 - what JSON can hold
    try:
        if path.stat().st_size > MOST_FILE:
            raise Damaged(f"it is larger than {MOST_FILE >> 20} MiB, which is what is read of a HAR", str(path))
        return json.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except OSError as error:
        raise Missing(f"it cannot be read ({error.strerror})", str(path)) from error
    except (ValueError, RecursionError) as error:
        raise Damaged(f"it is no whole HAR ({error})", str(path)) from error


def _log(document: Any, place: str) -> dict[str, Any]:  # noqa: ANN401 - what JSON can hold
    log = document.get("log") if isinstance(document, dict) else None
    if not isinstance(log, dict) or not isinstance(log.get("entries"), list):
        raise NotOurs("it is JSON, but no HAR: there is no log with entries in it", place)
    return log
