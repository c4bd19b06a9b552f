from __future__ import annotations

import pytest

from addons.refusal import Exit, StartRefused
from addons.selection import selection
from tests.addons.test_adapt import exchange

SERVER = ("127.0.0.1", 9000)


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        pytest.param("~m POST", True, id="method"),
        pytest.param("~m GET", False, id="other-method"),
        pytest.param("~u /a%20b", True, id="path"),
        pytest.param("!~u /a%20b", False, id="not-path"),
    ],
)
def test_the_request_decides_what_is_recorded(expression: str, *, wanted: bool) -> None:
    assert selection(expression, SERVER)(exchange()) is wanted


def test_a_bad_expression_is_refused() -> None:
    with pytest.raises(StartRefused) as refused:
        selection("~nonsense (", SERVER)
    assert refused.value.code is Exit.OPTION
