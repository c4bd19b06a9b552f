"""A large body on its way: in memory up to 256 KiB, then in a private file that has no name.

Must not know: whose body it is. Read next: body_rows.py, which copies a spool into the recording.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from typing import TYPE_CHECKING, BinaryIO

from gateway.messages import Body, BodyRef
from store.packing import PIECE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

IN_MEMORY = 256 * 1024
"""Bytes a spool holds in memory before it takes a file."""


class Spool:
    """Takes a body piece by piece and gives it back whole, as bytes or as a BodyRef.

    `directory`: where its file goes when it needs one; None is the system's place for temporary files.
    `in_memory`: bytes it holds before that.
    The file is readable by its owner alone and unlinked at once, so it cannot outlive the process.
    """

    def __init__(self, directory: Path | None = None, *, in_memory: int = IN_MEMORY) -> None:
        self._in_memory = in_memory
        self.size = 0
        self._directory = directory
        self._memory = bytearray()
        self._file: BinaryIO | None = None
        self._left: list[BinaryIO] = []
        self._sum = hashlib.sha256()

    def write(self, piece: bytes) -> None:
        """Add a piece. When its directory is full it goes on in the system's. Raises OSError when that is full too."""
        if not self._file and self.size + len(piece) <= self._in_memory:
            self._memory += piece
            self._count(piece)
            return
        whole = self.size + len(piece)
        try:
            self._append(piece)
        except OSError:
            if self._directory is None:
                raise
            self._directory = None
            self._move()
            self._append(piece[len(piece) - (whole - self.size) :])

    def body(self) -> Body:
        """The bytes when they are few, else the name of what pieces() gives."""
        return self.ref() if self._file else bytes(self._memory)

    def ref(self) -> BodyRef:
        """The body's name, however large it is."""
        return BodyRef(self._sum.digest(), self.size)

    def pieces(self) -> Iterator[bytes]:
        """The body from its start, in pieces of at most 256 KiB; may be asked again, and from another thread."""
        if not self._file:
            if self._memory:
                yield bytes(self._memory)
            return
        for at in range(0, self.size, PIECE):
            yield os.pread(self._file.fileno(), PIECE, at)

    def close(self) -> None:
        """Let go of the bytes. The body() made before stays valid as a value."""
        for file in (*self._left, *([self._file] if self._file else [])):
            file.close()
        self._memory.clear()

    def _append(self, piece: bytes) -> None:
        """Write to the file; what was written before an error counts."""
        file = self._file or self._move()
        rest = memoryview(piece)
        while rest:
            written = file.write(rest)
            self._count(rest[:written])
            rest = rest[written:]

    def _move(self) -> BinaryIO:
        """A new file with all that came so far. The old one stays open: another thread may be reading it."""
        # Unbuffered: the writer thread reads by position while the connection still appends.
        file: BinaryIO = tempfile.TemporaryFile(dir=self._directory, buffering=0)  # noqa: SIM115 - closed by close()
        try:
            for piece in self.pieces():
                rest = memoryview(piece)
                while rest:
                    rest = rest[file.write(rest) :]
        except OSError:
            file.close()
            raise
        self._left += [self._file] if self._file else []
        self._file = file
        self._memory.clear()
        return file

    def _count(self, piece: bytes | memoryview) -> None:
        self.size += len(piece)
        self._sum.update(piece)
