"""Field lines, both ways: the one grammar for heads and trailers (RFC 9110 5, RFC 9112 5), read by llhttp.

Strict on purpose: what two parsers could read in two ways is refused (bare CR or LF, NUL and other control
characters, obs-fold, white space around a name). llhttp never sees the first line, because it knows only some
methods and refuses targets that FC passes on. Must not know: what any field means. Read next: heads.py.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING

import httptools

from wire.errors import Malformed, Unsendable

if TYPE_CHECKING:
    from gateway.messages import Header, Headers

TCHAR = b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Bytes of a token (RFC 9110 5.6.2)."""

TEXT = bytes([0x09, *range(0x20, 0x7F), *range(0x80, 0x100)])
"""Bytes that may stand in a line: everything but control characters, HTAB allowed (RFC 9110 5.5)."""

SMALL = 2048
"""Bytes of a head, at most, that is remembered: what is kept of all peers together stays below a few MB."""

_COLON = b": "
_FIRST_LINE = b"POST / HTTP/1.1\r\n"
_UNSAFE = b"\r\n\0"
_SAFE = bytes(byte for byte in range(256) if byte not in _UNSAFE)


def is_token(part: bytes) -> bool:
    """Whether a method or a field name is one (RFC 9110 5.6.2)."""
    return bool(part) and not part.translate(None, TCHAR)


def split_lines(section: bytes) -> list[bytes]:
    """The lines of a head or trailer section that has no final empty line. Raises Malformed."""
    lines = section.split(b"\r\n")
    # What is left when all text is deleted must be exactly the line ends that split them: one pass in C
    # that finds every bare CR, bare LF, NUL and control character.
    if section.translate(None, TEXT) != b"\r\n" * (len(lines) - 1):
        raise Malformed(_name_the_byte(lines))
    return lines


class _Collector:
    """llhttp calls it for each field; the white space after a value is not part of it (RFC 9110 5.5)."""

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: list[Header] = []

    def on_header(self, name: bytes, value: bytes) -> None:
        """One field line."""
        self.found.append((name, value.rstrip(b" \t")))


def parse_fields(lines: list[bytes]) -> Headers:
    """Field lines as (name, value) pairs: spelling, order and repeats kept, outer white space of values cut.

    Raises Malformed; its kind is "ambiguous-framing" for a Content-Length that llhttp refuses.
    """
    if not lines:
        return ()
    if b"" in lines:
        raise Malformed(_name_the_fault(b""))
    collector = _Collector()
    parser = httptools.HttpRequestParser(collector)
    # What the framing fields say together is decided in framing.py, which can name the head it refuses.
    parser.set_dangerous_leniencies(lenient_chunked_length=True, lenient_transfer_encoding=True)
    try:
        with suppress(httptools.HttpParserUpgrade):  # the fields ended; who may upgrade is not decided here
            parser.feed_data(_FIRST_LINE + b"\r\n".join(lines) + b"\r\n\r\n")
    except httptools.HttpParserError as error:
        raise _refusal(lines, str(error), tuple(collector.found)) from error
    return tuple(collector.found)


def read_block(block: bytes) -> Headers:
    """The fields of whole lines as they stand together. Raises Malformed."""
    return _known_block(block) if len(block) <= SMALL else parse_fields(split_lines(block))


@lru_cache(maxsize=256)
def _known_block(block: bytes) -> Headers:
    """A peer says the same fields over and over, to other targets: 3 us saved of each head of three lines."""
    return parse_fields(split_lines(block))


def write_fields(headers: Headers) -> bytes:
    """The section that parse_fields reads, without the final empty line. Raises Unsendable (threat T9)."""
    for name, _ in headers:
        if name not in USUAL and not is_token(name):
            raise Unsendable(f"a field name must be a token, this is not: {name!r}")
    section = b"\r\n".join([*map(_COLON.join, headers), b""])
    if section.translate(None, _SAFE) != b"\r\n" * len(headers):
        culprit = next(name for name, value in headers if value.translate(None, _SAFE))
        raise Unsendable(f"the value of {culprit.decode('latin-1')} holds CR, LF or NUL")
    return section


def check_line(part: bytes, what: str) -> None:
    """Refuse CR, LF and NUL in one part of a first line. Raises Unsendable (threat T9)."""
    if part.translate(None, _SAFE):
        raise Unsendable(f"the {what} holds CR, LF or NUL: {part!r}")


def _name_the_byte(lines: list[bytes]) -> str:
    number, rest = next((number, rest) for number, line in enumerate(lines, 1) if (rest := line.translate(None, TEXT)))
    name = {b"\r": "a bare CR", b"\n": "a bare LF", b"\0": "NUL"}.get(rest[:1])
    return f"line {number} of the head holds {name or f'the control character 0x{rest[0]:02x}'}"


def _refusal(lines: list[bytes], reason: str, before: Headers) -> Malformed:
    """What llhttp refuses, in our words, with the line that it is about. `before`: the fields up to there."""
    if "Content-Length" in reason:
        return Malformed(f"the length of the body is not clear: {reason}", "ambiguous-framing", before)
    line = next((line for line in lines if not is_token(line.partition(b":")[0]) or b":" not in line), lines[-1])
    return Malformed(_name_the_fault(line))


def _name_the_fault(line: bytes) -> str:
    shown = line[:80].decode("latin-1")
    if line[:1] in (b" ", b"\t"):
        return f"a folded field line (obs-fold): {shown!r}"
    if b":" not in line:
        return f"a field line without a colon: {shown!r}"
    if line.partition(b":")[0].endswith((b" ", b"\t")):
        return f"white space between a field name and its colon: {shown!r}"
    return f"a field name that is not a token: {shown!r}"


def _spellings(names: str) -> frozenset[bytes]:
    return frozenset(spelled.encode() for name in names.split() for spelled in (name, name.lower()))


# Looking a name up is four times cheaper than checking it; other names are checked. The context fields of FC among
# them are worth 2 us of each request that goes to a server.
USUAL = _spellings(
    "Accept Accept-Encoding Accept-Language Authorization Cache-Control Connection Content-Disposition "
    "Content-Encoding Content-Length Content-Type Cookie Date ETag Host Keep-Alive Last-Modified Location Origin "
    "Referer Server Set-Cookie Transfer-Encoding User-Agent Vary X-Forwarded-For X-Forwarded-Proto "
    "X-Fc-Request-Id X-Fc-Region X-Fc-Account-Id X-Fc-Function-Name X-Fc-Function-Memory X-Fc-Function-Timeout "
    "X-Fc-Invocation-Type X-Fc-Log-Type X-Fc-Log-Result X-Fc-Error-Type X-Fc-Control-Path X-Fc-Access-Key-Id "
    "X-Fc-Access-Key-Secret X-Fc-Security-Token X-Fc-Function-Handler X-Fc-Qualifier X-Fc-Version-Id "
    "X-Fc-Service-Name X-Fc-Service-Logproject X-Fc-Service-Logstore Access-Control-Allow-Origin "
    "Access-Control-Expose-Headers"
)
