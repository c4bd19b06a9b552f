"""What differs between what a case expects and what was seen, as values: each with its name, expected and found.

One reading of the expectations for every door: the proxy here (judge.py) and a deployed function (against.py).
Read next: cases.py (what can be expected).
"""

from __future__ import annotations

import json
from base64 import b64decode
from binascii import Error as NotBase64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.messages import get, get_all
from tests.conformance.script import raw

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gateway.messages import Headers
    from tests.conformance.cases import Got
    from tests.conformance.shells import Played

LOG_TAIL_BYTES = 4096
ERROR_KEYS = ("RequestId", "Code", "Message")
SHOWN = 200
"""Characters of a value that a delta shows."""


@dataclass(frozen=True, slots=True)
class Delta:
    """One thing that is not as expected."""

    what: str
    expected: str
    found: str


def delta(what: str, expected: object, found: object) -> Iterator[Delta]:
    """A delta where the two are not equal."""
    if expected != found:
        yield Delta(what, _shown(expected), _shown(found))


def _shown(value: object) -> str:
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}... ({len(text)} in all)"


def client_deltas(played: Played, got: Got) -> Iterator[Delta]:
    """What the client saw, against what it must see."""
    if got.nothing:
        yield from delta("status", "no answer", played.status or "no answer")
        return
    yield from delta("status", got.status, played.status)
    yield from delta("interim statuses", got.interim, played.interim)
    yield from delta("cut inside the answer", got.cut, played.cut)
    yield from header_deltas(played.headers, got.lines, got.has, got.lacks, exact=played.exact)
    yield from body_deltas(played.body, got.body, got.body_size)
    if got.error:
        yield from error_deltas(played, got)
    if got.log:
        yield from log_deltas(played, got)
    if got.closes and played.exact:
        yield from delta("the connection ends", expected=True, found=played.ended)


def header_deltas(
    headers: Headers, lines: tuple[str, ...], has: Iterable[str], lacks: Iterable[str], *, exact: bool = True
) -> Iterator[Delta]:
    """Lines as they are, those of one name in their order and no others of it; names there once; names not there."""
    shown = [b"%b: %b" % pair for pair in headers]
    wanted = [raw(line) for line in lines]
    if not exact:
        shown, wanted = [_lower_name(line) for line in shown], [_lower_name(line) for line in wanted]
    for known in dict.fromkeys(_name(line) for line in wanted):
        expected, found = _named(wanted, known), _named(shown, known)
        yield from delta(f"header {known.decode()}", b" | ".join(expected), b" | ".join(found) or "(none)")
    for name in has:
        found = get_all(headers, name.lower().encode())
        if len(found) != 1:
            yield Delta(f"header {name}", "once", f"{len(found)} times")
    for name in lacks:
        value = get(headers, name.lower().encode())
        if value is not None:
            yield Delta(f"header {name}", "(none)", _shown(value))


def _name(line: bytes) -> bytes:
    return line.partition(b":")[0].lower()


def _named(lines: list[bytes], name: bytes) -> list[bytes]:
    return [line for line in lines if _name(line) == name]


def _lower_name(line: bytes) -> bytes:
    name, colon, value = line.partition(b":")
    return name.lower() + colon + value


def body_deltas(found: bytes, text: str | None, size: int | None) -> Iterator[Delta]:
    """A body by its bytes or, when large, by its size; large ones are made of x."""
    if text is not None:
        yield from delta("body", raw(text), found)
    if size is not None:
        yield from delta("bytes of body", size, len(found))
        yield from delta("body of x alone", b"", found.strip(b"x"))


def error_deltas(played: Played, got: Got) -> Iterator[Delta]:
    """FC's JSON, with the id of the answer's own header (contract ERR-FMT, CTX-RID-3)."""
    yield from delta("Content-Type", b"application/json", get(played.headers, b"content-type"))
    members = _members(played.body)
    yield from delta("members of the error", sorted(got.keys or ERROR_KEYS), sorted(members))
    request_id = (get(played.headers, b"x-fc-request-id") or b"").decode()
    for name, value in members.items():
        if name in {"RequestId", "RequestID"}:
            yield from delta(name, request_id, value)
        elif name in {"Code", "ErrorCode"}:
            yield from delta(name, got.error, value)
        elif not value or got.message not in str(value):
            yield Delta(name, f"holds {got.message!r}", _shown(value))


def _members(body: bytes) -> dict[str, Any]:
    try:
        members = json.loads(body)
    except ValueError:
        return {}
    return members if isinstance(members, dict) else {}


def log_deltas(played: Played, got: Got) -> Iterator[Delta]:
    """The end of this call's log, at most 4 KB of it (contract LOG-1, LOG-4)."""
    request_id = get(played.headers, b"x-fc-request-id") or b""
    try:
        text = b64decode(get(played.headers, b"x-fc-log-result") or b"", validate=True)
    except NotBase64:
        yield Delta("X-Fc-Log-Result", "base64", "something else")
        return
    yield from delta(
        f"X-Fc-Log-Result of 1 to {LOG_TAIL_BYTES} bytes", expected=True, found=0 < len(text) <= LOG_TAIL_BYTES
    )
    for part in got.log:
        wanted = raw(part).replace(b"{id}", request_id)
        if wanted not in text:
            yield Delta("log", f"holds {_shown(wanted)!r}", _shown(text))
