"""Whose line it is: by the id in it, or by FC's markers around it."""

from __future__ import annotations

import pytest

from instance.owners import Owners

A = b"1-67a59f35-150c1267-f381ba1c085c"
B = b"1-67a59f36-aaaaaaaa-bbbbbbbbbbbb"


def marker(what: bytes, request_id: bytes, word: bytes = b"Invoke") -> bytes:
    return b"FC %b %b RequestId: %b\n" % (word, what, request_id)


@pytest.mark.parametrize(
    ("lines", "owners"),
    [
        pytest.param([b"plain\n"], [b""], id="nobody"),
        pytest.param([b"[" + A + b"] hello\n", b"then\n"], [A, b""], id="id-in-the-line"),
        pytest.param([b"1-2-3\n", b"1-67a59f35-150c1267-f381ba1c085\n"], [b"", b""], id="no-id"),
        pytest.param(
            [marker(b"Start", A), b"in\n", marker(b"End", A), b"after\n"], [A, A, A, b""], id="between-markers"
        ),
        pytest.param(
            [marker(b"Start", A), b"a\n", marker(b"Start", B), b"?\n", marker(b"End", A), b"b\n"],
            [A, A, B, b"", A, B],
            id="two-open",
        ),
        pytest.param(
            [marker(b"Start", A, b"Initialize"), b"in\n", marker(b"End", A, b"Initialize")], [A, A, A], id="hook"
        ),
        pytest.param([marker(b"Start", A), A + b" called " + B + b"\n", b"in\n"], [A, A, A], id="mentions-another"),
    ],
)
def test_owners(lines: list[bytes], owners: list[bytes]) -> None:
    known = Owners()
    assert [known.of(line) for line in lines] == owners


def test_a_call_that_never_printed_its_end_is_over_when_it_is() -> None:
    known = Owners()
    known.of(marker(b"Start", A))
    known.over(A)
    assert known.of(b"plain\n") == b""
