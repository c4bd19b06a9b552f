from __future__ import annotations

import re
import time

from addons.mint import now_us, request_id, since_us


def test_a_request_id_has_fc3_s_form_and_names_its_second() -> None:
    """Contract CTX-RID-1."""
    assert re.fullmatch(r"1-6a741c76-[0-9a-f]{8}-[0-9a-f]{12}", request_id(0x6A741C76 * 1_000_000 + 999_999))


def test_request_ids_differ() -> None:
    assert len({request_id(0) for _ in range(1000)}) == 1000


def test_clocks_count_microseconds() -> None:
    assert abs(now_us() - time.time() * 1e6) < 1e6
    assert since_us(time.monotonic_ns() - 5_000_000) >= 5000
