"""The log keeps lines with times in bounded memory and says which of them belong to a call."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instance.log import LONGEST_LINE, Log, Tail


def test_lines_have_the_time_of_their_first_byte() -> None:
    log = Log(clock_us=itertools.count(10, 10).__next__)
    for data in (b"a\nb", b"b\n", b"c"):
        log.feed(data)
    assert [(line.at_us, line.start, line.data) for line in log.lines()] == [
        (10, 0, b"a\n"),
        (10, 2, b"bb\n"),
        (30, 5, b"c"),
    ]


@given(st.lists(st.binary(max_size=40)), st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
def test_a_tail_is_the_same_bytes_however_they_came(pieces: list[bytes], start: int, end: int, limit: int) -> None:
    log = Log()
    for piece in pieces:
        log.feed(piece)
    whole = b"".join(pieces)
    end = min(end, len(whole))
    start = min(start, end)
    assert log.tail_between(start, end, limit) == whole[max(start, end - limit) : end]
    assert b"".join(line.data for line in log.lines()) == whole
    assert log.end == len(whole)


@given(st.lists(st.binary(max_size=200), max_size=40))
def test_memory_is_bounded_and_what_is_kept_is_the_end(pieces: list[bytes]) -> None:
    log = Log(keep=100)
    for piece in pieces:
        log.feed(piece)
    whole = b"".join(pieces)
    kept = b"".join(line.data for line in log.lines())
    assert whole.endswith(kept)
    assert log.begin == len(whole) - len(kept)
    assert sum(len(line.data) for line in log.lines() if line.data.endswith(b"\n")) <= 100
    assert log.tail_between(0, log.end, 10_000) == kept


def test_a_line_without_end_is_cut_in_pieces() -> None:
    log = Log()
    log.feed(b"x" * (2 * LONGEST_LINE + 5))
    assert [len(line.data) for line in log.lines()] == [LONGEST_LINE, LONGEST_LINE, 5]


def test_a_call_s_log_is_what_was_printed_while_it_ran() -> None:
    log = Log()
    log.feed(b"before\n")
    window = log.open_window()
    log.feed(b"mine\n")
    tail = log.close_window(window)
    log.feed(b"after\n")
    assert (tail.data, tail.cut, tail.shared) == (b"mine\n", False, False)


def test_a_silent_call_has_an_empty_log() -> None:
    log = Log()
    log.feed(b"before\n")
    assert log.close_window(log.open_window()).data == b""


@pytest.mark.parametrize(
    ("size", "cut"), [pytest.param(4096, False, id="fits"), pytest.param(4097, True, id="one byte more")]
)
def test_a_long_log_gives_its_last_4_kb_and_says_so(size: int, cut: bool) -> None:
    log = Log()
    window = log.open_window()
    log.feed(b"first" + b"x" * (size - 5))
    tail = log.close_window(window)
    assert len(tail.data) == 4096
    assert tail.cut is cut


def test_a_log_that_was_forgotten_is_cut() -> None:
    log = Log(keep=10)
    window = log.open_window()
    log.feed(b"0123456789\n" * 3)
    log.feed(b"end\n")
    assert log.close_window(window) == type(log.close_window(log.open_window()))(b"end\n", cut=True)


def test_calls_that_overlap_are_marked_and_later_ones_are_not() -> None:
    log = Log()
    one = log.open_window()
    two = log.open_window()
    assert log.close_window(one).shared
    three = log.open_window()  # beside two
    assert log.close_window(two).shared
    assert log.close_window(three).shared
    four = log.open_window()
    assert not log.close_window(four).shared


def test_the_source_is_asked_before_a_position_is_taken() -> None:
    waiting = [b"mine\n", b"before\n"]
    log = Log()
    log.attach(lambda: log.feed(waiting.pop()))
    window = log.open_window()
    assert log.close_window(window).data == b"mine\n"


A = b"1-67a59f35-150c1267-f381ba1c085c"
B = b"1-67a59f36-aaaaaaaa-bbbbbbbbbbbb"


def test_lines_of_calls_that_overlap_are_given_to_whom_they_name() -> None:
    log = Log()
    one, two = log.open_window(request_id=A), log.open_window(request_id=B)
    log.feed(A + b" mine\nnobody's\n" + B + b" yours\n" + A + b" and " + B + b" ours")
    first, second = log.close_window(one), log.close_window(two)
    assert first == Tail(A + b" mine\n" + A + b" and " + B + b" ours", unknown=b"nobody's\n", others=1)
    assert second.data == B + b" yours\n" + A + b" and " + B + b" ours"
    assert (first.shared, second.shared) == (True, True)


def test_lines_between_markers_belong_to_the_one_call_that_is_open() -> None:
    log = Log()
    one, two = log.open_window(request_id=A), log.open_window(request_id=B)
    log.feed(b"FC Invoke Start RequestId: " + A + b"\na\nFC Invoke End RequestId: " + A + b"\n")
    log.feed(b"FC Invoke Start RequestId: " + B + b"\nb\nFC Invoke End RequestId: " + B + b"\n")
    first, second = log.close_window(one), log.close_window(two)
    assert b"\na\n" in first.data
    assert b"\nb\n" not in first.data
    assert b"\nb\n" in second.data
    assert (first.unknown, second.unknown) == (b"", b"")


def test_how_many_others_there_were_counts_those_before_and_since() -> None:
    log = Log()
    before = log.open_window()
    one = log.open_window()
    log.close_window(before)
    log.close_window(log.open_window())
    assert log.close_window(one).others == 2
    assert log.close_window(log.open_window()).others == 0


def test_alone_everything_is_the_call_s_own_whatever_it_names() -> None:
    log = Log()
    one = log.open_window(request_id=A)
    log.feed(b"plain\n" + B + b" of before\n")
    assert log.close_window(one) == Tail(b"plain\n" + B + b" of before\n")


def test_of_calls_that_overlap_only_the_last_bytes_are_looked_at() -> None:
    log = Log()
    one, two = log.open_window(request_id=A), log.open_window(request_id=B)
    log.feed(b"x" * 100 + b"\nlast\n")
    tail = log.close_window(one, 10)
    assert tail == Tail(b"", cut=True, unknown=b"xxxx\nlast\n", others=1)
    assert log.close_window(two, 0) == Tail(b"", cut=True, others=1)
