"""The high-water mark: a small file beside a recording that says how far it should reach.

A database that lost its tail looks whole; against the mark the loss shows. Written in place after each commit,
without waiting for the disk: what a power cut takes from the mark it takes from an unsynced database too, so
`ahead` goes to disk before ids up to it are given to exchanges that are not synced one by one.
Must not know: tables. Read next: recording.py, verify.py.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
from dataclasses import asdict, dataclass, replace
from pathlib import Path

_SIZE = 512
_POSITION = struct.Struct(">16sIIQ")
_AHEAD = 1000
_CHUNK = 1024 * 1024
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a recording reaches: its newest run, the run's last commit, the largest id given out.

    `committed_us`: microseconds since the epoch. `ahead`: no id above it was given out without saying so here
    first; 0 under fc_durability=full. `boot`: the life of the machine it was written in, "" when unknown.
    `file`: SHA-256 of the database file as an orderly end left it, "" while it is recorded or after a crash.
    """

    run_id: int
    seq: int
    digest: str
    max_id: int
    committed_us: int
    ahead: int = 0
    boot: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Position:
    """How far the journal reaches: which pass through its file, its groups so far, the largest id given out.

    `folded`: what ended in this many groups are rows.
    """

    salt: bytes
    groups: int
    folded: int
    max_id: int


class MarkFile:
    """Writes the mark of one recording. `error` says why it could not be written last time, "" when it was."""

    def __init__(self, path: Path, *, ahead: bool) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        os.fchmod(self._descriptor, 0o600)
        self._step = _AHEAD if ahead else 0
        self._ahead = -1
        self._last: Mark | None = None
        self._boot = boot_id()
        self.error = ""

    def write(self, mark: Mark) -> None:
        """Say how far the recording reaches now. A mark that cannot be written must not stop the recording."""
        try:
            self._write(mark)
            self.error = ""
        except OSError as error:
            self.error = str(error.strerror or error)

    def note(self, salt: bytes, groups: int, folded: int, max_id: int) -> None:
        """Say how far the journal reaches now (Position): after each group, so this is one small write in place."""
        if self._step and max_id > self._ahead:
            self._reach(max_id)
        try:
            os.pwrite(self._descriptor, _POSITION.pack(salt, groups, folded, max_id), _SIZE)
        except OSError as error:
            self.error = str(error.strerror or error)

    def _reach(self, max_id: int) -> None:
        if self._last is not None:
            self.write(replace(self._last, max_id=max_id))

    def _write(self, mark: Mark) -> None:
        self._last = mark
        grown = bool(self._step) and mark.max_id > self._ahead
        if grown:
            self._ahead = mark.max_id + self._step
        told = json.dumps(asdict(replace(mark, ahead=max(self._ahead, 0), boot=self._boot)))
        os.pwrite(self._descriptor, told.encode().ljust(_SIZE), 0)
        if grown:
            os.fsync(self._descriptor)

    def close(self) -> None:
        """Let go of the file; what it says stays."""
        os.close(self._descriptor)


def read_mark(path: Path) -> Mark | None:
    """The mark at a path; None when there is none, or none that can be read."""
    try:
        return Mark(**json.loads(path.read_bytes()[:_SIZE]))
    except (OSError, ValueError, TypeError):
        return None


def read_position(path: Path) -> Position | None:
    """How far the journal should reach; None when there is nothing in it, or nobody said."""
    try:
        position = Position(*_POSITION.unpack_from(path.read_bytes(), _SIZE))
    except (OSError, struct.error):
        return None
    return position if position.groups else None


def forget_position(path: Path) -> None:
    """Nothing is in the journal any more."""
    if path.exists():
        with path.open("r+b") as file:
            file.seek(_SIZE)
            file.write(bytes(_POSITION.size))


def close_mark(path: Path, recording: Path) -> None:
    """Add the digest of the finished database file to its mark."""
    _set_file(path, file_digest(recording))


def open_mark(path: Path) -> None:
    """Take the digest of the file out of its mark: from now on the file changes."""
    _set_file(path, "")


def _set_file(path: Path, digest: str) -> None:
    mark = read_mark(path)
    if mark is None or mark.file == digest:
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        os.pwrite(descriptor, json.dumps(asdict(replace(mark, file=digest))).encode().ljust(_SIZE), 0)
    finally:
        os.close(descriptor)


def file_digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    total = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            total.update(chunk)
    return total.hexdigest()


def boot_id() -> str:
    """Names this life of the machine, "" where the system does not."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""
