"""Header sections are compared by name, repeats in order; forgiven values must still be there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from playback.allowance import USUAL, VOLATILE, VOLATILE_IN_REQUESTS
from playback.fields import FRAMING, compare_fields

if TYPE_CHECKING:
    from gateway.messages import Headers


def kinds(old: Headers, new: Headers) -> list[tuple[str, str]]:
    return [(finding.kind.value, finding.path) for finding in compare_fields("headers", old, new, USUAL, FRAMING)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(((b"A", b"1"),), ((b"a", b"1"),), [], id="case of a name"),
        pytest.param(((b"A", b"1"),), ((b"A", b"2"),), [("value", "headers.a")], id="value"),
        pytest.param(((b"A", b"1"),), (), [("removed", "headers.a")], id="removed"),
        pytest.param((), ((b"A", b""),), [("added", "headers.a")], id="added, empty"),
        pytest.param(((b"A", b"1"), (b"B", b"2")), ((b"B", b"2"), (b"A", b"1")), [("order", "headers")], id="order"),
        pytest.param(
            ((b"A", b"1"), (b"A", b"2")), ((b"A", b"2"), (b"A", b"1")), [("order", "headers.a")], id="repeats turned"
        ),
        pytest.param(((b"A", b"1"), (b"A", b"2")), ((b"A", b"1"),), [("removed", "headers.a[1]")], id="a repeat went"),
        pytest.param(((b"Date", b"x"),), ((b"date", b"y"),), [("expected-volatile", "headers.date")], id="minted"),
        pytest.param(((b"Date", b"x"),), (), [("removed", "headers.date")], id="minted, yet gone"),
        pytest.param(
            ((b"X-Candidate-Id", b"x"),), ((b"X-Candidate-Id", b"y"),), [("value", "headers.x-candidate-id")],
            id="a name that contains date",
        ),
        pytest.param(((b"X-Csrf-Token", b"x"),), ((b"X-Csrf-Token", b"y"),), [("value", "headers.x-csrf-token")],
                     id="a token in an answer is checked"),
        pytest.param(((b"Content-Length", b"1"),), ((b"Transfer-Encoding", b"chunked"),), [], id="framing"),
        pytest.param(
            ((b"Set-Cookie", b"a=1"), (b"Set-Cookie", b"b=2; Path=/")),
            ((b"Set-Cookie", b"b=3; Path=/"), (b"Set-Cookie", b"a=1")),
            [("value", "headers.set-cookie.b")],
            id="cookies by name",
        ),
        pytest.param(((b"Set-Cookie", b"a=1"),), ((b"Set-Cookie", b"c=1"),),
                     [("removed", "headers.set-cookie.a"), ("added", "headers.set-cookie.c")], id="another cookie"),
        pytest.param(((b"A", b"\xff"),), ((b"A", b"\xfe"),), [("value", "headers.a")], id="bytes that are no text"),
    ],
)  # fmt: skip
def test_a_difference_has_its_kind_and_path(old: Headers, new: Headers, expected: list[tuple[str, str]]) -> None:
    assert kinds(old, new) == expected


def test_a_token_is_volatile_in_requests_alone() -> None:
    assert {b"x-csrf-token", b"authorization"} <= VOLATILE_IN_REQUESTS - VOLATILE
