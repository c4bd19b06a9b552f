"""An exchange as a row, and as what the filter searches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audit import listing
from audit.bodies import NoBodies
from audit.glance import glance
from gateway.exchange import Exchange, View
from tests.audit import sample
from tests.audit.conftest import SOURCES

if TYPE_CHECKING:
    from audit.overview import Entry, Row

CALLS = {exchange.id: exchange for exchange in sample.exchanges()}


def row(exchange: Exchange) -> Row:
    return listing.row(glance(exchange, SOURCES))


def entry(exchange: Exchange, limit: int = 2048) -> Entry:
    return listing.entry(exchange, glance(exchange, SOURCES), NoBodies(), limit)


def test_a_row_says_how_the_call_ended() -> None:
    found = row(CALLS[3])
    assert (found.status, found.server_status, found.level, found.stopped) == ("502", "200", "bad", "BadResponse")
    assert found.duration == "61 ms"


def test_a_row_without_a_request_still_stands() -> None:
    bare = replace(CALLS[12], client=View())
    assert (row(bare).method, row(bare).status) == ((), "")


FLAGS = [
    pytest.param(1, ("passed", "changed", "advised"), id="changed"),
    pytest.param(2, ("rejected", "advised"), id="refused"),
    pytest.param(3, ("changed", "differs", "rejected", "advised"), id="discarded"),
    pytest.param(5, ("passed", "changed", "differs", "advised"), id="api-status"),
    pytest.param(7, ("passed", "changed", "advised", "delivery"), id="delivery"),
    pytest.param(12, ("failed", "advised"), id="failed"),
]


@pytest.mark.parametrize(("ident", "expected"), FLAGS)
def test_flags(ident: int, expected: tuple[str, ...]) -> None:
    assert entry(CALLS[ident]).flags == expected


MODES = [
    pytest.param(1, ("http", "default", "sync"), id="default"),
    pytest.param(4, ("api", "sync"), id="api"),
    pytest.param(6, ("http", "default", "async"), id="async"),
    pytest.param(8, ("http", "domain", "sync"), id="domain"),
]


@pytest.mark.parametrize(("ident", "expected"), MODES)
def test_modes(ident: int, expected: tuple[str, ...]) -> None:
    assert entry(CALLS[ident]).modes == expected


def test_free_text_finds_path_status_host_code_function_and_id_in_lower_case() -> None:
    search = entry(CALLS[3]).search
    for word in ("#3", "/report", "502", "200", "fcapp.run", "badresponse", "hello", "1-6741f2c3"):
        assert word in search
    assert search == search.lower()


def test_bodies_are_searched_by_their_beginnings_as_they_read() -> None:
    assert "韩梅梅" in entry(CALLS[1]).body
    assert entry(CALLS[1], 4).body == '{"pa'
    assert entry(CALLS[2]).body.startswith('{"requestid"')
