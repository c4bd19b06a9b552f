"""The demo's calls are a dozen, each shows something of its own, in two languages."""

from __future__ import annotations

import re

from examples.demo_calls import CALLS, CUSTOM, DEFAULT, LARGEST_ASYNC_BODY, Call


def test_there_are_a_dozen_and_each_says_what_it_shows() -> None:
    assert len(CALLS) == 12
    assert len({call.shows for call in CALLS}) == len({call.shows_zh for call in CALLS}) == len(CALLS)
    assert all(re.search(r"[\u4e00-\u9fff]", call.shows_zh) for call in CALLS)


def test_both_domains_are_called() -> None:
    assert {call.host for call in CALLS} == {CUSTOM, DEFAULT}


def test_only_an_asynchronous_call_that_fits_is_delivered() -> None:
    headers = {"X-Fc-Invocation-Type": "Async"}
    assert Call("POST", "/", "", "", headers, body=b"x" * LARGEST_ASYNC_BODY).is_async
    assert not Call("POST", "/", "", "", headers, body=b"x" * (LARGEST_ASYNC_BODY + 1)).is_async
    assert not Call("POST", "/", "", "").is_async
