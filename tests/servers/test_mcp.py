"""A tool that tells its progress (Model Context Protocol over HTTP): each step is here before the next is taken."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from gateway.exchange import State
from tests.proxy import Proxy
from tests.served import Served

APPS = Path(__file__).resolve().parent / "apps"
RUN_S = 90


def test_progress_arrives_as_it_is_made(python_home: Path, tmp_path: Path) -> None:
    steps = tmp_path / "steps"
    steps.mkdir()
    python = str(python_home / "bin/python")
    with (
        Served([python, str(APPS / "tool_mcp.py"), "{port}", str(steps)], tmp_path / "server.txt") as server,
        Proxy(tmp_path / "proxy", server.port, {"fc_durability": "normal"}) as proxy,
    ):
        line = [python, str(APPS / "driver_mcp.py"), f"http://127.0.0.1:{proxy.port}/mcp", str(steps)]
        done = subprocess.run(line, capture_output=True, text=True, timeout=RUN_S, check=False)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == {"told": [1, 2, 3, 4], "result": "done"}
        found = [one for one in proxy.recorded.after(0) if one.state is not State.OPEN]
        assert len(found) >= 3
        for exchange in found:
            proxy.recorded.assert_no_silent_change(exchange)
