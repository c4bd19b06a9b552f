from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from formats.bundle import Contents, write_bundle
from formats.bundle_messages import plain_message, read_message
from formats.bundle_read import Bundle
from formats.plain import BadPlain
from gateway.conversation import Coding, Message, MessageKind, Sender
from gateway.messages import BodyRef
from tests.formats.test_bundle import opener

if TYPE_CHECKING:
    from pathlib import Path

MESSAGES = [
    (1, Message(1, Sender.CLIENT, MessageKind.TEXT, 5, "grüß".encode())),
    (1, Message(2, Sender.SERVER, MessageKind.BINARY, 6, b"\xff\0", Coding.INFLATED)),
    (7, Message(1, Sender.SERVER, MessageKind.CLOSE, 0, b"")),
    (7, Message(3, Sender.CLIENT, MessageKind.PING, 9, BodyRef(bytes(32), 5), Coding.CUT)),
]


@pytest.mark.parametrize("each", MESSAGES, ids=lambda each: f"{each[0]}-{each[1].seq}")
def test_a_message_is_the_same_after_its_line(each: tuple[int, Message]) -> None:
    assert read_message(json.dumps(plain_message(*each)).encode()) == each


def test_a_bundle_carries_them_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "bug.fcz"
    write_bundle(path, Contents([], dict, dict, {}, messages=lambda: MESSAGES), opener)
    bundle = Bundle(path)
    assert bundle.manifest["version"] == 2
    assert list(bundle.messages()) == MESSAGES
    bundle.close()


def test_a_bundle_without_any_is_what_the_first_release_reads(tmp_path: Path) -> None:
    path = tmp_path / "bug.fcz"
    write_bundle(path, Contents([], dict, dict, {}), opener)
    bundle = Bundle(path)
    assert bundle.manifest["version"] == 1
    assert list(bundle.messages()) == []
    bundle.close()


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b"[1]", id="list"),
        pytest.param(b'{"exchange": true}', id="exchange-true"),
        pytest.param(b'{"exchange": 1, "seq": 1, "sender": "client", "kind": "text"}', id="no-time"),
        pytest.param(
            b'{"exchange": 9223372036854775808, "seq": 1, "sender": "client", "kind": "text", "at_us": 1}', id="huge"
        ),
    ],
)
def test_what_is_no_message_is_refused(line: bytes) -> None:
    with pytest.raises(BadPlain):
        read_message(line)
