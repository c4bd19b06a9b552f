"""What a client says again in the replay of a conversation: each message's bytes, in the order of then.

The very frames of then, fragments and masks and all, where the recording has them and the server agreed to the same
extensions; else each message in one frame of its own. Must not know: sockets. Read next: talk.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.conversation import KINDS, Coding, MessageKind
from gateway.frames import FrameReader, Opcode, write_frame
from gateway.messages import BodyRef, body_size
from playback.decoding import BUDGET
from store.secret_shapes import TAG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gateway.conversation import Message
    from gateway.messages import Body

    type Load = Callable[[BodyRef], Iterable[bytes]]

_OPCODES = {kind: opcode for opcode, kind in KINDS.items()}


def frames_of(said: Body, load: Load) -> list[bytes]:
    """The frames of a client's bytes, those of one message together, in the order in which messages end."""
    if body_size(said) > BUDGET:
        return []
    data = b"".join(load(said)) if isinstance(said, BodyRef) else said
    found, fragments, at = list[bytes](), b"", 0
    for frame in FrameReader().feed(data):
        end = frame.start + frame.length
        here, at = data[at:end], end
        if frame.opcode >= Opcode.CLOSE:
            found.append(here)
            continue
        fragments += here
        if frame.final:
            found.append(fragments)
            fragments = b""
    return found


def framed(message: Message, load: Load) -> bytes:
    """A message as a frame of its own. Its mask follows from its number, so that two replays are the same bytes."""
    content = b"".join(load(message.content)) if isinstance(message.content, BodyRef) else message.content
    return write_frame(_OPCODES.get(message.kind, Opcode.BINARY), content, message.seq.to_bytes(4))


def unspeakable(message: Message) -> str:
    """Why a client's message cannot be said again in a frame of its own, "" when it can."""
    if message.kind is MessageKind.OTHER or message.coding in {Coding.COMPRESSED, Coding.CUT}:
        return f"message {message.seq} was not recorded in a form that can be sent"
    return ""


def tags_said(messages: Iterable[Message], load: Load) -> Iterator[bytes]:
    """The pseudonyms in what the client said."""
    for message in messages:
        if message.sender.value == "client":
            pieces = load(message.content) if isinstance(message.content, BodyRef) else (message.content,)
            yield from TAG.findall(b"".join(pieces))
