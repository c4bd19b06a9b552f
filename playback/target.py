"""Where a replay may send: an address that the user named, on this machine unless they say otherwise (threat T12).

The recording never picks the address: no Host, no absolute target, no redirect. A name is resolved once, and
the resolved address is what is used. Must not know: requests. Read next: send.py.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from playback.errors import BadOption


class BadTarget(BadOption):
    """No address to send to; the message says why and what would be one."""


@dataclass(frozen=True, slots=True)
class Target:
    """A server's address: a resolved IP address as text, and a port. `text` is what the user wrote."""

    host: str
    port: int
    text: str

    @property
    def address(self) -> tuple[str, int]:
        """As sockets take it."""
        return (self.host, self.port)


def parse_target(url: str, *, allow_remote: bool = False) -> Target:
    """The target that `--to` names, such as http://127.0.0.1:9000. Raises BadTarget."""
    host, port = _split(url)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise BadTarget(f"the host of {url!r} is not known") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not allow_remote and not all(ipaddress.ip_address(address).is_loopback for address in addresses):
        raise BadTarget(f"{url!r} is not on this machine; add --allow-remote if it is meant")
    return Target(addresses[0], port, url)


def _split(url: str) -> tuple[str, int]:
    """Host and port of a bare http URL."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadTarget(f"{url!r} is not a URL; write http://127.0.0.1:9000") from error
    if parts.scheme != "http" or not host:
        raise BadTarget(f"{url!r} is not an http URL; write http://127.0.0.1:9000")
    if parts.path not in {"", "/"} or parts.query or parts.fragment or parts.username is not None:
        raise BadTarget(f"{url!r} holds more than host and port; each stored request brings its own target")
    return host, 80 if port is None else port
