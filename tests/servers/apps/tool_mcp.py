"""A tool server that tells its progress: `python tool_mcp.py PORT FOLDER`.

It goes on to the next step once the folder holds a file with the number of the last one, which its caller makes when
the progress has arrived: whoever holds progress back stops the work.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from mcp.server.mcpserver import Context, MCPServer

PORT, FOLDER = int(sys.argv[1]), Path(sys.argv[2])
STEPS = 4
LOOK_AGAIN_S = 0.01
server = MCPServer("steps")


@server.tool()
async def work(ctx: Context) -> str:
    """Four steps, each told before the next is taken."""
    for step in range(1, STEPS + 1):
        await ctx.report_progress(step, STEPS)
        while not await asyncio.to_thread((FOLDER / str(step)).exists):  # noqa: ASYNC110 - a file tells nobody
            await asyncio.sleep(LOOK_AGAIN_S)
    return "done"


asyncio.run(server.run_streamable_http_async(port=PORT))
