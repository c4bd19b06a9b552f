from __future__ import annotations

import pytest

from gateway.changes import Leg, Part, Transform
from gateway.tally import Tally, tally

A, B, A2 = (b"A", b"1"), (b"B", b"1"), (b"a", b"2")


def _headers(before: object, after: object, leg: Leg = Leg.REQUEST) -> Transform:
    return Transform("x.y", leg, Part.HEADERS, before, after)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("transforms", "leg", "expected"),
    [
        pytest.param([], None, Tally(), id="nothing"),
        pytest.param([_headers((A, B), ())], None, Tally(removed=2), id="lines-removed"),
        pytest.param([_headers((), (A,))], None, Tally(added=1), id="lines-added"),
        pytest.param([_headers((A,), (A2, B))], None, Tally(added=1, changed=1), id="same-name-is-a-change"),
        pytest.param([_headers((A,), (), Leg.RESPONSE)], Leg.REQUEST, Tally(), id="only-the-asked-leg"),
        pytest.param(
            [Transform("x.y", Leg.REQUEST, Part.METHOD, b"GET", b"POST")], None, Tally(changed=1), id="other-parts"
        ),
        pytest.param(
            [Transform("x.y", Leg.REQUEST, Part.MESSAGE, None, b"400 X")], None, Tally(), id="a-refusal-is-no-change"
        ),
    ],
)
def test_transforms_are_counted_by_line(transforms: list[Transform], leg: Leg | None, expected: Tally) -> None:
    assert tally(transforms, leg) == expected
