"""The instance behind a real proxy: each way in which it can fail looks as published, and none goes unrecorded."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from gateway.exchange import Failure, State
from gateway.messages import get
from tests.live.instances import app, call, fc_yaml, invoke, line, told
from tests.live.scripted import PATIENCE_S
from tests.proxy import Proxy, free_port, is_open

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.messages import Response

PYTHON = sys.executable
FIRST_CALL = {"fc_start": "first-call"}


def proxy_with(folder: Path, words: list[str], **launch: Any) -> Proxy:
    """A proxy whose one function starts with its first call."""
    port = free_port()
    function = {"name": "web", "server": f"http://127.0.0.1:{port}", "launch": {"command": words, **launch}}
    return Proxy(folder / "run", port, {**FIRST_CALL, "fc_config": fc_yaml(folder, function)})


def last(proxy: Proxy) -> Any:
    """The newest exchange, which explains itself."""
    found = proxy.recorded.after(0)[-1]
    proxy.recorded.assert_no_silent_change(found)
    return found


def body(answer: Response) -> bytes:
    """A body that is not kept elsewhere."""
    assert isinstance(answer.body, bytes)
    return answer.body


@pytest.mark.parametrize(
    ("words", "launch", "failure", "code", "text"),
    [
        pytest.param(
            ["/no/such/program"],
            {},
            Failure.FILE_MISSING,
            "CAFileNotFound",
            "Failed to start function instance. Error: the file /no/such/program is not exist",
            id="missing",
        ),
        pytest.param(
            [PYTHON, "-c", "print('no module named shop'); raise SystemExit(3)"],
            {},
            Failure.EXITED_AT_START,
            "CAExited",
            "Function instance exited unexpectedly(code 3) with start command",
            id="exits",
        ),
        pytest.param(
            [PYTHON, "-c", "import time; print('thinking', flush=True); time.sleep(600)"],
            {"ready_timeout_s": 1},
            Failure.NOT_STARTED,
            "FunctionNotStarted",
            "Function instance health check failed on port",
            id="never-listens",
        ),
    ],
)
def test_a_start_that_fails_is_412_with_its_own_code(  # noqa: PLR0917 - a row of the table above
    tmp_path: Path, words: list[str], launch: dict[str, Any], failure: Failure, code: str, text: str
) -> None:
    with proxy_with(tmp_path, words, **launch) as proxy:
        answer = call(proxy.port)
        assert answer.status == 412
        assert told(answer)["Code"] == code
        assert told(answer)["Message"].startswith(text)
        found = last(proxy)
        assert (found.failure, found.state, found.server) == (failure, State.SERVER_FAILED, None)
        assert found.timings.awake >= found.timings.asleep >= 0
        asked = invoke(proxy.port, "web")
        assert (asked.status, told(asked)["ErrorCode"]) == (412, code)


def test_what_it_printed_is_in_the_message(tmp_path: Path) -> None:
    with proxy_with(tmp_path, [PYTHON, "-c", "print('no module named shop'); raise SystemExit(3)"]) as proxy:
        assert told(call(proxy.port))["Message"].endswith(" Logs: no module named shop")


@pytest.mark.parametrize(
    ("target", "how"),
    [pytest.param("/die", "code 7", id="exit"), pytest.param("/killed", "code 137, signal SIGKILL", id="killed")],
)
def test_a_crash_during_a_call_is_told_and_the_next_call_has_a_new_instance(
    tmp_path: Path, target: str, how: str
) -> None:
    with proxy_with(tmp_path, app(tmp_path)) as proxy:
        first = call(proxy.port, "/pid").body
        answer = call(proxy.port, target, method="POST")
        assert answer.status == 502
        assert get(answer.headers, b"x-fc-error-type") == b"UnhandledInvocationError"
        assert told(answer)["Message"].startswith("Process exited unexpectedly before completing request (duration: ")
        assert told(answer)["Message"].endswith(f"ms): {how}")
        found = last(proxy)
        assert (found.failure, found.state) == (Failure.EXITED, State.SERVER_FAILED)
        assert found.failure_text == how
        second = call(proxy.port, "/pid")
        assert second.status == 200
        assert second.body != first


def test_the_api_hears_of_a_crash_by_200_and_a_field(tmp_path: Path) -> None:
    dies = tmp_path / "dies.py"
    source = (tmp_path / "app.py", app(tmp_path))[0].read_text(encoding="utf-8")
    dies.write_text(source.replace('"/die"', '"/invoke"'), encoding="utf-8")
    with proxy_with(tmp_path, [PYTHON, str(dies)]) as proxy:
        answer = invoke(proxy.port, "web")
        assert answer.status == 200
        assert get(answer.headers, b"x-fc-error-type") == b"UnhandledInvocationError"
        assert told(answer)["errorMessage"].startswith("Process exited unexpectedly before completing request")


def test_only_the_first_call_has_a_cold_start_and_a_crash_between_calls_is_another(tmp_path: Path) -> None:
    with proxy_with(tmp_path, app(tmp_path)) as proxy:
        pid = int(body(call(proxy.port, "/pid")))
        assert call(proxy.port).status == 200
        os.kill(pid, signal.SIGKILL)
        assert call(proxy.port, method="POST").status in {200, 502}  # the kernel decides who is first
        assert call(proxy.port, method="POST").status == 200
        cold = [one.timings.asleep >= 0 for one in proxy.recorded.after(0)]
        assert cold[:2] == [True, False]
        assert sum(cold) == 2


def test_the_function_s_time_out_does_not_count_the_cold_start(tmp_path: Path) -> None:
    port = free_port()
    launch = {"command": app(tmp_path), "environment": {"START_S": "1"}}
    function = {"name": "web", "server": f"http://127.0.0.1:{port}", "timeout_s": 0.8, "launch": launch}
    with Proxy(tmp_path / "run", port, {**FIRST_CALL, "fc_config": fc_yaml(tmp_path, function)}) as proxy:
        assert call(proxy.port).status == 200
        assert last(proxy).timings.awake - last(proxy).timings.asleep >= 1_000_000


def test_an_http_check_holds_the_first_call_back(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    check = {"path": "/ready", "period_s": 1}
    with proxy_with(
        tmp_path, app(tmp_path), health_check=check, ready_timeout_s=2, environment={"READY_FILE": str(ready)}
    ) as proxy:
        answer = call(proxy.port)
        assert told(answer)["Code"] == "FunctionNotStarted"
        assert "GET /ready was answered 503" in told(answer)["Message"]
        ready.touch()
        assert call(proxy.port).status == 200


def test_each_function_of_a_file_has_its_program_port_environment_and_log(tmp_path: Path) -> None:
    words = app(tmp_path)
    functions = [
        {
            "name": name,
            "server": f"http://127.0.0.1:{free_port()}",
            "launch": {"command": words, "environment": {"WHO": name}},
        }
        for name in ("a", "b")
    ]
    domains = [{"name": f"{name}.test", "routes": [{"path": "/*", "function": name}]} for name in ("a", "b")]
    place = tmp_path / "fc.yaml"
    place.write_text(json.dumps({"functions": functions, "domains": domains}), encoding="utf-8")
    with Proxy(tmp_path / "run", free_port(), {"fc_config": str(place)}) as proxy:
        for name in ("a", "b"):
            environment = told(call(proxy.port, "/environment", host=f"{name}.test"))
            assert (environment["WHO"], environment["FC_FUNCTION_NAME"]) == (name, name)
        assert call(proxy.port, "/pid", host="a.test").body != call(proxy.port, "/pid", host="b.test").body
        answer = call(proxy.port, "/die", host="a.test", method="POST")
        assert answer.status == 502
        found = last(proxy)
        assert b"about to die" in found.log
        assert call(proxy.port, host="b.test").status == 200
        assert b"about to die" not in last(proxy).log


def test_a_server_that_runs_already_is_used_and_then_replaced(tmp_path: Path) -> None:
    """A developer runs the function in an editor, and stops it there."""
    port = free_port()
    words = app(tmp_path)
    environment = {**os.environ, "PORT": str(port)}
    with subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL) as own:
        deadline = time.monotonic() + PATIENCE_S
        while not is_open(port):
            assert time.monotonic() < deadline
        function = {"name": "web", "server": f"http://127.0.0.1:{port}", "launch": {"command": words}}
        with Proxy(tmp_path / "run", port, {"fc_config": fc_yaml(tmp_path, function)}) as proxy:
            assert call(proxy.port, "/pid").body == str(own.pid).encode()
            own.kill()
            own.wait()
            assert call(proxy.port, "/pid").body not in {b"", str(own.pid).encode()}


def test_a_killed_proxy_leaves_no_program_and_no_port_behind(tmp_path: Path) -> None:
    """A wrapper that forks: a shell, whose child is the server."""
    port = free_port()
    wrapper = tmp_path / "run.sh"
    wrapper.write_text(f"{line(app(tmp_path))} &\nwait\n", encoding="utf-8")
    options = {"fc_command": f"/bin/sh {wrapper}"}
    first = Proxy(tmp_path / "run", port, options).start()
    pid = call(first.port, "/pid").body
    first.kill()
    with Proxy(tmp_path / "run", port, options) as second:
        assert call(second.port, "/pid").body != pid


def test_an_orderly_stop_ends_the_whole_group(tmp_path: Path) -> None:
    port = free_port()
    wrapper = tmp_path / "run.sh"
    wrapper.write_text(f"{line(app(tmp_path))} &\nwait\n", encoding="utf-8")
    with Proxy(tmp_path / "run", port, {"fc_command": f"/bin/sh {wrapper}"}) as proxy:
        assert call(proxy.port).status == 200
    assert not is_open(port)


def test_one_command_for_several_functions_is_refused_in_one_line(tmp_path: Path) -> None:
    functions = [{"name": name, "server": f"http://127.0.0.1:{free_port()}"} for name in ("a", "b")]
    options = {"fc_command": "true", "fc_config": fc_yaml(tmp_path, *functions)}
    proxy = Proxy(tmp_path / "run", free_port(), options)
    with pytest.raises(AssertionError, match="fc_command starts one program and fc_config has 2 functions"):
        proxy.start()
    assert proxy.process.wait(PATIENCE_S) != 0
