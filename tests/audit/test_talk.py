"""WebSocket messages on the page: what stands in a row, what unfolds, and what a hostile one can do."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import pytest

from audit import Sources, detail, render, talk
from audit.bodies import NoBodies
from gateway.conversation import Coding, Message, MessageKind, Sender
from gateway.messages import BodyRef
from tests.audit import hostile, sample
from tests.audit.conftest import META
from tests.audit.test_hostile import Shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.words import Spans

numbers = count(1)
JSON = b'{"user": "alice", "items": [1, 2, 3], "note": "' + b"x" * 200 + b'"}'


def said(content: bytes | BodyRef, kind: MessageKind = MessageKind.TEXT, coding: Coding = Coding.PLAIN) -> Message:
    number = next(numbers)
    sender = Sender.CLIENT if number % 2 else Sender.SERVER
    return Message(number, sender, kind, 1500 * number, content, coding)


def flat(spans: Spans) -> str:
    return "".join(span.text for span in spans)


@pytest.mark.parametrize(
    ("message", "line", "kind", "view"),
    [
        pytest.param(said(b"hello"), "hello", "", "", id="short"),
        pytest.param(said(b""), "", "", "", id="empty"),
        pytest.param(said(b"a\nb"), "a…", "text", "a\nb", id="lines"),
        pytest.param(said(b"y" * 300), "y" * 120 + "…", "text", "y" * 300, id="long"),
        pytest.param(said(JSON), JSON.decode()[:120] + "…", "json", '{\n  "user": "alice",', id="json"),
        pytest.param(said(b"\0\1", MessageKind.BINARY), "00 01", "hex", "00000000  00 01", id="binary"),
        pytest.param(said(b"\xff" * 20), "ff " * 15 + "ff …", "hex", "00000000  ff", id="no-utf-8"),
        pytest.param(said(b"ab", coding=Coding.COMPRESSED), "61 62", "hex", "00000000  61", id="still-compressed"),
        pytest.param(said(b"\x03\xe8bye", MessageKind.CLOSE), "1000 bye", "", "", id="close"),
        pytest.param(said(b"", MessageKind.CLOSE), "1005", "", "", id="close-without-code"),
        pytest.param(said(b"\x1b[2J"), "\\x1b[2J", "", "", id="escape"),
        pytest.param(said("a\u202eb".encode()), "aU+202Eb", "", "", id="bidi"),
        pytest.param(said(b"secret:0123456789ab"), "secret:0123456789ab", "", "", id="sealed"),
    ],
)
def test_a_message_reads_as_what_it_is(message: Message, line: str, kind: str, view: str) -> None:
    card = talk.card([message], 1, NoBodies())
    assert card is not None
    (row,) = card.rows
    assert flat(row.line) == line
    assert (row.view.kind if row.view else "") == kind
    assert flat(row.view.text if row.view else ()).startswith(view)


class Kept:
    """One large body."""

    def body_pieces(self, ref: BodyRef) -> Iterator[bytes]:
        for _ in range(ref.size // 1024):
            yield b"z" * 1024


def test_a_large_message_is_shown_by_its_beginning() -> None:
    card = talk.card([said(BodyRef(bytes(32), 1024 * 1024))], 1, Kept())
    assert card is not None
    view = card.rows[0].view
    assert view is not None
    assert view.cut is not None
    assert len(flat(view.text)) == talk.MESSAGE_BYTES


@pytest.mark.parametrize(
    ("messages", "shown"),
    [
        pytest.param(lambda: (said(b"x") for _ in range(10_000)), talk.MOST, id="many"),
        pytest.param(lambda: (said(b"x" * 16_384) for _ in range(10_000)), 32, id="large"),
    ],
)
def test_a_long_conversation_is_cut_and_says_so(messages: object, shown: int) -> None:
    card = talk.card(messages(), 10_000, NoBodies())  # type: ignore[operator] # a function of the row
    assert card is not None
    assert len(card.rows) == shown
    assert card.cut is not None
    assert f"{shown} of 10000" in card.cut.en


def test_without_messages_there_is_no_card() -> None:
    assert talk.card([], 0, NoBodies()) is None
    assert detail.page(sample.exchanges()[0], META, Sources(config=lambda _: sample.CONFIG)).talk is None


def shape(payload: bytes) -> list[object]:
    exchange = replace(hostile.carrier(1, hostile.HARMLESS), messages=4)
    kinds = (MessageKind.TEXT, MessageKind.BINARY, MessageKind.CLOSE, MessageKind.PING)
    messages = [said(b"\x03\xe8" + payload if kind is MessageKind.CLOSE else payload, kind) for kind in kinds]
    sources = Sources(config=lambda _: sample.CONFIG, messages=lambda _: messages)
    parser = Shape()
    parser.feed(render.detail(detail.page(exchange, META, sources)))
    parser.close()
    return [tag for tag in parser.found if tag[0] not in {"details", "summary", "pre", "code"}]


@pytest.mark.parametrize("payload", hostile.PAYLOADS)
def test_a_hostile_message_leaves_the_shape_of_harmless_words(payload: bytes) -> None:
    assert shape(payload) == shape(hostile.HARMLESS)
