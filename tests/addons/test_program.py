from __future__ import annotations

import asyncio
import shlex
import socket
import sys
from typing import TYPE_CHECKING

from addons.program import Program
from gateway.config import Function
from instance.follow import LogFollower
from instance.keeper import Keeper
from instance.spec import InstanceSpec, StartProblem
from tests.proxy import free_port

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SERVER = """
import os, socket
with socket.create_server(("127.0.0.1", int(os.environ["PORT"]))) as server:
    while True:
        server.accept()[0].close()
"""


def program(code: str, port: int, *, required: bool = False) -> Program:
    command = shlex.join([sys.executable, "-c", code])
    spec = InstanceSpec(command, Function("shop", f"http://127.0.0.1:{port}"), port_wait_s=0.01)
    return Program("shop", Keeper(spec), required=required)


def test_nobody_s_program_is_never_asleep() -> None:
    async def test() -> None:
        nobodys = Program("shop")
        assert nobodys.log is None
        assert nobodys.instance is None
        assert not nobodys.asleep
        assert await nobodys.wake() is None
        await nobodys.stop()

    asyncio.run(test())


def test_ours_sleeps_until_it_is_woken_and_again_after_a_crash() -> None:
    async def test() -> None:
        ours = program(SERVER, free_port())
        assert ours.asleep
        assert await ours.wake() is None
        assert not ours.asleep
        instance = ours.instance
        assert instance is not None
        await instance.stop(0)
        assert ours.asleep
        await ours.stop()

    asyncio.run(test())


def test_a_start_that_fails_is_told() -> None:
    async def test() -> None:
        ours = program("raise SystemExit(3)", free_port())
        failure = await ours.wake()
        assert failure is not None
        assert failure.problem is StartProblem.EXITED
        assert ours.asleep
        await ours.stop()

    asyncio.run(test())


def test_who_already_listens_serves_the_function_until_nobody_does(caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            ours = program(SERVER, port)
            with caplog.at_level("INFO"):
                assert await ours.wake() is None
            assert f"function shop is served by whoever listens on port {port}" in caplog.text
            assert ours.instance is None
            assert not ours.asleep
        ours.nobody_listens()
        assert ours.asleep
        assert await ours.wake() is None
        assert ours.instance is not None
        await ours.stop()

    asyncio.run(test())


def test_a_command_that_was_asked_for_does_not_give_way() -> None:
    async def test() -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            ours = program(SERVER, other.getsockname()[1], required=True)
            failure = await ours.wake()
            assert failure is not None
            assert failure.problem is StartProblem.PORT_TAKEN
            await ours.stop()

    asyncio.run(test())


def test_a_followed_file_feeds_the_log(tmp_path: Path) -> None:
    async def test() -> None:
        place = tmp_path / "app.log"
        place.write_bytes(b"old\n")
        followed = Program("shop", follower=LogFollower(place))
        followed.follow()
        assert followed.log is not None
        window = followed.log.open_window()
        with place.open("ab") as out:
            out.write(b"new\n")
        assert followed.log.close_window(window).data == b"new\n"
        await followed.stop()

    asyncio.run(test())
