"""Content codings within their budgets."""

from __future__ import annotations

import gzip
import zlib

import brotli  # type: ignore[import-untyped]  # the package ships no types
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from audit.decode import BYTE_BUDGET, decode

TEXT = "中文 and more, ".encode() * 40
RAW_DEFLATE = zlib.compressobj(wbits=-15)
CODED = [
    pytest.param(gzip.compress(TEXT), b"gzip", ("gzip",), id="gzip"),
    pytest.param(gzip.compress(TEXT), b"X-GZIP", ("x-gzip",), id="x-gzip"),
    pytest.param(zlib.compress(TEXT), b"deflate", ("deflate",), id="deflate"),
    pytest.param(RAW_DEFLATE.compress(TEXT) + RAW_DEFLATE.flush(), b"deflate", ("deflate",), id="bare-deflate"),
    pytest.param(brotli.compress(TEXT), b"br", ("br",), id="brotli"),
    pytest.param(zstandard.compress(TEXT), b"zstd", ("zstd",), id="zstd"),
    pytest.param(brotli.compress(gzip.compress(TEXT)), b"gzip, br", ("br", "gzip"), id="two-in-their-order"),
    pytest.param(TEXT, b"identity", (), id="identity"),
    pytest.param(TEXT, b"", (), id="none"),
]


@pytest.mark.parametrize(("data", "coding", "codings"), CODED)
def test_codings_are_undone(data: bytes, coding: bytes, codings: tuple[str, ...]) -> None:
    found = decode(data, coding)
    assert (found.data, found.codings, found.failed, found.cut) == (TEXT, codings, "", False)


ZEROS = bytes(64 * 1024 * 1024)
BOMBS = [
    pytest.param(gzip.compress(ZEROS), b"gzip", id="gzip"),
    pytest.param(brotli.compress(ZEROS), b"br", id="brotli"),
    pytest.param(zstandard.compress(ZEROS), b"zstd", id="zstd"),
    pytest.param(gzip.compress(gzip.compress(ZEROS)), b"gzip, gzip", id="chained"),
]


@pytest.mark.parametrize(("data", "coding"), BOMBS)
def test_a_bomb_is_cut(data: bytes, coding: bytes) -> None:
    found = decode(data, coding)
    assert found.cut
    assert len(found.data) <= BYTE_BUDGET


def test_more_codings_than_anyone_means_are_not_all_undone() -> None:
    data = b"x"
    for _ in range(5):
        data = gzip.compress(data)
    assert decode(data, b"gzip,gzip,gzip,gzip,gzip").cut


@pytest.mark.parametrize("coding", [b"gzip", b"deflate", b"br", b"zstd", b"compress", b"\xff"])
def test_what_does_not_decode_is_shown_as_it_is(coding: bytes) -> None:
    found = decode(b"no such coding", coding)
    assert found.data == b"no such coding"
    assert found.failed


@given(st.binary(max_size=300), st.sampled_from([b"gzip", b"deflate", b"br", b"zstd", b"br, gzip"]))
def test_no_bytes_make_it_raise(data: bytes, coding: bytes) -> None:
    decode(data, coding)


def test_a_beginning_of_a_stream_decodes_as_far_as_it_goes() -> None:
    assert TEXT.startswith(decode(gzip.compress(TEXT)[:-12], b"gzip").data)
