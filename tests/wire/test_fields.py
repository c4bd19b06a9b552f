"""The one grammar of field lines, held against llhttp and h11."""

from __future__ import annotations

import h11
import httptools
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.messages import Headers  # noqa: TC001 - Hypothesis reads annotations
from wire.errors import Malformed, Unsendable
from wire.fields import TCHAR, TEXT, is_token, parse_fields, split_lines, write_fields

TOKENS = st.text(TCHAR.decode(), min_size=1, max_size=12).map(str.encode)
VALUES = st.lists(st.sampled_from(sorted(TEXT)), max_size=20).map(lambda text: bytes(text).strip(b" \t"))
HEADERS = st.lists(st.tuples(TOKENS, VALUES), max_size=6).map(tuple)
# Bytes that make and break lines, so that random sections are often nearly right.
SECTIONS = (
    st.lists(
        st.sampled_from(
            [b"a", b"Host", b":", b": ", b" ", b"\t", b"\r\n", b"\r", b"\n", b"\0", b"\x7f", b"\xe4", b"v"]
        ),
        max_size=14,
    )
    .map(b"".join)
    .filter(lambda section: all(section.split(b"\r\n")))
)  # an empty line would end the head


def parse(section: bytes) -> Headers:
    return parse_fields(split_lines(section))


class LlhttpFields:
    def __init__(self) -> None:
        self.headers: list[tuple[bytes, bytes]] = []

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name, value.strip(b" \t")))


def llhttp_accepts(section: bytes) -> Headers | None:
    fields = LlhttpFields()
    try:
        httptools.HttpRequestParser(fields).feed_data(b"POST / HTTP/1.1\r\n" + section + b"\r\n\r\n")
    except httptools.HttpParserError:
        return None
    return tuple(fields.headers)


def h11_accepts(section: bytes) -> Headers | None:
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(b"POST / HTTP/1.1\r\nHost: a\r\n" + section + b"\r\n\r\n")
    try:
        event = connection.next_event()
    except h11.RemoteProtocolError:
        return None
    assert isinstance(event, h11.Request)
    return tuple(event.headers.raw_items())[1:]


@given(HEADERS)
def test_what_is_written_is_read_again(headers: Headers) -> None:
    section = write_fields(headers)
    if headers:
        assert parse(section.removesuffix(b"\r\n")) == headers
    else:
        assert section == b""


@settings(max_examples=500)
@given(SECTIONS)
@example(b"a: b\r\n c")
@example(b"a:b\nc:d\re:f")
@example(b"a: b\r\r\n")
def test_nothing_is_accepted_that_llhttp_refuses_or_reads_otherwise(section: bytes) -> None:
    try:
        headers = parse(section)
    except Malformed:
        return
    assert llhttp_accepts(section) == headers


@settings(max_examples=500)
@given(SECTIONS)
def test_nothing_is_refused_that_llhttp_and_h11_both_accept(section: bytes) -> None:
    theirs = llhttp_accepts(section)
    if theirs is None or h11_accepts(section) != theirs:
        return
    assert parse(section) == theirs


REFUSED = [
    pytest.param(b"A: b\r\n c", "folded", id="fold"),
    pytest.param(b"\tA: b", "folded", id="fold-first"),
    pytest.param(b"A b", "without a colon", id="no-colon"),
    pytest.param(b"", "without a colon", id="empty-line"),
    pytest.param(b"A : b", "between a field name and its colon", id="space-before-colon"),
    pytest.param(b"A\t: b", "between a field name and its colon", id="tab-before-colon"),
    pytest.param(b": b", "not a token", id="no-name"),
    pytest.param(b"A(: b", "not a token", id="separator-in-name"),
    pytest.param(b"A: b\rc", "bare CR", id="bare-cr"),
    pytest.param(b"X: y\r\nA: b\nc: d", "line 2 of the head holds a bare LF", id="bare-lf"),
    pytest.param(b"A: b\0c", "NUL", id="nul"),
    pytest.param(b"A: b\x0bc", "0x0b", id="vertical-tab"),
    pytest.param(b"A: b\x7f", "0x7f", id="del"),
    pytest.param(b"A: b\r", "bare CR", id="cr-at-the-end"),
]


@pytest.mark.parametrize(("section", "reason"), REFUSED)
def test_a_refusal_says_why(section: bytes, reason: str) -> None:
    with pytest.raises(Malformed, match=reason):
        parse(section)


UNSENDABLE = [
    pytest.param((b"A", b"b\rc"), "the value of A", id="cr"),
    pytest.param((b"A", b"b\nc"), "the value of A", id="lf"),
    pytest.param((b"A", b"b\r\nX: y"), "the value of A", id="crlf"),
    pytest.param((b"A", b"b\0"), "the value of A", id="nul"),
    pytest.param((b"A\r\nX", b"b"), "token", id="crlf-in-name"),
    pytest.param((b"A: b", b"c"), "token", id="colon-in-name"),
    pytest.param((b"", b"c"), "token", id="empty-name"),
]


@pytest.mark.parametrize(("field", "reason"), UNSENDABLE)
def test_a_field_that_would_inject_is_not_written(field: tuple[bytes, bytes], reason: str) -> None:
    with pytest.raises(Unsendable, match=reason):
        write_fields(((b"Host", b"a"), field))


@pytest.mark.parametrize("part", [b"", b"a b", b"a:", b"a\r", "ä".encode()])
def test_no_token(part: bytes) -> None:
    assert not is_token(part)
