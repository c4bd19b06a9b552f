"""A real client (requests) against a real httpbin, with and without us: the same, but for what rules claim.

What they claim here is listed below; docs/suites.md tells the same of whole suites. Read next: driver_requests.py.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gateway.exchange import State
from tests.proxy import Proxy
from tests.served import Served

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parent
RUN_S = 120

# Which rules change this traffic, all of them (the calls go to a custom domain, so nothing becomes an attachment).
CLAIMED = {
    "req.strip.hop",  # Connection: keep-alive of the client
    "req.add.context",  # the x-fc-* fields of the context
    "res.strip.reserved",  # Server, Date and Connection of the server
    "reply.add.request-id",
    "reply.own.date",
}
OF_THE_GATEWAY = {"date", "server", "connection", "x-fc-request-id", "transfer-encoding"}


@pytest.fixture(scope="module")
def httpbin(python_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    command = [
        str(python_home / "bin/python"),
        "-m",
        "gunicorn",
        "httpbin:app",
        "-k",
        "gthread",
        "-b",
        "127.0.0.1:{port}",
    ]
    with Served(command, tmp_path_factory.mktemp("httpbin") / "log.txt") as served:
        yield served


def traffic(home: Path, port: int, host: str) -> list[dict[str, Any]]:
    """What requests sees of every call."""
    line = [str(home / "bin/python"), str(HERE / "apps" / "driver_requests.py"), str(port), host]
    done = subprocess.run(line, capture_output=True, text=True, timeout=RUN_S, check=False)
    assert done.returncode == 0, done.stderr
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return rows


def without_ours(row: dict[str, Any]) -> dict[str, Any]:
    """A row without what the rules above claim, in the answer and in the echo of the request inside it."""
    own = [pair for pair in row["headers"] if pair[0].lower() not in OF_THE_GATEWAY]
    # The echo is one length with our fields and another without; such a body is compared as what it says.
    if isinstance(row["json"], dict) and "headers" in row["json"]:
        own = [pair for pair in own if pair[0].lower() != "content-length"]
    return {**row, "headers": own, "json": echo_without_ours(row["json"])}


def echo_without_ours(told: Any) -> Any:
    """httpbin's echo of a request without the fields of the context, and without the client's Connection."""
    if isinstance(told, list):
        return [echo_without_ours(one) for one in told]
    if not isinstance(told, dict) or not isinstance(told.get("headers"), dict):
        return told
    kept = {n: v for n, v in told["headers"].items() if not n.lower().startswith("x-fc-") and n != "Connection"}
    return {**told, "headers": kept}


def test_the_same_but_for_what_rules_claim(httpbin: Served, python_home: Path, tmp_path: Path) -> None:
    host = "app.example.test"
    direct = traffic(python_home, httpbin.port, host)
    with Proxy(tmp_path / "proxy", httpbin.port, {"fc_durability": "normal"}) as proxy:
        through = traffic(python_home, proxy.port, host)
        exchanges = proxy.recorded.after(0)
        for exchange in exchanges:
            proxy.recorded.assert_no_silent_change(exchange)
    assert len(through) == len(direct) > 30
    for found, truth in zip(through, direct, strict=True):
        assert without_ours(found) == without_ours(truth), found["call"]
    assert {one.state for one in exchanges} == {State.COMPLETE}
    assert {one.rule_id for exchange in exchanges for one in exchange.transforms} == CLAIMED
