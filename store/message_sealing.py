"""The messages of one conversation, sealed as bodies are: a filler of the same length for each secret.

What was found in the handshake or in an earlier message is looked for in every later one. A message that cannot be
scanned (binary, or compressed still) is sealed whole. Must not know: tables. Read next: fillers.py, sealing.py.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from gateway.conversation import Coding, MessageKind
from gateway.messages import body_size
from store.fillers import filled_body
from store.sealing import forms_of, seal
from store.sealing_bodies import body_spans, literal_spans, windowed_spans
from store.secret_spans import merged, spans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gateway.exchange import Exchange
    from gateway.messages import Body
    from store.fillers import Filled
    from store.keys import Key
    from store.secret_spans import Span

_SHORTEST = 6  # shorter values occur by chance
_MOST_KNOWN = 200
_CLOSE_CODE = 2  # bytes before the reason of a close message; they are no secret


class MessageSealer:
    """Seals one conversation's messages with a key. `handshake`: the exchange that opened it, not yet sealed."""

    def __init__(self, key: Key, handshake: Exchange) -> None:
        self._key = key
        self._known: dict[bytes, None] = {}
        self._forms: tuple[bytes, ...] = ()
        opened = seal(handshake, key)
        for spool in opened.made:
            spool.close()
        self._learn(opened.secrets.values())

    def seal(
        self, kind: MessageKind, coding: Coding, body: Body, pieces: Callable[[], Iterable[bytes]]
    ) -> Filled | None:
        """The content with fillers, None when it holds no secret. `pieces` gives it, each time it is called."""
        found = self._spans(kind, coding, body, pieces)
        if not found:
            return None
        filled = filled_body(body, pieces, found, self._key)
        self._learn(value for _, value in filled.original.patches)
        return filled

    def _spans(
        self, kind: MessageKind, coding: Coding, body: Body, pieces: Callable[[], Iterable[bytes]]
    ) -> list[Span]:
        size = body_size(body)
        if not size:
            return []
        if coding is Coding.COMPRESSED:
            return [(0, size)]
        if kind is MessageKind.CLOSE and isinstance(body, bytes):
            reason = body[_CLOSE_CODE:]
            found = merged([*spans(reason), *literal_spans(reason, self._forms)])
            return [(start + _CLOSE_CODE, end + _CLOSE_CODE) for start, end in found]
        if kind is MessageKind.TEXT:
            return windowed_spans(pieces(), self._forms)
        return body_spans((), pieces, size, self._forms)

    def _learn(self, values: Iterable[bytes]) -> None:
        """Look for these values from now on, in every form in which they may come back."""
        fresh = [value for value in values if _SHORTEST <= len(value) <= 4096 and value not in self._known]
        if not fresh:
            return
        room = _MOST_KNOWN - len(self._known)
        self._known.update(dict.fromkeys(islice(fresh, max(0, room))))
        self._forms = tuple({form for value in self._known for form in forms_of(value)})
