from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

from hypothesis import given
from hypothesis import strategies as st

from gateway.dates import http_date


def test_the_example_of_the_rfc() -> None:
    assert http_date(784_111_777_000_000) == b"Sun, 06 Nov 1994 08:49:37 GMT"


@given(st.integers(0, 253_402_300_799_999_999))
def test_every_moment_reads_as_the_library_writes_it(epoch_us: int) -> None:
    moment = datetime.fromtimestamp(epoch_us // 1_000_000, UTC)
    assert http_date(epoch_us).decode() == format_datetime(moment, usegmt=True)
