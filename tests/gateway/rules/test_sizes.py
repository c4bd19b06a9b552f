"""How FC counts (contract REQ-LIM-5..7)."""

from __future__ import annotations

import pytest

from gateway.messages import BodyRef, Headers, Request
from gateway.rules import samples
from gateway.rules.sizes import announced_size, fields_size, largest_body, target_size


def test_names_and_values_count_and_separators_do_not() -> None:
    assert fields_size(Request(b"GET", b"/", ((b"Host", b"ab"), (b"X", b""), (b"X", b"\xff")))) == 9
    assert target_size(Request(b"GET", b"/%20?a=b")) == 8


@pytest.mark.parametrize(
    ("headers", "body", "size"),
    [
        pytest.param((), b"", 0, id="none"),
        pytest.param(((b"content-length", b"7"),), b"", 7, id="announced"),
        pytest.param((), b"abc", 3, id="sent"),
        pytest.param(((b"Content-Length", b"7"),), b"abc", 7, id="cut"),
        pytest.param(((b"Content-Length", b"x"),), BodyRef(b"", 9), 9, id="kept-elsewhere"),
    ],
)
def test_a_body_counts_as_announced_or_as_it_came(headers: Headers, body: bytes | BodyRef, size: int) -> None:
    assert announced_size(Request(b"POST", b"/", headers, body)) == size


def test_asynchronous_bodies_may_be_smaller_alone() -> None:
    assert (largest_body(samples.CUSTOM), largest_body(samples.ASYNC)) == (33554432, 131072)
