"""The steady load: as many calls as were due, each timed from when it was due."""

from __future__ import annotations

import asyncio

from benchmarks.contestants import UPSTREAM, upstream
from benchmarks.latency import CONNECTIONS, WARM_S, paced, rows_of


def test_every_call_that_was_due_is_timed() -> None:
    with upstream(None) as server:
        took = asyncio.run(paced(server.port, WARM_S + 0.4, 200))
    assert len(took) >= 200 * 0.4 - CONNECTIONS
    assert took == sorted(took)
    assert took[0] > 0


def test_what_is_added_is_told_beside_what_it_takes() -> None:
    rows = rows_of({UPSTREAM: [(0.1, 0.2), (0.3, 0.4), (0.2, 0.3)], "a proxy": [(1.2, 2.3)]})
    assert rows[1:] == [
        [UPSTREAM, "0.20", "0.30", "0.00", "0.00"],
        ["a proxy", "1.20", "2.30", "1.00", "2.00"],
    ]
