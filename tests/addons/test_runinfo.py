from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from addons.runinfo import run_info
from gateway.rules import RULES_VERSION


def test_a_run_says_what_made_it() -> None:
    settings = SimpleNamespace(durability="full", servers={"web": ("127.0.0.1", 9000)})
    info = run_info(cast("Any", settings))
    assert info.rules_version == RULES_VERSION
    assert info.started_us > 1_700_000_000_000_000
    assert info.details["servers"] == {"web": "127.0.0.1:9000"}
    assert set(info.details) == {"python", "mitmproxy", "system", "durability", "servers"}
