"""Calls the tool of tool_mcp.py and prints the progress that it was told: `python driver_mcp.py URL FOLDER`."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from mcp.client.client import Client

URL, FOLDER = sys.argv[1], Path(sys.argv[2])


async def main() -> None:
    told: list[float] = []

    async def progress(step: float, total: float | None, message: str | None) -> None:
        told.append(step)
        await asyncio.to_thread((FOLDER / str(int(step))).touch)

    async with Client(URL, read_timeout_seconds=30) as client:
        result = await client.call_tool("work", {}, progress_callback=progress)
    print(json.dumps({"told": told, "result": result.content[0].text}))  # noqa: T201 - the report


asyncio.run(main())
