"""Each op does its one thing, and hands the very same object back when there is nothing to do."""

from __future__ import annotations

import pytest
from hypothesis import given

from gateway.messages import Header, Request, Response, headers_size
from gateway.ops import add_headers, answer, drop, drop_prefix, drop_trailers, keep_only, limit, set_header
from gateway.rule import Answer, Message, Op
from gateway.rules import samples
from tests.gateway.drawn import requests, responses

A, B, C = (b"A", b"1"), (b"b", b"2"), (b"C", b"3")
TOLD = Answer(Response(400), "InvalidArgument")


@pytest.mark.parametrize(
    ("op", "before", "after"),
    [
        pytest.param(drop(b"a", b"c"), (A, B, C), (B,), id="drop"),
        pytest.param(drop_prefix(b"x-"), ((b"X-Y", b""), B), (B,), id="drop-prefix"),
        pytest.param(keep_only(b"b"), (A, B, C), (B,), id="keep-only"),
        pytest.param(set_header(b"B", lambda _call: b"9"), (A, B, C, B), (A, (b"B", b"9"), C), id="set-in-place"),
        pytest.param(set_header(b"D", lambda _call: b"9"), (A,), (A, (b"D", b"9")), id="set-at-the-end"),
        pytest.param(set_header(b"B", lambda _call: b"2"), (B, B), ((b"B", b"2"),), id="set-drops-repeats"),
        pytest.param(add_headers(lambda _call: (A,)), (A,), (A, A), id="add"),
    ],
)
def test_an_op_on_field_lines(op: Op, before: tuple[Header, ...], after: tuple[Header, ...]) -> None:
    for message in (Request(b"GET", b"/", before), Response(200, b"", before)):
        changed = op(message, samples.CUSTOM)
        assert not isinstance(changed, Answer)
        assert changed.headers == after


def _size_of(message: Message) -> int:
    return headers_size(message.headers)


IDLE = [
    pytest.param(drop(b"nothing-of-this-name"), id="drop"),
    pytest.param(drop_prefix(b"nothing-of-this-prefix"), id="drop-prefix"),
    pytest.param(add_headers(lambda _call: ()), id="add-nothing"),
    pytest.param(limit(_size_of, lambda _call: 10**6, lambda _call, _size: TOLD), id="limit"),
]


@pytest.mark.parametrize("op", IDLE)
@given(requests(), responses())
def test_nothing_to_do_is_the_same_object(op: Op, request: Request, response: Response) -> None:
    assert op(request, samples.CUSTOM) is request
    assert op(response, samples.CUSTOM) is response


def test_one_line_that_says_so_already_is_the_same_object() -> None:
    request = Request(b"GET", b"/", (B,))
    assert set_header(b"B", lambda _call: b"2")(request, samples.CUSTOM) is request


def test_trailers_go() -> None:
    request = Request(b"GET", b"/", trailers=(A,))
    bare = drop_trailers(request, samples.CUSTOM)
    assert bare.trailers == ()
    assert drop_trailers(bare, samples.CUSTOM) is bare


def test_a_limit_is_legal_itself() -> None:
    op = limit(_size_of, lambda _call: 4, lambda _call, found: Answer(Response(400), str(found)))
    legal, over = Request(b"GET", b"/", ((b"A", b"123"),)), Request(b"GET", b"/", ((b"A", b"1234"),))
    assert op(legal, samples.CUSTOM) is legal
    assert op(over, samples.CUSTOM) == Answer(Response(400), "5")
    assert answer(lambda _call: TOLD)(legal, samples.CUSTOM) is TOLD
