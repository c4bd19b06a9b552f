"""The CA of one replay is trusted by a strict client for the host it was made for, and for no other."""

from __future__ import annotations

import ssl
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from playback.authority import Authority

if TYPE_CHECKING:
    from pathlib import Path

LONG = "a" * 60 + ".example.test"


def handshake(server: ssl.SSLContext, client: ssl.SSLContext, host: str) -> ssl.SSLObject:
    """A whole handshake in memory. Raises ssl.SSLError as a client would."""
    wires = [ssl.MemoryBIO() for _ in range(4)]
    there = server.wrap_bio(wires[0], wires[1], server_side=True)
    here = client.wrap_bio(wires[2], wires[3], server_hostname=host)
    for _ in range(4):
        for end in (here, there):
            with suppress(ssl.SSLWantReadError):  # its turn comes again when the other side has spoken
                end.do_handshake()
            wires[0].write(wires[3].read())
            wires[2].write(wires[1].read())
    return here


@pytest.mark.parametrize("host", ["api.example.test", "127.0.0.1", "::1", LONG])
def test_a_strict_client_that_trusts_the_file_accepts_the_host(tmp_path: Path, host: str) -> None:
    authority = Authority(tmp_path)
    client = ssl.create_default_context(cafile=str(authority.bundle))
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    assert handshake(authority.context(host), client, host).version()
    assert authority.context(host) is authority.context(host)
    assert [path.name for path in tmp_path.iterdir()] == ["trusted.pem"], "no key is left behind"


def test_for_another_host_it_vouches_not(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    client = ssl.create_default_context(cafile=str(authority.bundle))
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(authority.context("one.test"), client, "two.test")
