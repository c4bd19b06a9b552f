"""Whose lines are whose when calls overlap in one instance, behind a real proxy."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from gateway.messages import get
from tests.live.instances import app, call, fc_yaml
from tests.proxy import Proxy, free_port

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.messages import Response


def tail(answer: Response) -> bytes:
    """The decoded X-Fc-Log-Result."""
    value = get(answer.headers, b"x-fc-log-result")
    assert value is not None
    return base64.b64decode(value)


def test_overlapping_calls_get_their_own_lines_and_hear_of_the_others(tmp_path: Path) -> None:
    port = free_port()
    function = {"name": "web", "server": f"http://127.0.0.1:{port}", "launch": {"command": app(tmp_path)}}
    with Proxy(tmp_path / "run", port, {"fc_config": fc_yaml(tmp_path, function)}) as proxy:
        with ThreadPoolExecutor(2) as threads:
            asked = [threads.submit(call, proxy.port, "/pair", "X-Fc-Log-Type: Tail") for _ in range(2)]
            answers = [one.result() for one in asked]
        ids = [get(answer.headers, b"x-fc-request-id") for answer in answers]
        for answer, mine, other in zip(answers, ids, reversed(ids), strict=True):
            assert mine is not None
            assert other is not None
            text = tail(answer)
            assert b"FC Invoke Start RequestId: " + mine in text
            assert mine + b" is mine\n" in text
            assert other not in text
            assert text.count(b"is anybody's\n") == 2
            assert b"[fc-replay] The 2 lines above carry no request id; another call was under way" in text
        assert {one.log for one in proxy.recorded.after(0)} == {tail(answer) for answer in answers}


def test_instances_of_two_functions_take_calls_side_by_side_and_each_turns_its_own_away(tmp_path: Path) -> None:
    """Concurrency is counted per function: a busy one does not hold the other back."""
    functions = [
        {
            "name": name,
            "server": f"http://127.0.0.1:{free_port()}",
            "concurrency": 1,
            "launch": {"command": app(tmp_path)},
        }
        for name in ("a", "b")
    ]
    domains = [{"name": f"{name}.test", "routes": [{"path": "/*", "function": name}]} for name in ("a", "b")]
    config = tmp_path / "fc.yaml"
    fc_yaml(tmp_path, *functions)
    config.write_text(config.read_text(encoding="utf-8")[:-1] + f', "domains": {domains!r}}}'.replace("'", '"'))
    with Proxy(tmp_path / "run", free_port(), {"fc_config": str(config)}) as proxy, ThreadPoolExecutor(2) as threads:
        busy = threads.submit(call, proxy.port, "/pair", host="a.test")
        assert call(proxy.port, host="b.test").status == 200
        waiting = call(proxy.port, "/pair", host="a.test")  # the slot is held until the wait for its turn is over
        assert waiting.status == 429
        assert busy.result().status in {200, 502}
