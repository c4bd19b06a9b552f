"""Whatever is done to the bytes of a recording, readers answer with an exchange or with one of our errors."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gateway.messages import BodyRef
from store.errors import RecordingError
from store.reader import Reader
from store.recording import open_for_reading
from store.verify import verify
from tests.store.conversations import CLIENT, SERVER, frame, handshake, record
from tests.store.samples import sample, write_all

if TYPE_CHECKING:
    from collections.abc import Callable

MUTATIONS = int(os.environ.get("STORE_MUTATIONS", "120"))
"""How many files are tried; the figures of docs/recording.md come from 10,000."""


TALK = 31
"""The exchange that is a conversation."""


def flip(rng: random.Random, data: bytearray) -> None:
    for _ in range(rng.choice((1, 1, 4, 30))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def overwrite(rng: random.Random, data: bytearray) -> None:
    at, size = rng.randrange(len(data)), rng.randrange(1, 5000)
    data[at : at + size] = rng.randbytes(len(data[at : at + size]))


def cut(rng: random.Random, data: bytearray) -> None:
    del data[rng.randrange(len(data)) :]


def swap_pages(rng: random.Random, data: bytearray) -> None:
    pages = len(data) // 4096
    first, second = (rng.randrange(pages) * 4096 for _ in range(2))
    data[first : first + 4096], data[second : second + 4096] = (
        data[second : second + 4096],
        data[first : first + 4096],
    )


def change_text(rng: random.Random, data: bytearray) -> None:
    word = rng.choice([b"exchange", b"BLOB", b"INTEGER", b"CREATE", b"dictionary", b"0001", b"VIEW", b"TEXT"])
    at = data.find(word)
    data[at : at + len(word)] = bytes(rng.sample(list(word), len(word)))


KINDS: list[Callable[[random.Random, bytearray], None]] = [flip, overwrite, cut, swap_pages, change_text]


def read_everything(place: str) -> None:
    recording = open_for_reading(place)
    try:
        reader = Reader(recording)
        reader.runs(), reader.gaps(), reader.overview(limit=10), reader.count(), reader.config("c0ffee")
        verify(recording)
        for message in reader.messages(TALK):
            if isinstance(message.content, BodyRef):
                list(reader.body_pieces(message.content))
        for _ in reader.exchanges():
            pass
    finally:
        recording.close()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_mutated_recording_gives_only_our_errors(kind: Callable[..., None], place: str) -> None:
    write_all(place, [sample(ident, body=b"%d" % ident * 300) for ident in range(1, TALK)])
    record(place, handshake(TALK), [(CLIENT, frame(b"hello")), (SERVER, frame(b"x" * 5000) + frame(b"\0", 0x82))])
    sound, refused = Path(place).read_bytes(), 0
    for seed in range(MUTATIONS // len(KINDS)):
        data = bytearray(sound)
        kind(random.Random(seed), data)  # noqa: S311 - chooses damage, keeps nothing secret
        Path(place).write_bytes(data)
        try:
            read_everything(place)
        except RecordingError:
            refused += 1
    assert refused > 0
