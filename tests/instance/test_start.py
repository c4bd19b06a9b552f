"""A program is started with FC's environment, watched while it comes up, and stopped with all it started."""

from __future__ import annotations

import asyncio
import os
import shlex
import socket
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gateway.config import Function, HealthCheck, Launch
from gateway.exchange import Failure
from instance.spec import InstanceSpec, StartFailure, StartProblem
from instance.start import Instance

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

# Answers every request with one environment variable and its own pid; prints one line for each.
SERVER = """
import http.server, os, signal, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print("got", self.path)
        body = f"{os.environ.get(self.path[1:])} {os.getpid()}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SERVER
# Starts a child that holds a connection to TEST_PORT open for as long as it lives.
WORKER = "import os, socket; socket.create_connection(('127.0.0.1', int(os.environ['TEST_PORT']))).recv(1)"
WITH_WORKER = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {WORKER!r}])\n" + SERVER


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


MUTE = """
import os, socket
with socket.create_server(("127.0.0.1", int(os.environ["PORT"]))) as server:
    while True:
        server.accept()[0].close()
"""


def spec_for(program: str, timeout_s: float = 60) -> InstanceSpec:
    command = shlex.join([sys.executable, "-c", program])
    launch = Launch(ready_timeout_s=timeout_s)
    return InstanceSpec(command, Function(server=f"http://127.0.0.1:{free_port()}", launch=launch))


async def get(port: int, path: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /{path} HTTP/1.0\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer.split(b"\r\n\r\n", 1)[1].decode()


def with_instance[T](spec: InstanceSpec, act: Callable[[Instance], Awaitable[T]]) -> T:
    async def scene() -> T:
        instance = await Instance.start(spec)
        assert isinstance(instance, Instance), instance
        try:
            return await act(instance)
        finally:
            await instance.stop()

    return asyncio.run(scene())


def fails(spec: InstanceSpec) -> StartFailure:
    async def scene() -> StartFailure:
        failure = await Instance.start(spec)
        assert isinstance(failure, StartFailure)
        return failure

    return asyncio.run(scene())


def group_is_gone(pid: int) -> bool:
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_the_program_serves_with_the_platform_s_environment() -> None:
    spec = spec_for(SERVER)

    async def act(instance: Instance) -> str:
        return await get(spec.port, "FC_FUNCTION_NAME")

    assert with_instance(spec, act).startswith("web ")


def test_a_call_s_log_is_complete_when_its_answer_is_here() -> None:
    spec = spec_for(SERVER)

    async def act(instance: Instance) -> list[bytes]:
        tails = []
        for path in ("a", "b"):
            window = instance.log.open_window()
            await get(spec.port, path)
            tails.append(instance.log.close_window(window).data)
        return tails

    assert with_instance(spec, act) == [b"got /a\n", b"got /b\n"]


def test_errors_and_output_share_one_log() -> None:
    program = "import sys; print('out'); print('err', file=sys.stderr)\n" + SERVER

    async def act(instance: Instance) -> bytes:
        return instance.log.tail_between(0, instance.log.end)

    assert with_instance(spec_for(program), act) == b"out\nerr\n"


def test_it_is_the_leader_of_its_own_group_and_gone_after_a_stop() -> None:
    async def act(instance: Instance) -> int:
        assert os.getpgid(instance.pid) == instance.pid != os.getpgid(0)
        return instance.pid

    assert group_is_gone(with_instance(spec_for(SERVER), act))


def test_a_stop_reaches_what_the_program_started() -> None:
    async def scene(listener: socket.socket) -> bytes:
        loop = asyncio.get_running_loop()
        variables = (("TEST_PORT", str(listener.getsockname()[1])),)
        spec = spec_for(WITH_WORKER)
        launch = replace(spec.function.launch, environment=variables)
        instance = await Instance.start(replace(spec, function=replace(spec.function, launch=launch)))
        assert isinstance(instance, Instance), instance
        worker, _ = await asyncio.wait_for(loop.sock_accept(listener), 30)
        await instance.stop()
        with worker:
            return await asyncio.wait_for(loop.sock_recv(worker, 1), 10)  # b"" once the worker is gone

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        assert asyncio.run(scene(listener)) == b""


def test_a_program_that_ignores_sigterm_is_killed() -> None:
    async def scene() -> tuple[int | None, str]:
        instance = await Instance.start(spec_for(STUBBORN))
        assert isinstance(instance, Instance)
        await instance.stop(grace_s=0.05)
        return instance.exit_code, instance.exit_text

    assert asyncio.run(scene()) == (137, "code 137, signal SIGKILL")


def test_a_stop_may_be_repeated() -> None:
    async def act(instance: Instance) -> int | None:
        assert instance.exit_code is None
        assert instance.exit_text == ""
        await instance.stop()
        await instance.stop()
        return instance.exit_code

    assert with_instance(spec_for(SERVER), act) == 143


def test_an_early_exit_is_told_with_its_code_and_last_lines() -> None:
    failure = fails(spec_for("print('no database'); raise SystemExit(3)", timeout_s=3600))
    assert failure.problem is StartProblem.EXITED
    assert failure.exit_code == 3
    assert failure.log == b"no database\n"
    assert failure.failure is Failure.EXITED_AT_START
    assert failure.text.startswith("Function instance exited unexpectedly(code 3) with start command '")


def test_a_program_that_never_listens_is_told_and_ended() -> None:
    spec = spec_for("import os, time; print(os.getpid()); time.sleep(600)", timeout_s=1)
    failure = fails(spec)
    assert failure.problem is StartProblem.NOT_READY
    assert failure.text == f"Function instance health check failed on port {spec.port} in 1 seconds."
    assert group_is_gone(int(failure.log))


def test_a_port_that_is_taken_is_not_mistaken_for_the_program() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        function = Function(server=f"http://127.0.0.1:{other.getsockname()[1]}")
        failure = fails(InstanceSpec("true", function, port_wait_s=0.01))
    assert failure.problem is StartProblem.PORT_TAKEN


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        pytest.param("no-such-program-anywhere", StartProblem.NOT_FOUND, id="unknown"),
        pytest.param("/", StartProblem.NOT_FOUND, id="a folder"),
        pytest.param("'open", StartProblem.BAD_COMMAND, id="open quote"),
    ],
)
def test_a_command_that_cannot_run_is_one_line(command: str, problem: StartProblem) -> None:
    failure = fails(InstanceSpec(command, Function(server=f"http://127.0.0.1:{free_port()}")))
    assert failure.problem is problem
    assert "\n" not in failure.text


def test_a_program_that_is_not_there_is_told_in_fc_s_words() -> None:
    failure = fails(InstanceSpec("no-such-program --x", Function(server=f"http://127.0.0.1:{free_port()}")))
    assert failure.text == "Failed to start function instance. Error: the file no-such-program is not exist"


def test_a_missing_folder_is_named() -> None:
    spec = InstanceSpec("true", Function(server=f"http://127.0.0.1:{free_port()}"), folder=Path("no-such-folder"))
    assert "No such file or directory" in fails(spec).text


def test_a_crash_is_noticed() -> None:
    async def act(instance: Instance) -> int | None:
        os.kill(instance.pid, 11)
        await asyncio.wait_for(instance.exited.wait(), 10)
        return instance.exit_code

    assert with_instance(spec_for(SERVER), act) == 139


def test_a_cancelled_start_leaves_nothing_running(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    program = f"import os, time; open({str(mark)!r}, 'w').write(str(os.getpid()) + '.'); time.sleep(600)"

    async def scene() -> None:
        starting = asyncio.create_task(Instance.start(spec_for(program)))
        async with asyncio.timeout(30):
            while not (mark.exists() and mark.read_text().endswith(".")):  # noqa: ASYNC110 - a file has no event
                await asyncio.sleep(0.01)
        starting.cancel()
        await asyncio.wait({starting})
        assert starting.cancelled()

    asyncio.run(scene())
    assert group_is_gone(int(mark.read_text()[:-1]))


def test_the_words_of_the_config_are_the_command_when_there_is_no_other() -> None:
    launch = Launch(command=(sys.executable, "-c", SERVER))
    spec = InstanceSpec(function=Function(server=f"http://127.0.0.1:{free_port()}", launch=launch))

    async def act(instance: Instance) -> bool:
        return not instance.exited.is_set()

    assert spec.line.startswith(sys.executable)
    assert with_instance(spec, act)


def test_a_health_check_that_fails_is_in_the_sentence() -> None:
    launch = Launch(ready_timeout_s=1, health_check=HealthCheck("/ready"))
    port = free_port()
    function = Function(server=f"http://127.0.0.1:{port}", launch=launch)
    failure = fails(InstanceSpec(shlex.join([sys.executable, "-c", MUTE]), function))
    assert failure.problem is StartProblem.NOT_READY
    assert failure.text.startswith(f"Function instance health check failed on port {port} in 1 seconds. GET /ready")
