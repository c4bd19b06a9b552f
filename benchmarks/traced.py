"""A strace log of the proxy, read back: what it wrote to which file, what it flushed, what it told its clients.

The order of the log is the order of events; a flush counts from the line on which it has returned.
Must not know: what becomes of the writes. Read next: powercuts.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CALLS = (
    "openat,write,pwrite64,pwritev,pwritev2,fsync,fdatasync,ftruncate,fallocate,rename,renameat2,unlink,unlinkat,"
    "sendto,sendmsg"
)
STRACE = ("strace", "-f", "-y", "-xx", "-s", "1048576", "-e", "signal=none", "-e", f"trace={CALLS}", "-o")

_LINE = re.compile(r"(\d+) +(.*)")
_CALL = re.compile(r"(\w+)\((.*)\) += (-?\d+)")
_UNFINISHED = " <unfinished ...>"
_RESUMED = re.compile(r"<\.\.\. (\w+) resumed>(.*)")
_FILE = re.compile(r"\d+<((?:\\x[0-9a-f]{2}|[^<>])*)>")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_OFFSET_AT = {"pwrite64": -1, "pwritev2": 1}  # which of the numbers after the text
_NUMBERS = re.compile(r", (\d+)")
_ANSWER = re.compile(rb"HTTP/1\.1 200 [\s\S]*?X-Fc-Request-Id: (\S+)")
_REQUEST = re.compile(rb"GET /[\s\S]*?(?i:X-Fc-Request-Id): (\S+)")


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes at a place in a file."""

    path: Path
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    """A file got this size."""

    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class Flush:
    """What was written to a file before is on disk now."""

    path: Path


@dataclass(frozen=True, slots=True)
class Remove:
    """A file's name went."""

    path: Path


@dataclass(frozen=True, slots=True)
class Ack:
    """An answer left for a client, by its request id."""

    ident: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A request left for the server, by its request id."""

    ident: str


type Event = Write | Truncate | Flush | Remove | Ack | Seen


class NotUnderstood(Exception):
    """A line that changes a file in a way that is not modelled here."""


def events(log: Path, folder: Path) -> Iterator[Event]:
    """What happened to the files of a folder, and the answers, in order. Raises NotUnderstood."""
    ends: dict[Path, int] = {}
    with log.open(encoding="ascii") as lines:
        for name, told, result in _calls(lines):
            if result < 0:
                continue
            if name in {"sendto", "sendmsg"}:
                yield from _told(b"".join(_texts(told)))
            elif (path := _path(name, told)) is not None and path.parent == folder:
                yield from _change(name, told, result, path, ends)


def _calls(lines: Iterable[str]) -> Iterator[tuple[str, str, int]]:
    """Name, arguments and result of each call, at the moment when it returned."""
    begun: dict[str, str] = {}
    for line in lines:
        found = _LINE.match(line.rstrip("\n"))
        if found is None:
            continue
        thread, told = found[1], found[2]
        if told.endswith(_UNFINISHED):
            begun[thread] = told.removesuffix(_UNFINISHED)
            continue
        if resumed := _RESUMED.match(told):
            told = begun.pop(thread) + resumed[2]
        if done := _CALL.match(told):
            yield done[1], done[2], int(done[3])


def _told(sent: bytes) -> Iterator[Ack | Seen]:
    yield from (Ack(ident.decode()) for ident in _ANSWER.findall(sent))
    yield from (Seen(ident.decode()) for ident in _REQUEST.findall(sent))


def _change(name: str, told: str, result: int, path: Path, ends: dict[Path, int]) -> Iterator[Event]:
    """`ends`: how far a file that is written without positions has come."""
    if path.name.startswith("#"):
        return  # a spool: it has no name, and nothing of it outlives the process
    match name:
        case "openat":
            ends[path] = 0
        case "write":
            yield Write(path, ends[path], next(_texts(told))[:result])
            ends[path] += result
        case "pwrite64" | "pwritev2":
            numbers = _NUMBERS.findall(told[told.rindex('"') :])
            yield Write(path, int(numbers[_OFFSET_AT[name]]), next(_texts(told))[:result])
            yield from [Flush(path)] if told.endswith("RWF_DSYNC") else []
        case "fsync" | "fdatasync":
            yield Flush(path)
        case "ftruncate":
            yield Truncate(path, int(_NUMBERS.findall(told)[-1]))
        case "unlink" | "unlinkat":
            yield Remove(path)
        case "fallocate":
            return  # a reserve holds nothing
        case _:
            raise NotUnderstood(f"{name} on {path}")


def _path(name: str, told: str) -> Path | None:
    if name in {"unlink", "unlinkat", "openat", "rename", "renameat2"}:
        text = next(_texts(told), None)
        return Path(text.decode()) if text is not None else None
    found = _FILE.match(told)
    return Path(_unescaped(found[1]).decode("utf-8", "surrogateescape")) if found else None


def _texts(told: str) -> Iterator[bytes]:
    return (_unescaped(found) for found in _TEXT.findall(told))


def _unescaped(text: str) -> bytes:
    if "\\x" not in text:
        return text.encode()
    return bytes.fromhex(text.replace("\\x", ""))
