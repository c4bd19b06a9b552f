"""Messages of conversations: written while they are said, read back, sealed, verified, rescued, pruned."""

from __future__ import annotations

import asyncio
import threading
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from gateway.conversation import Coding, Message, MessageKind
from gateway.exchange import State
from gateway.messages import BodyRef
from store.errors import Damaged, StoreUnavailable
from store.keep import parse_keep
from store.message_rows import TEXT_LIMIT
from store.reader import Reader
from store.recording import open_for_reading, open_for_writing
from store.retention import step
from store.salvage import salvage
from store.schema import body, message
from store.spool import Spool
from store.talk import WAITING_BYTES
from store.unsealing import Unsealer
from store.verify import verify
from store.writer import Writer
from tests.store.conversations import CLIENT, SERVER, frame, handshake, messages, record
from tests.store.samples import RUN, read_all, sample, write_all

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlLW9mLWFsaWNl"
BINARY = bytes(range(256))


def told(found: list[Message]) -> list[tuple[object, ...]]:
    return [(each.seq, each.sender, each.kind, each.content, each.coding) for each in found]


def test_what_was_said_comes_back_in_its_order(anywhere: str) -> None:
    large = b"x" * (TEXT_LIMIT + 1)
    opened = handshake(1)
    ended = record(
        anywhere,
        opened,
        [
            (CLIENT, frame("grüß".encode())),
            (SERVER, frame(large)[:100]),
            (CLIENT, frame(b"between")),
            (SERVER, frame(large)[100:] + frame(b"ping", 0x89)),
            (CLIENT, frame(BINARY * 4, 0x82) + frame(b"bad\xff") + frame(b"nul\0")),
            (SERVER, frame(b"\x03\xe8bye", 0x88) + b"\x01\x05ab"),
        ],
    )
    assert ended.messages == 9
    found = messages(anywhere)
    assert [each.at_us for each in found][:4] == [0, 2000, 3000, 3000]
    assert [(each.seq, each.sender.value, each.kind.value) for each in found] == [
        (1, "client", "text"),
        (2, "client", "text"),
        (3, "server", "text"),
        (4, "server", "ping"),
        (5, "client", "binary"),
        (6, "client", "text"),
        (7, "client", "text"),
        (8, "server", "close"),
        (9, "server", "text"),
    ]
    contents = [each.content for each in found]
    assert isinstance(contents[2], BodyRef)
    assert isinstance(contents[4], BodyRef)
    assert contents[:2] + contents[3:4] + contents[5:] == [
        *("grüß".encode(), b"between", b"ping", b"bad\xff", b"nul\0", b"\x03\xe8bye", b"ab")
    ]
    assert found[-1].coding is Coding.CUT
    recording = open_for_reading(anywhere)
    assert b"".join(Reader(recording).body_pieces(contents[2])) == large
    assert b"".join(Reader(recording).body_pieces(contents[4])) == BINARY * 4
    assert verify(recording).problems == []
    recording.close()
    assert read_all(anywhere) == [ended]


