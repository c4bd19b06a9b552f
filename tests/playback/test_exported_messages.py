from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.conversation import MessageKind, Sender
from gateway.messages import BodyRef
from playback.exported_messages import IN_LINE, LeavingMessages
from playback.vault import open_vault
from store.keys import Key
from store.reader import Reader
from store.recording import open_for_reading
from tests.store.conversations import CLIENT, SERVER, frame, handshake, record

if TYPE_CHECKING:
    from pathlib import Path

SECRET = b"canarySECRETcanary"


def test_messages_leave_sealed_anew_with_large_ones_kept_aside(tmp_path: Path) -> None:
    place = str(tmp_path / "fc.db")
    large = b'{"password": "' + SECRET + b'"} ' + b"x" * IN_LINE
    record(
        place,
        handshake(1, (b"Cookie", b"sid=" + SECRET)),
        [
            (CLIENT, frame(b"my token is " + SECRET)),
            (SERVER, frame(b"nothing secret")),
            (SERVER, frame(large)),
            (CLIENT, frame(b"\0" * 300_000, 0x82)),
        ],
        seal="on",
    )
    recording = open_for_reading(place)
    reader = Reader(recording)
    vault = open_vault(recording, reader, {})
    leaving = LeavingMessages(vault, Key(bytes(32)), tmp_path)
    (exchange,) = reader.exchanges()
    leaving.note(vault.opened(exchange))
    found = list(leaving.messages())
    assert [(ident, one.sender, one.kind) for ident, one in found] == [
        (1, Sender.CLIENT, MessageKind.TEXT),
        (1, Sender.SERVER, MessageKind.TEXT),
        (1, Sender.SERVER, MessageKind.TEXT),
        (1, Sender.CLIENT, MessageKind.BINARY),
    ]
    texts = [content(leaving, one.content) for _, one in found]
    assert texts[1] == b"nothing secret"
    assert [len(text) for text in texts] == [30, 14, len(large), 300_000]
    assert not any(SECRET in text for text in texts)
    stored = next(iter(reader.messages(1))).content
    assert isinstance(stored, bytes)
    assert stored[:12] == texts[0][:12]
    assert stored != texts[0], "the new key gives new pseudonyms"
    leaving.close()
    recording.close()


def content(leaving: LeavingMessages, kept: bytes | BodyRef) -> bytes:
    return b"".join(leaving.spools[kept.digest].pieces()) if isinstance(kept, BodyRef) else kept
