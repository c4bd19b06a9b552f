from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gateway.hop import ALWAYS, hop_fields

if TYPE_CHECKING:
    from gateway.messages import Headers


@pytest.mark.parametrize(
    ("headers", "named"),
    [
        pytest.param((), frozenset(), id="none"),
        pytest.param(((b"connection", b"close"),), {b"close"}, id="token"),
        pytest.param(((b"Connection", b" X-A ,x-b"),), {b"x-a", b"x-b"}, id="two-tokens"),
        pytest.param(((b"Connection", b"X-A"), (b"Connection", b"X-B")), {b"x-a", b"x-b"}, id="two-lines"),
        pytest.param(((b"Connection", b"Host, content-length, transfer-encoding"),), frozenset(), id="never-these"),
        pytest.param(((b"Connection", b""),), {b""}, id="empty"),
    ],
)
def test_connection_names_more_fields(headers: Headers, named: frozenset[bytes]) -> None:
    assert hop_fields(headers) == ALWAYS | named