def test_a_huge_message_never_lies_in_memory(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes through a spool piece by piece, and `room` holds its sender."""
    held: list[int] = []
    taken = Spool.write

    def write(self: Spool, piece: bytes) -> None:
        held.append(len(piece))
        taken(self, piece)

    monkeypatch.setattr(Spool, "write", write)
    size = 8 * WAITING_BYTES
    data = frame(bytes(size), 0x82)
    pieces = [(SERVER, data[at : at + 65536]) for at in range(0, len(data), 65536)]
    record(place, handshake(1), pieces)
    (found,) = messages(place)
    assert isinstance(found.content, BodyRef)
    assert found.content.size == size
    assert max(held) <= 65536


def test_room_waits_for_the_recorder(place: str) -> None:
    async def talk() -> None:
        writer = Writer(recording, seal="off")
        writer.start(RUN)
        going = writer.talk(handshake(1))
        gate = threading.Event()
        writer._helper.submit(gate.wait)
        going.hear(CLIENT, frame(bytes(WAITING_BYTES), 0x82), 0)
        held = asyncio.ensure_future(going.room())
        await asyncio.sleep(0)
        assert not held.done()
        gate.set()
        await asyncio.wait_for(held, 10)
        assert await going.close(1) == 1
        await writer.close()

    recording = open_for_writing(place)
    asyncio.run(talk())
    recording.close()


def test_compression_is_undone_for_the_copy(anywhere: str) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(b"hello hello hello") + packer.flush(zlib.Z_SYNC_FLUSH)
    opened = handshake(1, agreed=b"permessage-deflate")
    record(anywhere, opened, [(SERVER, frame(packed[:-4], 0xC1)), (CLIENT, frame(b"\xff\xff", 0xC2))])
    assert told(messages(anywhere)) == [
        (1, SERVER, MessageKind.TEXT, b"hello hello hello", Coding.INFLATED),
        (2, CLIENT, MessageKind.BINARY, b"", Coding.CUT),
    ]


def secretive() -> tuple[object, list[tuple[object, bytes]]]:
    large = b"text " * 100_000 + b'"password": "hunter2-hunter2" ' + b"text " * 100_000
    opened = handshake(1, (b"Authorization", b"Bearer " + TOKEN), agreed=b"permessage-deflate")
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(b'{"api_key": "very-secret-value"}') + packer.flush(zlib.Z_SYNC_FLUSH)
    return opened, [
        (CLIENT, frame(b'{"password": "hunter2-hunter2", "author": "me"}')),
        (SERVER, frame(b"you said " + TOKEN.hex().encode())),
        (CLIENT, frame(large)),
        (SERVER, frame(packed[:-4], 0xC1)),
        (SERVER, frame(b"\x00\x01 very-secret-value" + TOKEN, 0x82)),
        (SERVER, frame(b"\x00" * 600_000 + TOKEN, 0x82)),
        (SERVER, frame(b"\x00" * 6_000 + TOKEN, 0x82)),
        (CLIENT, frame(b"x " * 6_000 + TOKEN)),
        (CLIENT, frame(b"\x03\xe8token=" + b"close-secret-1", 0x88)),
        (SERVER, frame(b"\x01not deflate " + TOKEN, 0xC2)),
    ]


def test_secrets_are_sealed_and_come_back_on_the_desk(anywhere: str, tmp_path: Path) -> None:
    opened, said = secretive()
    record(anywhere, opened, said, seal="on")
    clear = str(tmp_path / "clear.db")
    record(clear, opened, said, seal="off")
    found = messages(anywhere)
    recording, open_recording = open_for_reading(anywhere), open_for_reading(clear)
    reader, unsealer = Reader(recording), Unsealer(recording)
    plain = messages(clear)
    assert [(each.seq, each.kind, each.at_us) for each in found] == [(e.seq, e.kind, e.at_us) for e in plain]
    for sealed, unsealed, original in zip(found, unsealer.messages(1), plain, strict=True):
        whole = content(reader, sealed)
        assert not any(
            secret in whole for secret in (TOKEN, TOKEN.hex().encode(), b"hunter2", b"very-secret", b"close-secret")
        )
        want = content(Reader(open_recording), original)
        assert len(whole) == len(want)
        given = unsealed.content
        assert (b"".join(unsealer.body_pieces(given)) if isinstance(given, BodyRef) else given) == want
    assert b'"author": "me"' in content(reader, found[0])
    assert content(reader, found[8]).startswith(b"\x03\xe8")
    assert b"very-secret-value" in set(unsealer.values())
    assert verify(recording).problems == []
    recording.close()
    open_recording.close()


def content(reader: Reader, found: Message) -> bytes:
    return b"".join(reader.body_pieces(found.content)) if isinstance(found.content, BodyRef) else found.content


def test_without_a_kept_key_nothing_comes_back(place: str) -> None:
    record(place, *secretive(), seal="discard")
    recording = open_for_reading(place)
    with recording.engine.connect() as connection:
        assert set(connection.execute(select(message.c.sealed)).scalars()) == {None}
    recording.close()


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        pytest.param("UPDATE message SET text = 'yes' WHERE seq = 2", "message 2 is not what was written", id="text"),
        pytest.param("UPDATE message SET at_us = at_us + 1 WHERE seq = 1", "message 1", id="time"),
        pytest.param("UPDATE message SET sender = 'server' WHERE seq = 1", "message 1", id="sender"),
        pytest.param("UPDATE message SET digest = 'x' WHERE seq = 3", "message 3", id="digest"),
        pytest.param("DELETE FROM message WHERE seq = 2", "message 3 is not what was written, or the one", id="gone"),
        pytest.param("DELETE FROM message WHERE seq = 3", "1 messages are missing", id="last-gone"),
    ],
)
def test_what_is_changed_or_lost_shows_and_the_rest_is_rescued(
    place: str, tmp_path: Path, damage: str, problem: str
) -> None:
    record(place, handshake(1), [(CLIENT, frame(b"one") + frame(b"two") + frame(b"three"))])
    recording = open_for_writing(place)
    with recording.engine.begin() as connection:
        connection.execute(text(damage))
    recording.close()
    recording = open_for_reading(place)
    assert any(problem in each.text for each in verify(recording).problems)
    rescued = str(tmp_path / "rescued.db")
    if "missing" not in problem:
        with pytest.raises(Damaged):
            list(Reader(recording).messages(1))
    report = salvage(recording, rescued)
    recording.close()
    assert report.recovered == [1]
    assert 1 <= len(messages(rescued)) <= 2
    recording = open_for_reading(rescued)
    assert verify(recording).problems == []
    recording.close()


def test_a_sealed_conversation_is_rescued_with_its_originals(place: str, tmp_path: Path) -> None:
    record(place, *secretive(), seal="on")
    recording = open_for_reading(place)
    before = [content(Reader(recording), each) for each in messages(place)]
    rescued = str(tmp_path / "rescued.db")
    salvage(recording, rescued)
    recording.close()
    recording = open_for_reading(rescued)
    unsealer = Unsealer(recording)
    assert [content(Reader(recording), each) for each in messages(rescued)] == before
    assert any(each.content == b"\x03\xe8token=close-secret-1" for each in unsealer.messages(1))
    assert verify(recording).problems == []
    recording.close()


def test_retention_takes_messages_and_their_bodies_along(anywhere: str) -> None:
    record(anywhere, handshake(1), [(CLIENT, frame(bytes(range(256)) * 10, 0x82))])
    write_all(anywhere, [sample(2)])
    recording = open_for_writing(anywhere)
    step(recording.engine, parse_keep("1"))
    with recording.engine.connect() as connection:
        assert connection.execute(select(message.c.seq)).all() == []
        assert connection.execute(select(body.c.id)).all() == []
    recording.close()


def test_a_killed_conversation_keeps_what_was_committed(anywhere: str) -> None:
    """The next start closes it with the number of messages that are there."""

    async def talk() -> None:
        writer = Writer(recording, seal="off")
        writer.start(RUN)
        opened = replace(handshake(1), state=State.OPEN)
        await writer.intent(opened)
        going = writer.talk(opened)
        going.hear(CLIENT, frame(b"before"), 5)
        going._hand_on()
        await asyncio.wait_for(asyncio.shield(going._under_way or asyncio.sleep(0)), 10)
        going.hear(CLIENT, frame(b"too late"), 6)
        writer._thread._end = writer._thread.committer.disconnect  # type: ignore[method-assign]
        writer._thread.committer._presence.release()
        await writer.close()

    recording = open_for_writing(anywhere)
    asyncio.run(talk())
    recording.close()
    open_for_writing(anywhere).close()
    (ended,) = read_all(anywhere)
    assert (ended.state, ended.messages) == (State.INTERRUPTED, 1)
    assert [each.content for each in messages(anywhere)] == [b"before"]
    recording = open_for_reading(anywhere)
    assert verify(recording).problems == []
    recording.close()


def test_what_cannot_be_written_is_told_and_counted(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk() -> None:
        writer = Writer(recording, seal="off")
        writer.start(RUN)
        opened = handshake(1)
        await writer.intent(opened)
        going = writer.talk(opened)
        going.hear(CLIENT, frame(b"one"), 0)
        commit = writer._thread.committer.commit

        def full(_work: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(writer._thread.committer, "commit", full)
        await going._portion()
        assert "space" in going.failing or "full" in going.failing
        going.strict = True
        with pytest.raises(StoreUnavailable):
            going.hear(CLIENT, frame(b"refused"), 1)
        going.strict = False
        monkeypatch.setattr(writer._thread.committer, "commit", commit)
        going.hear(CLIENT, frame(b"two"), 2)
        ended = replace(opened, messages=await going.close(3))
        assert (ended.messages, going.failing) == (1, "")
        await writer.finish(ended)
        await writer.close()

    recording = open_for_writing(place)
    asyncio.run(talk())
    recording.close()
    assert [(each.seq, each.content) for each in messages(place)] == [(2, b"two")]
    recording = open_for_reading(place)
    assert verify(recording).problems == []
    recording.close()


def test_an_error_while_preparing_is_told(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    async def talk() -> None:
        writer = Writer(recording, seal="off")
        writer.start(RUN)
        going = writer.talk(handshake(1))
        monkeypatch.setattr("store.talk.add_message", broken)
        going.hear(CLIENT, frame(b"one"), 0)
        assert await going.close(1) == 0
        assert "No space left" in going.failing
        await writer.close()

    recording = open_for_writing(place)
    asyncio.run(talk())
    recording.close()
