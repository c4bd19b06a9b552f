from __future__ import annotations

import pytest
from wsproto.frame_protocol import FrameProtocol

from gateway.conversation import Coding, Message, MessageKind, MessageReader, Sender
from gateway.messages import BodyRef
from playback.decoding import BUDGET
from playback.lines import framed, frames_of, tags_said, unspeakable

CLIENT = FrameProtocol(client=True, extensions=[])


def nothing(_: BodyRef) -> list[bytes]:
    return []


def test_the_frames_of_then_are_grouped_by_message() -> None:
    one = bytes(CLIENT.send_data("one"))
    first, ping, rest = (
        bytes(CLIENT.send_data(b"a", fin=False)),
        bytes(CLIENT.ping(b"p")),
        bytes(CLIENT.send_data(b"b")),
    )
    close = bytes(CLIENT.close(1000))
    assert frames_of(one + first + ping + rest + close, nothing) == [one, ping, first + rest, close]
    assert frames_of(BodyRef(bytes(32), 3), lambda _: [one[:4], one[4:]]) == [one]
    assert frames_of(BodyRef(bytes(32), BUDGET + 1), nothing) == []


@pytest.mark.parametrize("kind", [MessageKind.TEXT, MessageKind.BINARY, MessageKind.PING, MessageKind.CLOSE])
def test_a_message_is_one_frame_of_its_own(kind: MessageKind) -> None:
    data = framed(Message(7, Sender.CLIENT, kind, 0, b"\x03\xe8x"), nothing)
    assert [(part.kind, part.data) for part in MessageReader().feed(data)] == [(kind, b"\x03\xe8x")]
    assert data == framed(Message(7, Sender.CLIENT, kind, 5, b"\x03\xe8x"), nothing)
    large = framed(Message(7, Sender.CLIENT, kind, 0, BodyRef(bytes(32), 4)), lambda _: [b"\x03\xe8", b"ab"])
    assert [part.data for part in MessageReader().feed(large)] == [b"\x03\xe8ab"]


@pytest.mark.parametrize(
    ("kind", "coding", "said"),
    [
        (MessageKind.TEXT, Coding.PLAIN, True),
        (MessageKind.TEXT, Coding.INFLATED, True),
        (MessageKind.TEXT, Coding.COMPRESSED, False),
        (MessageKind.TEXT, Coding.CUT, False),
        (MessageKind.OTHER, Coding.PLAIN, False),
    ],
)
def test_what_cannot_be_said_again_says_why(kind: MessageKind, coding: Coding, said: bool) -> None:
    assert (unspeakable(Message(3, Sender.CLIENT, kind, 0, b"", coding)) == "") is said


def test_pseudonyms_are_found_in_what_the_client_said() -> None:
    tag = b"secret:0123456789ab"
    messages = [
        Message(1, Sender.CLIENT, MessageKind.TEXT, 0, b"x " + tag + b"**"),
        Message(2, Sender.SERVER, MessageKind.TEXT, 0, b"jwt:0123456789ab"),
        Message(3, Sender.CLIENT, MessageKind.TEXT, 0, BodyRef(bytes(32), 9)),
    ]
    assert list(tags_said(messages, lambda _: [b"pem:01234", b"56789ab"])) == [tag, b"pem:0123456789ab"]
