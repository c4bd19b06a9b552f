"""Content codings are undone within a budget, or not at all."""

from __future__ import annotations

import gzip
import zlib

import brotli  # type: ignore[import-untyped]  # it ships no types
import pytest
import zstandard

from playback.decoding import BUDGET, content_codings, decoded

TEXT = b"a line of text\n" * 100


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def encoded(coding: bytes, body: bytes) -> bytes | None:
    return decoded(body, ((b"Content-Encoding", coding),))


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        pytest.param(b"gzip", gzip.compress(TEXT), id="gzip"),
        pytest.param(b"X-GZip", gzip.compress(TEXT), id="its old name in another case"),
        pytest.param(b"gzip", gzip.compress(TEXT[:70]) + gzip.compress(TEXT[70:]), id="two gzip members"),
        pytest.param(b"deflate", zlib.compress(TEXT), id="deflate in zlib format"),
        pytest.param(b"deflate", raw_deflate(TEXT), id="bare deflate"),
        pytest.param(b"br", brotli.compress(TEXT), id="br"),
        pytest.param(b"zstd", zstandard.compress(TEXT), id="zstd"),
        pytest.param(b"gzip, br", brotli.compress(gzip.compress(TEXT)), id="two codings, the last undone first"),
        pytest.param(b"identity", TEXT, id="identity"),
        pytest.param(b"", TEXT, id="none"),
    ],
)
def test_a_known_coding_is_undone(coding: bytes, body: bytes) -> None:
    assert encoded(coding, body) == TEXT


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        pytest.param(b"compress", TEXT, id="unknown coding"),
        pytest.param(b"gzip", TEXT, id="not gzip"),
        pytest.param(b"gzip", gzip.compress(TEXT)[:-9], id="gzip cut off"),
        pytest.param(b"deflate", b"\xff" * 9, id="not deflate"),
        pytest.param(b"br", brotli.compress(TEXT)[:-1], id="br cut off"),
        pytest.param(b"br", b"\xff" * 9, id="not br"),
        pytest.param(b"zstd", TEXT, id="not zstd"),
        pytest.param(b"gzip, gzip, gzip, gzip", TEXT, id="too many in a row"),
        pytest.param(b"gzip", gzip.compress(bytes(BUDGET + 1)), id="gzip bomb"),
        pytest.param(b"deflate", zlib.compress(bytes(BUDGET + 1)), id="deflate bomb"),
        pytest.param(b"br", brotli.compress(bytes(BUDGET + 1)), id="br bomb"),
        pytest.param(b"zstd", zstandard.compress(bytes(BUDGET + 1)), id="zstd bomb"),
        pytest.param(b"", bytes(BUDGET + 1), id="too large as it is"),
    ],
)
def test_what_cannot_be_undone_within_the_budget_is_none(coding: bytes, body: bytes) -> None:
    assert encoded(coding, body) is None


def test_a_body_at_the_budget_is_decoded() -> None:
    assert encoded(b"gzip", gzip.compress(bytes(BUDGET))) == bytes(BUDGET)


def test_codings_of_several_lines_are_one_list() -> None:
    headers = ((b"content-encoding", b"GZIP"), (b"Content-Encoding", b"br , identity"))
    assert content_codings(headers) == (b"gzip", b"br")
