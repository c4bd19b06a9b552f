"""What a run tells about itself, so that a recording can be read on another desk.

Must not know: secrets. Of the options only those are kept that decide what the gateway does.
"""

from __future__ import annotations

import platform
import time
from typing import TYPE_CHECKING

from mitmproxy import version

from addons.mint import now_us
from gateway.rules import RULES_VERSION
from store.run_info import RunInfo

if TYPE_CHECKING:
    from addons.settings import Settings

PROGRAM = "fc-replay 0.1"


def run_info(settings: Settings) -> RunInfo:
    """The run that begins now."""
    return RunInfo(
        program=PROGRAM,
        rules_version=RULES_VERSION,
        started_us=now_us(),
        utc_offset_s=time.localtime().tm_gmtoff,
        details={
            "python": platform.python_version(),
            "mitmproxy": version.VERSION,
            "system": f"{platform.system()} {platform.machine()}",
            "durability": settings.durability,
            "servers": {name: f"{host}:{port}" for name, (host, port) in settings.servers.items()},
        },
    )
