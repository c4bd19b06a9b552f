from __future__ import annotations

import dataclasses
from typing import Any

import msgpack  # type: ignore[import-untyped] # it ships no annotations
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.exchange import Exchange, Interim
from gateway.messages import Response
from store.errors import Damaged
from store.record import FIELDS, INLINE, Kept, decode, encode
from tests.store.samples import sample
from tests.store.strategies import exchanges, sealed_exchanges


def back(exchange: Exchange) -> Exchange:
    encoded = encode(exchange)
    return decode(encoded.record, lambda kept: encoded.bodies[kept.digest])


@given(st.one_of(exchanges, sealed_exchanges))
def test_every_exchange_comes_back_as_it_was(exchange: Exchange) -> None:
    assert back(exchange) == exchange


@pytest.mark.parametrize("kind", FIELDS, ids=lambda kind: kind.__name__)
def test_no_field_is_left_out(kind: type) -> None:
    """A field that gateway adds must get a place in the record, or recordings would forget it."""
    assert FIELDS[kind] == tuple(field.name for field in dataclasses.fields(kind)), "decode goes by position"


@pytest.mark.parametrize(
    ("size", "apart"), [pytest.param(INLINE, False, id="inline"), pytest.param(INLINE + 1, True, id="apart")]
)
def test_large_bodies_lie_apart(size: int, apart: bool) -> None:
    encoded = encode(sample(1, body=b"b" * size))
    assert bool(encoded.bodies) is apart
    assert (b"b" * size in encoded.record) is not apart


@pytest.mark.parametrize(
    ("later", "fields"),
    [
        pytest.param({}, 0, id="none"),
        pytest.param({"readable": ((1, b"said"),)}, 1, id="the-first"),
        pytest.param({"interim": (Interim(Response(103), 5),)}, 2, id="the-last"),
    ],
)
def test_empty_fields_at_the_end_are_left_out(later: dict[str, Any], fields: int) -> None:
    """So most bytes are those of ever before, which an older program reads."""
    exchange = dataclasses.replace(sample(1), **later)
    _, *values = msgpack.unpackb(encode(exchange).record, strict_map_key=False)
    assert len(values) == FIELDS[Exchange].index("messages") + 1 + fields
    assert back(exchange) == exchange


def test_a_body_in_both_views_is_named_once() -> None:
    assert len(encode(sample(1, body=b"b" * 1000, answer=b"a" * 1000)).bodies) == 2


@given(st.binary(max_size=200))
def test_foreign_bytes_are_called_damaged(data: bytes) -> None:
    with pytest.raises(Damaged):
        decode(data, no_body)


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_changed_bytes_are_another_exchange_or_damaged(at: int, value: int) -> None:
    record = bytearray(encode(sample(1)).record)
    record[at % len(record)] = value
    try:
        found = decode(bytes(record), no_body)
    except Damaged:
        return
    assert isinstance(found, Exchange)


def no_body(kept: Kept) -> bytes:
    return bytes(kept.size % 100)
