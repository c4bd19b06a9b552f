from __future__ import annotations

import pytest

from gateway.delay import delay_s
from gateway.messages import Request


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        pytest.param(None, 0, id="nothing-asked"),
        pytest.param(b"0", 0, id="zero"),
        pytest.param(b"3600", 3600, id="an-hour"),
        pytest.param(b"3601", None, id="over-an-hour"),
        pytest.param(b"-1", None, id="negative"),
        pytest.param(b"1.5", None, id="fraction"),
        pytest.param(b"", None, id="empty"),
    ],
)
def test_how_long_to_wait(value: bytes | None, seconds: int | None) -> None:
    headers = () if value is None else ((b"X-Fc-Async-Delay", value),)
    assert delay_s(Request(b"GET", b"/", headers)) == seconds
