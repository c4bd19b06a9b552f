"""The log keeps lines with times in bounded memory and says which of them belong to a call."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instance.log import LONGEST_LINE, Log


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
