"""The form of the request that a server gets."""

from __future__ import annotations

import pytest

from gateway.messages import Request, get_all
from tests.gateway.cases import get
from tests.gateway.walker import server_request, walk


@pytest.mark.parametrize(
    ("target", "hosts", "seen", "host"),
    [
        pytest.param(b"http://a.test:81/x?y", (b"b.test",), b"/x?y", b"a.test:81", id="outranks-host"),
        pytest.param(b"http://a.test", (), b"/", b"a.test", id="no-host"),
        pytest.param(b"*", (b"b.test",), b"*", b"b.test", id="asterisk"),
    ],
)
def test_an_absolute_target_becomes_a_path(target: bytes, hosts: tuple[bytes, ...], seen: bytes, host: bytes) -> None:
    lines = tuple((b"Host", one) for one in hosts)
    request = server_request(walk(Request(b"OPTIONS", target, lines)))
    assert request.target == seen
    assert get_all(request.headers, b"host") == [host]


def test_every_hop_by_hop_field_stays_behind() -> None:
    fields = (b"Keep-Alive", b"Proxy-Connection", b"TE", b"Trailer", b"Upgrade", b"Expect", b"X-Named")
    request = server_request(walk(get((b"Connection", b"x-named"), *((name, b"1") for name in fields))))
    names = {name.lower() for name, _ in request.headers}
    assert not names & {b"connection", *(name.lower() for name in fields)}


def test_connection_cannot_make_the_gateway_drop_host_or_framing() -> None:
    named = (b"Connection", b"host, content-length, x-fc-request-id")
    request = server_request(walk(Request(b"POST", b"/", ((b"Host", b"a"), (b"Content-Length", b"1"), named), b"x")))
    assert get_all(request.headers, b"host") == [b"a"]
    assert get_all(request.headers, b"content-length") == [b"1"]
    assert len(get_all(request.headers, b"x-fc-request-id")) == 1
