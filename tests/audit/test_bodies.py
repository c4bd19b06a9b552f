"""Ways to look at a body, and the verdict on two of them."""

from __future__ import annotations

import gzip
import hashlib
from typing import TYPE_CHECKING

import pytest

from audit import bodies, texts
from gateway.messages import BodyRef, Response
from tests.audit import sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model import BodySide

TYPE = b"Content-Type"


class Kept:
    """Keeps one body in pieces of a thousand bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def ref(self) -> BodyRef:
        return BodyRef(hashlib.sha256(self.data).digest(), len(self.data))

    def body_pieces(self, ref: BodyRef) -> Iterator[bytes]:
        assert ref == self.ref()
        return (self.data[start : start + 1000] for start in range(0, len(self.data), 1000))


def side(body: bytes, *headers: tuple[bytes, bytes]) -> BodySide:
    return bodies.side("k", None, Response(200, b"", headers, body), bodies.NoBodies())


def shown(found: BodySide, index: int = 0) -> str:
    return "".join(span.text for span in found.views[index].text)


KINDS = [
    pytest.param(b'{"a":1}', (), ["json", "text", "hex"], id="json-whatever-the-header-says"),
    pytest.param(b"plain", ((TYPE, b"application/json"),), ["text", "hex"], id="no-json-whatever-the-header-says"),
    pytest.param(b"a\x00b", ((TYPE, b"text/plain"),), ["hex"], id="nul-is-binary"),
    pytest.param(b"\xff\xfe", (), ["hex"], id="not-utf-8-is-binary"),
    pytest.param(b"\x01" * 5000, ((TYPE, b"text/plain"),), ["hex"], id="thousands-of-controls-are-binary"),
    pytest.param(b"a\x01b", (), ["text", "hex"], id="one-control-is-an-escape"),
    pytest.param("李雷".encode() * 30_000, (), ["text", "hex"], id="a-character-torn-by-the-limit-is-text"),
    pytest.param(sample.png(), ((TYPE, b"text/html"),), ["image", "hex"], id="image-by-magic"),
    pytest.param(b"<svg onload=x>", ((TYPE, b"image/svg+xml"),), ["text", "hex"], id="svg-is-text"),
    pytest.param(b"a=1", ((TYPE, b"application/x-www-form-urlencoded"),), ["fields", "text", "hex"], id="form"),
    pytest.param(sample.SSE, ((TYPE, b"text/event-stream"),), ["fields", "text", "hex"], id="events"),
    pytest.param(sample.FORM, ((TYPE, b"multipart/form-data; boundary=XYZ"),), ["fields", "hex"], id="multipart"),
    pytest.param(b"", (), [], id="empty"),
]


@pytest.mark.parametrize(("body", "headers", "expected"), KINDS)
def test_views(body: bytes, headers: tuple[tuple[bytes, bytes], ...], expected: list[str]) -> None:
    assert [view.kind for view in side(body, *headers).views] == expected


def test_a_long_text_is_cut_and_says_so() -> None:
    found = side(b"x" * 100_000)
    assert len(shown(found)) == bodies.TEXT_LIMIT
    assert found.views[0].cut == texts.CUT.format(shown="64.0 KB", whole="97.7 KB")


def test_hex_shows_offset_bytes_and_letters() -> None:
    assert shown(side(b"PK\x03\x04" + bytes(14)), 0).splitlines() == [
        "00000000  50 4b 03 04 00 00 00 00  00 00 00 00 00 00 00 00  |PK..............|",
        "00000010  00 00                                             |..|",
    ]


def test_a_coded_body_is_read_decoded_and_its_hex_is_as_it_travelled() -> None:
    found = side(gzip.compress(b'{"a":1}', mtime=0), (b"Content-Encoding", b"gzip"))
    assert [view.kind for view in found.views] == ["json", "text", "hex"]
    assert shown(found, 2).startswith("00000000  1f 8b")
    assert "gzip" in found.notes[0].en


def test_a_wrong_content_encoding_is_told() -> None:
    found = side(b"plain", (b"Content-Encoding", b"br"))
    assert (shown(found), found.notes) == ("plain", (texts.DECODE_FAILED.format(coding="br"),))


def test_a_body_kept_elsewhere_is_fetched_as_far_as_needed() -> None:
    kept = Kept(b"y" * 2_000_000)
    found = bodies.side("k", None, Response(200, b"", (), kept.ref()), kept)
    assert (found.size, found.digest) == ("1.9 MB", hashlib.sha256(kept.data).hexdigest())
    assert found.views[0].cut is not None


def test_a_body_that_nobody_keeps_is_told_by_size_and_digest() -> None:
    found = bodies.side("k", None, Response(200, b"", (), BodyRef(b"d" * 32, 9)), bodies.NoBodies())
    assert (found.views, found.notes) == ((), (texts.UNKNOWN_PIECES,))


REF, OTHER = BodyRef(b"a" * 32, 5), BodyRef(b"b" * 32, 5)
PAIRS = [
    pytest.param(b"", b"", texts.BODY_NONE, True, id="none"),
    pytest.param(b"a", b"a", texts.BODY_SAME, True, id="same"),
    pytest.param(REF, BodyRef(b"a" * 32, 5), texts.BODY_SAME, True, id="same-by-digest"),
    pytest.param(REF, OTHER, texts.BODY_DIGEST, False, id="different-by-digest"),
    pytest.param(b"abc", b"abd", texts.BODY_DIFFERENT.format(offset=2), False, id="different"),
    pytest.param(b'{"a":1,"b":2}', b'{"b": 2, "a": 1}', texts.BODY_VALUES, False, id="same-values"),
]


@pytest.mark.parametrize(("mine", "theirs", "verdict", "same"), PAIRS)
def test_the_verdict_on_two_bodies(mine: bytes, theirs: bytes, verdict: object, same: bool) -> None:
    assert bodies.compare(mine, theirs) == (verdict, same)


def test_a_sealed_compressed_body_is_shown_by_its_copy() -> None:
    headers = ((b"Content-Encoding", b"gzip"), (TYPE, b"application/json"))
    message = Response(200, b"", headers, b"secret:0123456789ab****")
    kept = Kept(b'{"n": "' + b"1" * 2000 + b'"}')
    for copy in (kept.data, kept.ref()):
        found = bodies.side("k", None, message, kept, copy=copy)
        assert [view.kind for view in found.views] == ["json", "text", "hex"]
        assert found.notes == (texts.DECODED_COPY,)
        assert shown(found, 1) == kept.data.decode()
        assert "secret:" in shown(found, 2)
