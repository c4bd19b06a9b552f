"""Every query of docs/queries.md runs, on both databases, and finds what its heading says."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gateway.exchange import State, Timings
from gateway.facts import InvocationType
from gateway.messages import Response
from store.recording import open_for_reading
from tests.store.conversations import CLIENT, SERVER, frame, handshake, record
from tests.store.samples import sample, write_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.exchange import Exchange

PAGE = Path(__file__).resolve().parents[2] / "docs" / "queries.md"
QUERIES = dict(
    re.findall(r"^## (\d+\. .+?)\n.*?```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
)


def traffic() -> list[Exchange]:
    """Five ordinary calls and one of each kind that the queries ask for."""
    refused = replace(sample(6), state=State.REFUSED, error_code="InvalidArgument", server=None)
    refused = replace(refused, client=replace(refused.client, response=Response(400)))
    slow = replace(sample(7, target=b"/slow?x=1"), timings=Timings(1, 2, 3, 4, 9_000_000))
    asked = sample(8)
    accepted = replace(asked, facts=replace(asked.facts, invocation_type=InvocationType.ASYNC))
    delivery = replace(sample(9), parent_id=8)
    hidden = sample(10)
    assert hidden.server
    hidden = replace(hidden, server=replace(hidden.server, response=Response(500)))
    large = sample(11, body=b"x" * 5000)
    return [*(sample(ident) for ident in range(1, 6)), refused, slow, accepted, delivery, hidden, large]


def test_there_are_eleven() -> None:
    assert len(QUERIES) == 11


def answers(place: str) -> dict[str, list[Any]]:
    write_all(place, traffic())
    talk = [(CLIENT, frame(b"hello")), (SERVER, frame(b"an error: none")), (SERVER, frame(b"error \xff", 0x82))]
    record(place, handshake(12), talk)
    recording = open_for_reading(place)
    try:
        with recording.engine.connect().execution_options(no_parameters=True) as connection:
            return {name: list(connection.exec_driver_sql(query)) for name, query in QUERIES.items()}
    finally:
        recording.close()


EXPECTED: dict[str, Callable[[list[Any]], bool]] = {
    "1.": lambda rows: [row[0] for row in rows][:2] == [12, 11] and len(rows) == 12,
    "2.": lambda rows: [(row[0], row[1]) for row in rows] == [("InvalidArgument", 1)],
    "3.": lambda rows: rows[0][0] == 7 and rows[0][-1] == 9000,
    "4.": lambda rows: [row[0] for row in rows] == [10],
    "5.": lambda rows: rows[0][1] == 11 and rows[0][0] in {"req.add.context", "reply.add.request-id"},
    "6.": lambda rows: [row[0] for row in rows] == [7],
    "7.": lambda rows: {row[0]: row[1] for row in rows} == {101: 1, 200: 10, 400: 1},
    "8.": lambda rows: rows[0][0] == 11 and rows[0][-1] == 5000 + 5,
    "9.": lambda rows: [tuple(row)[:2] for row in rows] == [(8, 9)],
    "10.": lambda rows: [(row[0], row[-2]) for row in rows] == [(1, 11), (2, 1)],
    "11.": lambda rows: [(row[0], row[1], row[2], row[4]) for row in rows] == [(12, 2, "server", "an error: none")],
}


def test_each_finds_what_its_heading_says(anywhere: str) -> None:
    for name, rows in answers(anywhere).items():
        assert EXPECTED[name.split(maxsplit=1)[0]](rows), (name, rows)


@pytest.mark.parametrize("name", QUERIES)
def test_each_asks_only_what_is_public(name: str) -> None:
    """Views and the tables that the page documents; everything else may change."""
    asked = set(re.findall(r"\b(?:FROM|JOIN)\s+(\w+)", QUERIES[name]))
    assert asked <= {"exchange_overview", "transform_overview", "message_overview", "exchange", "run", "gap"}
