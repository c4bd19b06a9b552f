"""Hooks behind a real proxy: called once, recorded, and failing as published (contract LIFE-HOOK-1..3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gateway.exchange import Failure, State
from gateway.messages import get
from tests.live.instances import app, call, fc_yaml, invoke, told
from tests.live.recorded import Recorded
from tests.proxy import Proxy, free_port

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.exchange import Exchange


def proxy_with(folder: Path, initialize: str, **launch: Any) -> Proxy:
    port = free_port()
    launch |= {"command": app(folder), "environment": {"INITIALIZE": initialize}}
    function = {"name": "web", "server": f"http://127.0.0.1:{port}", "launch": launch}
    return Proxy(folder / "run", port, {"fc_start": "first-call", "fc_config": fc_yaml(folder, function)})


def line(exchange: Exchange) -> tuple[str, int]:
    """Its target, and what the server said."""
    assert exchange.client.request is not None
    answer = exchange.server.response if exchange.server is not None else None
    return exchange.client.request.target.decode(), answer.status if answer is not None else 0


def test_an_instance_is_told_of_its_beginning_and_its_end(tmp_path: Path) -> None:
    with proxy_with(tmp_path, "200", initialize_s=20, pre_stop_s=5) as proxy:
        for _ in range(3):
            assert call(proxy.port).status == 200
    recorded = Recorded(proxy.recording_path)
    found = recorded.after(0)
    assert sorted(map(line, found)) == [("/", 200)] * 3 + [("/initialize", 200), ("/pre-stop", 200)]
    hooks = {line(one)[0]: one for one in found if one.is_hook}
    assert b"FC Initialize Start RequestId: " in hooks["/initialize"].log
    assert b"\nstarting\ninitializing with b''\n" in hooks["/initialize"].log
    assert b"\nsaying goodbye\n" in hooks["/pre-stop"].log
    for one in found:
        recorded.assert_no_silent_change(one)
        assert one.state is State.COMPLETE
    cold = [one for one in found if one.timings.asleep >= 0]
    assert [line(one)[0] for one in cold] == ["/"]
    recorded.close()


def test_an_idle_instance_is_told_that_it_will_be_frozen(tmp_path: Path) -> None:
    with proxy_with(tmp_path, "200", pre_freeze_s=5) as proxy:
        assert call(proxy.port).status == 200
        found = proxy.recorded.ended_after(0, 2)
        assert [line(one) for one in found] == [("/", 200), ("/pre-freeze", 200)]
        assert b"FC PreFreeze Start RequestId: " in found[1].log


@pytest.mark.parametrize(
    ("initialize", "seconds", "text"),
    [
        pytest.param("500", 20, "POST /initialize was answered 500", id="500"),
        pytest.param("hang", 1, "/initialize timed out after 1 seconds", id="slow"),
    ],
)
def test_an_initializer_that_fails_is_200_and_the_next_call_gets_a_new_instance(
    tmp_path: Path, initialize: str, seconds: int, text: str
) -> None:
    with proxy_with(tmp_path, initialize, initialize_s=seconds) as proxy:
        for answer in (call(proxy.port), invoke(proxy.port, "web")):
            assert answer.status == 200
            assert get(answer.headers, b"x-fc-error-type") == b"InitializationError"
            assert told(answer)["errorMessage"].startswith(f"Function instance initialization failed: {text}.")
        found = proxy.recorded.after(0)
        assert [one.is_hook for one in found] == [False, True, False, True]
        assert [one.failure is Failure.INITIALIZER for one in found if not one.is_hook] == [True, True]
        for one in found:
            proxy.recorded.assert_no_silent_change(one)
