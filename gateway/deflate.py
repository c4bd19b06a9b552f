"""permessage-deflate undone for the readable copy of a conversation (RFC 7692), within budgets.

Must not know: frames, messages. Read next: conversation.py.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from gateway.messages import get_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.messages import Headers

MOST = 16 * 1024 * 1024
"""Bytes of content that one compressed message may become (threat T6)."""

_RATIO, _FLOOR = 200, 64 * 1024  # it may also become so many times its own size, and this much in any case
_PART = 64 * 1024
_TAIL = b"\x00\x00\xff\xff"  # RFC 7692 section 7.2.2: what the sender took off each message


class Inflater:
    """The compressed messages of one direction. `takeover`: a message may refer to what the ones before it held."""

    __slots__ = ("_came", "_stream", "_takeover", "_told", "broken")

    def __init__(self, *, takeover: bool = True) -> None:
        self.broken = False
        """This message cannot be read on: no deflate, or beyond its budget."""
        self._takeover = takeover
        self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
        self._came = self._told = 0

    def begin(self) -> bool:
        """A message begins; False when it cannot be read, because it may refer to one that could not."""
        if not self._takeover:
            self._stream, self.broken = zlib.decompressobj(-zlib.MAX_WBITS), False
        self._came = self._told = 0
        return not self.broken

    def inflate(self, data: bytes, *, last: bool) -> Iterator[bytes]:
        """The content in these bytes, in parts of at most 64 KiB; `last`: the message ends with them."""
        self._came += len(data)
        budget = min(MOST, max(_FLOOR, _RATIO * self._came))
        data += _TAIL if last else b""
        try:
            while not self.broken:
                part = self._stream.decompress(data, _PART)
                data = self._stream.unconsumed_tail
                self._told += len(part)
                if self._told > budget:
                    self.broken = True
                    return
                yield part
                if len(part) < _PART and not data:
                    return
        except zlib.error:
            self.broken = True


def inflaters(headers: Headers) -> tuple[Inflater | None, Inflater | None]:
    """What undoes the client's and the server's compression, as the 101 with these headers agreed on it.

    None where nothing is compressed, or by something else than permessage-deflate alone.
    """
    agreed = b",".join(get_all(headers, b"sec-websocket-extensions")).lower().split(b",")
    if len(agreed) != 1:
        return None, None
    name, *parameters = (each.strip() for each in agreed[0].split(b";"))
    if name != b"permessage-deflate":
        return None, None
    names = {each.split(b"=")[0].strip() for each in parameters}
    return (
        Inflater(takeover=b"client_no_context_takeover" not in names),
        Inflater(takeover=b"server_no_context_takeover" not in names),
    )
