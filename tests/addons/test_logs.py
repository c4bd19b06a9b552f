from __future__ import annotations

from addons.logs import LogWindow
from gateway.facts import Facts, Ingress, Seed
from instance.log import Log

FACTS = Facts(Seed("1-0-0-0", 0), Ingress.HTTP_CUSTOM, "web")


def test_a_window_holds_what_was_printed_while_it_was_open() -> None:
    log = Log()
    log.feed(b"before\n")
    window = LogWindow(log, 512, "1-0-0-0")
    log.feed(b"during\n")
    text = window.end(FACTS, 1000)
    log.feed(b"after\n")
    assert b"\nduring\n" in text
    assert b"before" not in text
    assert window.end(FACTS, 9999) == text


def test_without_a_program_there_are_only_markers() -> None:
    window = LogWindow(None, 512, "1-0-0-0")
    assert not window.attached
    assert window.end(FACTS, 1000).splitlines()[:2] == [
        b"FC Invoke Start RequestId: 1-0-0-0",
        b"FC Invoke End RequestId: 1-0-0-0",
    ]


def test_a_window_that_nobody_ended_is_closed_once() -> None:
    log = Log()
    for ended in (True, False):
        window = LogWindow(log, 512, "1-0-0-0")
        if ended:
            window.end(FACTS, 0)
        window.close()
        window.close()
    alone = log.open_window()
    assert not log.close_window(alone).shared


def test_calls_that_overlap_are_told_apart_by_their_ids() -> None:
    log = Log()
    mine, other = LogWindow(log, 512, "1-0-0-0"), LogWindow(log, 512, "1-1-1-1")
    log.feed(b"1-0-0-0 mine\nwhose\n")
    text = mine.end(FACTS, 1000)
    assert b"\nwhose\n[fc-replay] The line above carries no request id; another call was under way" in text
    assert b"\n1-0-0-0 mine\nFC Invoke End" in text
    other.close()
