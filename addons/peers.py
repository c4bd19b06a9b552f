"""Who is really at the other end of a connection that mitmproxy made to us for a TLS or HTTP/2 client.

mitmproxy ends TLS and connects to the inner port (inner.py); the address it connects from is noted here,
so that the call is recorded with its true peer. Must not know: flows, rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Peer:
    """A client: its address, whether it speaks TLS, and whether mitmproxy has a flow of its own for its calls."""

    ip: str
    secure: bool = False
    has_flow: bool = False


class Peers:
    """Addresses of mitmproxy's own connections to the inner port, and whom they speak for."""

    def __init__(self) -> None:
        self._inner: dict[tuple[str, int], Peer] = {}

    def note(self, address: tuple[str, int], peer: Peer) -> None:
        """mitmproxy connects from `address` on behalf of `peer`."""  # noqa: D403 - a name in lower case
        self._inner[address] = peer

    def forget(self, address: tuple[str, int]) -> None:
        """That connection ended."""
        self._inner.pop(address, None)

    def is_inner(self, address: tuple[str, int]) -> bool:
        """The connection from this address is mitmproxy's own."""
        return address in self._inner

    def of(self, address: tuple[str, int]) -> Peer:
        """The client behind a connection from this address."""
        return self._inner.get(address) or _plain(address[0])


@lru_cache(maxsize=256)
def _plain(ip: str) -> Peer:
    return Peer(ip)
