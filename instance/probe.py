"""One small HTTP request that asks the program whether it is healthy.

Must not know: what the answer means for a call. Read next: ready.py.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from gateway.messages import Request
from wire.errors import WireError
from wire.pool import Pool

if TYPE_CHECKING:
    from wire.pool import Address

OK = range(200, 400)
"""Statuses of a healthy instance. FC publishes no list; Kubernetes, whose words its settings are, has this one."""


async def check(address: Address, path: str, timeout_s: float) -> str:
    """GET a path on a connection of its own: "" when the answer is good, else what was wrong with it."""
    host = f"{address[0]}:{address[1]}".encode()
    request = Request(b"GET", path.encode(), ((b"Host", host), (b"Connection", b"close")))
    pool = Pool()
    try:
        async with asyncio.timeout(timeout_s):
            call = await pool.call(address)
            await call.send(request)
            status = (await call.head()).status
    except TimeoutError:
        return f"no answer to GET {path} within {timeout_s:g} s"
    except WireError as error:
        return f"GET {path}: {error}"
    finally:
        pool.close_all()
    return "" if status in OK else f"GET {path} was answered {status}"
