"""Shards are disjoint, complete and the same everywhere."""

from __future__ import annotations

import pytest

from playback.shard import BadShard, parse_shard
from tests.playback.recorded import get, ok, post, record

EXCHANGES = record(
    [
        *((get(b"/%d" % n), lambda _: ok()) for n in range(40)),
        (post(b"/", b"x", (b"X-Fc-Invocation-Type", b"Async")), lambda _: ok()),
    ]
)


@pytest.mark.parametrize("parts", [1, 2, 7])
def test_every_exchange_is_in_exactly_one_shard(parts: int) -> None:
    shards = [parse_shard(f"{part}/{parts}") for part in range(1, parts + 1)]
    for exchange in EXCHANGES:
        assert sum(shard(exchange) for shard in shards) == 1
    assert all(any(shard(exchange) for exchange in EXCHANGES) for shard in shards)


def test_a_call_and_its_delivery_stay_together() -> None:
    accepted, delivery = EXCHANGES[-2:]
    for part in range(1, 8):
        shard = parse_shard(f"{part}/7")
        assert shard(accepted) == shard(delivery)


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "a/b", "1/0", "-1/2"])
def test_what_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(BadShard, match="such as 1/4"):
        parse_shard(text)
