from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from typing import TYPE_CHECKING, Any

import pytest

from gateway.messages import BodyRef
from store.spool import Spool

if TYPE_CHECKING:
    from pathlib import Path

BODY = os.urandom(10_000)


class SmallFile:
    """A file on a disk with room for this many bytes."""

    def __init__(self, file: Any, room: int) -> None:
        self._file, self._room = file, room

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, data: bytes) -> int:
        if not self._room:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = self._file.write(data[: self._room])
        self._room -= written
        return int(written)


def full(monkeypatch: pytest.MonkeyPatch, rooms: list[int]) -> None:
    """The next temporary files have these sizes at most."""
    make = tempfile.TemporaryFile
    left = iter(rooms)
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **how: SmallFile(make(**how), next(left)))


def write(spool: Spool) -> None:
    for at in range(0, len(BODY), 700):
        spool.write(BODY[at : at + 700])


@pytest.mark.parametrize("room", [0, 1, 4000, 9999])
def test_a_body_goes_on_elsewhere_when_its_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    full(monkeypatch, [room, 1 << 20])
    spool = Spool(tmp_path, in_memory=1000)
    write(spool)
    assert b"".join(spool.pieces()) == BODY
    assert spool.body() == BodyRef(hashlib.sha256(BODY).digest(), len(BODY))
    spool.close()


@pytest.mark.parametrize("rooms", [[0, 0], [2000, 0], [2000, 3000], [9999, 9999]])
def test_what_was_taken_before_every_disk_was_full_is_still_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rooms: list[int]
) -> None:
    full(monkeypatch, rooms)
    spool = Spool(tmp_path, in_memory=1000)
    with pytest.raises(OSError, match="No space left"):
        write(spool)
    kept = b"".join(spool.pieces())
    assert kept == BODY[: spool.size]
    assert spool.ref() == BodyRef(hashlib.sha256(kept).digest(), len(kept))
    spool.close()


@pytest.mark.parametrize("size", [0, 999, 1000, 1001])
def test_small_bodies_are_bytes_and_large_ones_a_name(tmp_path: Path, size: int) -> None:
    spool = Spool(tmp_path, in_memory=1000)
    spool.write(BODY[:size])
    expected = BODY[:size] if size <= 1000 else BodyRef(hashlib.sha256(BODY[:size]).digest(), size)
    assert spool.body() == expected
    assert b"".join(spool.pieces()) == BODY[:size]
    spool.close()
