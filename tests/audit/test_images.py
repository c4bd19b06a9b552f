"""Pictures by their magic bytes."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.images import Image, sniff
from tests.audit import sample

JPEG = b"\xff\xd8\xff\xe0\x00\x04ab" + b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", 20, 30) + b"\x03" + bytes(9)
FRAME = struct.pack("<HH", 7, 9)
WEBP_LOSSY = b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(4) + b"\x00\x00\x00\x9d\x01\x2a" + FRAME
WEBP_LOSSLESS = b"RIFF\x00\x00\x00\x00WEBPVP8L" + bytes(4) + b"\x2f" + (6 | 8 << 14).to_bytes(4, "little")
WEBP_EXTENDED = b"RIFF\x00\x00\x00\x00WEBPVP8X" + bytes(8) + b"\x06\x00\x00\x08\x00\x00"
KNOWN = [
    pytest.param(sample.png(), Image("image/png", 10, 10), id="png"),
    pytest.param(b"GIF89a\x03\x00\x04\x00rest", Image("image/gif", 3, 4), id="gif"),
    pytest.param(JPEG, Image("image/jpeg", 30, 20), id="jpeg"),
    pytest.param(b"\xff\xd8\xff", Image("image/jpeg", 0, 0), id="jpeg-cut"),
    pytest.param(WEBP_LOSSY, Image("image/webp", 7, 9), id="webp-lossy"),
    pytest.param(WEBP_LOSSLESS, Image("image/webp", 7, 9), id="webp-lossless"),
    pytest.param(WEBP_EXTENDED, Image("image/webp", 7, 9), id="webp-extended"),
    pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", None, id="svg-can-act"),
    pytest.param(b"\x89PNG", None, id="a-beginning-of-png"),
    pytest.param(b"", None, id="empty"),
]


@pytest.mark.parametrize(("data", "expected"), KNOWN)
def test_sniff(data: bytes, expected: Image | None) -> None:
    assert sniff(data) == expected


@given(st.sampled_from([b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBP"]), st.binary(max_size=60))
def test_no_bytes_behind_a_magic_make_it_raise(magic: bytes, rest: bytes) -> None:
    sniff(magic + rest)


def test_a_picture_that_would_unfold_to_gigabytes_is_not_drawn() -> None:
    assert not Image("image/png", 60_000, 60_000).drawable
    assert not Image("image/jpeg", 0, 0).drawable
    assert Image("image/png", 1920, 1080).drawable
