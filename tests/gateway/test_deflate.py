from __future__ import annotations

import pytest

from gateway.deflate import Inflater, inflaters


@pytest.mark.parametrize(
    ("fields", "client", "server"),
    [
        pytest.param([], None, None, id="none"),
        pytest.param([b"permessage-deflate"], True, True, id="plain"),
        pytest.param([b"Permessage-Deflate; client_max_window_bits=10"], True, True, id="window"),
        pytest.param([b"permessage-deflate; client_no_context_takeover"], False, True, id="client-forgets"),
        pytest.param([b"permessage-deflate; Server_No_Context_Takeover ; x"], True, False, id="server-forgets"),
        pytest.param([b"x-other"], None, None, id="another"),
        pytest.param([b"permessage-deflate", b"x-other"], None, None, id="two-in-two-lines"),
        pytest.param([b"permessage-deflate, x-other"], None, None, id="two-in-one-line"),
    ],
)
def test_the_handshake_says_what_is_compressed(fields: list[bytes], client: bool | None, server: bool | None) -> None:
    found = inflaters(tuple((b"Sec-WebSocket-Extensions", each) for each in fields))
    assert [each and each._takeover for each in found] == [client, server]


def test_content_comes_in_bounded_parts() -> None:
    import zlib

    packer = zlib.compressobj(0, zlib.DEFLATED, -15)
    content = bytes(range(256)) * 1000
    packed = packer.compress(content) + packer.flush(zlib.Z_SYNC_FLUSH)
    inflater = Inflater()
    assert inflater.begin()
    parts = list(inflater.inflate(packed[:-4], last=True))
    assert b"".join(parts) == content
    assert max(map(len, parts)) <= 64 * 1024
