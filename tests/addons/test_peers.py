from __future__ import annotations

from addons.peers import Peer, Peers


def test_a_noted_connection_speaks_for_its_client_until_it_ends() -> None:
    peers = Peers()
    peers.note(("127.0.0.1", 5000), Peer("10.1.1.1", secure=True))
    assert peers.is_inner(("127.0.0.1", 5000))
    assert peers.of(("127.0.0.1", 5000)) == Peer("10.1.1.1", secure=True)
    peers.forget(("127.0.0.1", 5000))
    assert not peers.is_inner(("127.0.0.1", 5000))
    assert peers.of(("127.0.0.1", 5000)) == Peer("127.0.0.1")
