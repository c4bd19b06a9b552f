"""A body is read by its content type, or more literally when it is not what it claims."""

from __future__ import annotations

import gzip
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from playback.plain import MAX_DEPTH, media_type, read_body

if TYPE_CHECKING:
    from playback.values import Plain


def read(media: bytes, body: bytes) -> tuple[str, Plain]:
    return read_body(body, ((b"Content-Type", media),) if media else ())


@pytest.mark.parametrize(
    ("media", "body", "word", "value"),
    [
        pytest.param(b"application/json", b'{"a": [1, "x"]}', "json", {"a": [Decimal(1), "x"]}, id="json"),
        pytest.param(b"application/problem+json", b"{}", "json", {}, id="a json dialect"),
        pytest.param(b"", b"[0.10]", "json", [Decimal("0.10")], id="json without a type"),
        pytest.param(b"application/octet-stream", b"[]", "json", [], id="json as octets, FC's API answers"),
        pytest.param(b"text/plain", b"[]", "text", {"line": ["[]"]}, id="text stays text"),
        pytest.param(b"application/json", b'"x"', "text", {"line": ['"x"']}, id="a bare scalar is text"),
        pytest.param(b"application/json", b'{"a":1,"a":2}', "text", {"line": ['{"a":1,"a":2}']}, id="doubled key"),
        pytest.param(b"application/json", b"[NaN]", "text", {"line": ["[NaN]"]}, id="NaN is not JSON"),
        pytest.param(b"application/json", b'["\xff"]', "bytes", b'["\xff"]', id="not UTF-8"),
        pytest.param(b"text/html; charset=ISO-8859-1", b"\xe9\n", "text", {"line": ["é", ""]}, id="latin-1"),
        pytest.param(b'text/plain; charset="gbk"', "中".encode("gbk"), "text", {"line": ["中"]}, id="gbk"),
        pytest.param(b"text/plain; charset=zlib", b"x", "bytes", b"x", id="a charset that is none"),
        pytest.param(b"text/plain", b"a\0b", "bytes", b"a\0b", id="text with NUL"),
        pytest.param(b"image/svg+xml", b"<a/>", "text", {"line": ["<a/>"]}, id="xml is text"),
        pytest.param(b"image/png", b"abc", "bytes", b"abc", id="an image is bytes"),
        pytest.param(b"image/png", b"", "empty", b"", id="nothing"),
        pytest.param(
            b"application/x-www-form-urlencoded",
            b"a=1&b=&a=%E4%B8%AD",
            "form",
            {"a": ["1", "中"], "b": ""},
            id="form with a repeat and an empty value",
        ),
        pytest.param(
            b"application/x-www-form-urlencoded", b"no form", "text", {"line": ["no form"]}, id="a form that is none"
        ),
    ],
)
def test_a_body_is_read_by_its_type(media: bytes, body: bytes, word: str, value: Plain) -> None:
    assert read(media, body) == (word, value)


def test_a_compressed_body_is_read_decoded() -> None:
    headers = ((b"Content-Type", b"application/json"), (b"Content-Encoding", b"gzip"))
    assert read_body(gzip.compress(b'{"a":1}'), headers) == ("json", {"a": Decimal(1)})


def test_a_body_that_cannot_be_decoded_is_its_bytes() -> None:
    assert read_body(b"{}", ((b"Content-Encoding", b"gzip"),)) == ("bytes", b"{}")


def multipart(boundary: bytes) -> tuple[str, Plain]:
    lines = (
        b"--" + boundary,
        b'Content-Disposition: form-data; name="a"',
        b"",
        b"1",
        b"--" + boundary,
        b'Content-Disposition: form-data; name="f"; filename="x"',
        b"",
        b"\xff\r\n\0",
        b"--" + boundary + b"--",
        b"",
    )
    return read(b"multipart/form-data; boundary=" + boundary, b"\r\n".join(lines))


def test_parts_are_read_by_name_whatever_the_boundary() -> None:
    word, value = multipart(b"one")
    assert word == "multipart"
    assert isinstance(value, dict)
    assert value["f"] == {"head": 'Content-Disposition: form-data; name="f"; filename="x"', "content": b"\xff\r\n\0"}
    assert multipart(b"another") == (word, value)


@pytest.mark.parametrize(
    ("media", "body"),
    [
        pytest.param(b"multipart/form-data", b"--\r\n\r\n----", id="no boundary"),
        pytest.param(b"multipart/form-data; boundary=x", b"--x\r\n\r\nbody", id="no end"),
    ],
)
def test_a_broken_multipart_body_is_its_bytes(media: bytes, body: bytes) -> None:
    assert read(media, body) == ("bytes", body)


def test_json_too_deep_to_walk_is_text() -> None:
    inside, outside = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1)
    assert read(b"application/json", inside)[0] == "json"
    assert read(b"application/json", outside)[0] == "text"
    assert read(b"application/json", b"[" * 200_000)[0] == "text"


def test_the_media_type_is_lower_case_and_its_parameters_unquoted() -> None:
    value = b'Text/HTML ; Charset="utf-8"; q=1'
    assert media_type(((b"content-type", value),)) == (b"text/html", {b"charset": b"utf-8", b"q": b"1"})
    assert media_type(()) == (b"", {})
