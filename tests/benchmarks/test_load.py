"""Both load generators give the same kind of figures."""

from __future__ import annotations

import asyncio
import math
from dataclasses import astuple

import pytest

from benchmarks.load import LoadFailed, Sample, Shape, own_client, parse_wrk
from benchmarks.upstream import Upstream

REPORT = """
Running 1s test @ http://127.0.0.1:9000/hello
  1 threads and 8 connections
  Latency Distribution
     50%  350.00us
     75%    1.00ms
     90%    2.00ms
     99%    1.20s\x20
  100 requests in 1.00s, 1.00MB read
  Socket errors: connect 0, read 2, write 0, timeout 1
  Non-2xx or 3xx responses: 7
Requests/sec:   1234.56
Transfer/sec:      1.00MB
"""


def test_wrk_s_report_is_read() -> None:
    assert astuple(parse_wrk(REPORT)) == pytest.approx((1234.56, 0.35, 1200.0, 10, math.nan), nan_ok=True)


def test_a_report_without_a_rate_is_a_failure() -> None:
    with pytest.raises(LoadFailed, match="unable to connect"):
        parse_wrk("unable to connect")


@pytest.mark.parametrize("body_bytes", [pytest.param(0, id="GET"), pytest.param(10_000, id="POST")])
def test_our_own_client_loads_the_upstream(body_bytes: int) -> None:
    async def scene() -> Sample:
        server = await asyncio.get_running_loop().create_server(Upstream, "127.0.0.1", 0)
        async with server:
            return await own_client(server.sockets[0].getsockname()[1], Shape("", 2, body_bytes), 0.1)

    sample = asyncio.run(scene())
    assert sample.per_second > 0
    assert sample.errors == 0
    assert 0 < sample.p50_ms <= sample.p99_ms


def test_a_connection_that_breaks_early_is_an_error() -> None:
    async def scene() -> Sample:
        server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0)
        async with server:
            return await own_client(server.sockets[0].getsockname()[1], Shape("", 2), 60)

    assert asyncio.run(scene()).errors == 2
