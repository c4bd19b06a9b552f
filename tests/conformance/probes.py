"""The probe as a process of its own, for tests that stand in for the cloud."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.served import Served

PROBE = Path(__file__).resolve().parents[2] / "examples" / "probe" / "probe.py"


class Probe(Served):
    """A running probe on a free port of 127.0.0.1; what it says goes to `log`."""

    def __init__(self, log: Path) -> None:
        super().__init__([sys.executable, str(PROBE), "--host", "127.0.0.1", "--port", "{port}"], log)
