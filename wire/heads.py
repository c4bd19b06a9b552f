"""Heads, both ways: request line or status line plus fields, each byte kept (RFC 9112 2 to 5).

Must not know: where bodies end (framing.py) or sockets. Read next: fields.py (the field lines), framing.py.
"""

from __future__ import annotations

import re
from functools import lru_cache

from gateway.messages import Request, Response
from wire.errors import Malformed, Unsendable
from wire.fields import TEXT, check_line, is_token, read_block, split_lines, write_fields

_VERSION = re.compile(rb"HTTP/[0-9]\.[0-9]")
_STATUS_LINE = re.compile(rb"(HTTP/1\.[0-9]) ([1-9][0-9]{2})(?: (.*))?", re.DOTALL)
_USUAL_METHODS = frozenset((b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"PATCH", b"OPTIONS"))
_TARGET_BYTES = bytes(byte for byte in range(256) if byte not in b"\r\n\0\t ")
_USUAL_VERSIONS = frozenset((b"HTTP/1.1", b"HTTP/1.0"))


def parse_request(section: bytes) -> Request:
    """A request head without its final empty line. Any token is a method, any text without spaces a target.

    Raises Malformed; its kind is "version" for a protocol that is HTTP but not 1.x. What was read before the
    fault is its `head`.
    """
    line, block = _split(section)
    method, target, version = parse_request_line(line)
    try:
        return Request(method, target, read_block(block) if block is not None else (), b"", version)
    except Malformed as error:
        if error.before:
            error.head = Request(method, target, error.before, b"", version)
        raise


def parse_request_line(line: bytes) -> tuple[bytes, bytes, bytes]:
    """Method, target and version (RFC 9112 3). Raises Malformed."""
    parts = line.split(b" ")
    if len(parts) != 3 or not parts[1] or b"\t" in line:
        raise Malformed(f"not a request line (method, one space, target, one space, HTTP/1.1): {_shown(line)}")
    method, target, version = parts
    if version not in _USUAL_VERSIONS:
        _check_version(version)
    if method not in _USUAL_METHODS and not is_token(method):
        raise Malformed(f"the method is not a token: {_shown(method)}")
    return method, target, version


def parse_response(section: bytes) -> Response:
    """A response head without its final empty line; the reason stays as sent. Raises Malformed."""
    line, block = _split(section)
    version, status, reason = parse_status_line(line)
    return Response(status, reason, read_block(block) if block is not None else (), b"", version)


def _split(section: bytes) -> tuple[bytes, bytes | None]:
    """The first line and the field lines, None when there are none. Raises Malformed, which names a line by number."""
    if section.translate(None, TEXT) != b"\r\n" * section.count(b"\r\n"):
        split_lines(section)
    line, more, block = section.partition(b"\r\n")
    return line, block if more else None


# A server says the same few lines over and over.
@lru_cache(maxsize=64)
def parse_status_line(line: bytes) -> tuple[bytes, int, bytes]:
    """Version, status and reason (RFC 9112 4); a missing reason, even without its space, is none. Raises Malformed."""
    match = _STATUS_LINE.fullmatch(line)
    if match is None:
        raise Malformed(f"not a status line (HTTP/1.1, three digits, reason): {_shown(line)}")
    version, status, reason = match.groups()
    return version, int(status), reason or b""


def write_request(request: Request) -> bytes:
    """The head of a request exactly as the message says, final empty line included. Raises Unsendable."""
    method, target, version = request.method, request.target, request.version
    if method not in _USUAL_METHODS and not is_token(method):
        raise Unsendable(f"the method must be a token, this is not: {method!r}")
    if not target or target.translate(None, _TARGET_BYTES):
        raise Unsendable(f"the target is empty or holds white space, CR, LF or NUL: {target!r}")
    _check_own_version(version)
    return b"%b %b %b\r\n%b\r\n" % (method, target, version, write_fields(request.headers))


def write_response(response: Response) -> bytes:
    """The head of a response exactly as the message says, final empty line included. Raises Unsendable."""
    if not 100 <= response.status <= 999:
        raise Unsendable(f"a status has three digits: {response.status}")
    check_line(response.reason, "reason")
    _check_own_version(response.version)
    head = b"%b %d %b\r\n" % (response.version, response.status, response.reason)
    return b"%b%b\r\n" % (head, write_fields(response.headers))


def _check_version(version: bytes) -> None:
    if _VERSION.fullmatch(version) is None:
        raise Malformed(f"not a protocol version: {_shown(version)}")
    if not version.startswith(b"HTTP/1."):
        raise Malformed(f"{version.decode()} is not spoken here, HTTP/1.1 is", kind="version")


def _check_own_version(version: bytes) -> None:
    if version not in _USUAL_VERSIONS and (_VERSION.fullmatch(version) is None or version[:7] != b"HTTP/1."):
        raise Unsendable(f"not a version of HTTP/1: {version!r}")


def _shown(part: bytes) -> str:
    return repr(part[:80].decode("latin-1"))
