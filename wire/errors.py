"""What can go wrong on a connection, one class per thing that a caller treats differently.

Must not know: statuses and messages that a gateway makes of them. Read next: limits.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.messages import Headers, Request


class WireError(Exception):
    """Base of every error that wire raises on purpose. `text` is a plain reason for people."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class Malformed(WireError):
    """The peer sent bytes that are not HTTP/1.1 (RFC 9112). `kind` names the sort, as in server.Fault.

    `before`: the fields that were read before the fault; `head`: the request they belong to, when it is known.
    """

    def __init__(self, text: str, kind: str = "malformed", before: Headers = ()) -> None:
        super().__init__(text)
        self.kind = kind
        self.before = before
        self.head: Request | None = None


class Unsendable(WireError):
    """A message that cannot be written as it stands: CR, LF or NUL in a part, or a body that its head denies."""


class TooLarge(WireError):
    """A body is larger than the limit that was asked for. `received` is what came before it was cut."""

    def __init__(self, text: str, received: bytes) -> None:
        super().__init__(text)
        self.received = received


class TooSlow(WireError):
    """The client sends its body slower than the limits allow (reliability D9)."""


class ClientGone(WireError):
    """The client's connection ended before the exchange did."""


class NotListening(WireError):
    """No connection to the server could be made. `address` is host and port, `reason` what the system said."""

    def __init__(self, address: tuple[str, int], reason: str) -> None:
        super().__init__(f"no connection to {address[0]}:{address[1]}: {reason}")
        self.address = address
        self.reason = reason


class ClosedEarly(WireError):
    """The server's connection ended before its whole answer came.

    `received`: bytes of the answer that came, head included. `reused`: the connection had served an earlier
    call, so the server may simply have closed it while it was idle (contract NET-2: the caller may retry).
    """

    def __init__(self, text: str, *, received: int, reused: bool) -> None:
        super().__init__(text)
        self.received = received
        self.reused = reused


class MalformedAnswer(WireError):
    """The server's answer is not HTTP/1.1, or says two things about its length. `raw`: its first bytes."""

    def __init__(self, text: str, raw: bytes) -> None:
        super().__init__(text)
        self.raw = raw
