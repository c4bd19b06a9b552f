"""Answers read without a socket: heads, framing, what is too much."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.answer import AnswerReader
from wire.errors import MalformedAnswer
from wire.framing import NONE, UNTIL_CLOSE
from wire.inflow import Inflow
from wire.limits import Limits


def reader(method: bytes = b"GET") -> AnswerReader:
    answer = AnswerReader(Inflow(1 << 20, lambda _: None), Limits())
    answer.method = method
    return answer


STREAM = (
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\n"
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: 1\r\n\r\n"
)


@given(st.lists(st.integers(1, 40), max_size=12))
def test_an_answer_is_the_same_wherever_it_is_cut(sizes: list[int]) -> None:
    answer = reader()
    rest = STREAM
    for size in sizes:
        answer.feed(rest[:size])
        rest = rest[size:]
    answer.feed(rest)
    assert answer.head is not None
    assert [head.status for head in (*answer.interim, answer.head)] == [100, 103, 200]
    assert answer.inflow.ended
    assert answer.inflow.take_all() == b"abcde"
    assert answer.trailers == ((b"T", b"1"),)
    assert answer.received == len(STREAM)
    assert answer.keeps_alive
    assert not answer.extra


@pytest.mark.parametrize(
    ("head", "count", "why"),
    [
        pytest.param(b"HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n", 65, "more than 64", id="many"),
        pytest.param(b"HTTP/1.1 103 Hints\r\nLink: %b\r\n\r\n" % (b"x" * 60_000), 5, "262144 bytes", id="large"),
    ],
)
def test_interim_answers_are_bounded_in_number_and_size(head: bytes, count: int, why: str) -> None:
    answer = reader()
    for _ in range(count - 1):
        answer.feed(head)
    with pytest.raises(MalformedAnswer, match=why):
        answer.feed(head)


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", id="length"),
        pytest.param(b"HTTP/1.1 204 OK\r\n\r\n", id="no-body"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", id="chunked"),
    ],
)
def test_bytes_after_the_end_are_noticed_and_not_read(raw: bytes, together: bool) -> None:
    answer = reader()
    for piece in (raw + b"HTTP/1.1 200 Evil\r\n\r\n",) if together else (raw, b"HTTP/1.1 200 Evil\r\n\r\n"):
        answer.feed(piece)
    assert answer.extra
    assert answer.inflow.ended
    assert answer.inflow.take_all() in (b"", b"a")


def test_an_orderly_end_ends_only_a_body_without_framing() -> None:
    for head, ended in (
        (b"HTTP/1.1 200 OK\r\n\r\nab", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", False),
    ):
        answer = reader()
        answer.feed(head)
        answer.end()
        assert answer.inflow.ended is ended


def test_101_is_final_and_the_rest_is_a_tunnel() -> None:
    answer = reader()
    answer.feed(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n\0raw")
    assert answer.head is not None
    assert answer.framing == UNTIL_CLOSE
    assert answer.inflow.take_all() == b"\0raw"


def test_head_has_no_body_whatever_it_says() -> None:
    answer = reader(b"HEAD")
    answer.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
    assert answer.framing == NONE
    assert answer.inflow.ended


def test_a_refusal_carries_the_bytes() -> None:
    with pytest.raises(MalformedAnswer) as caught:
        reader().feed(b"HTTP/1.1 OK\r\n\r\nrest")
    assert caught.value.raw == b"HTTP/1.1 OK\r\n\r\nrest"
