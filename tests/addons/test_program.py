from __future__ import annotations

import asyncio
import shlex
import socket
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from addons.program import Program
from addons.refusal import Exit, StartRefused
from gateway.config import Config, Function

if TYPE_CHECKING:
    from pathlib import Path


def settings(command: str = "", log_file: Path | None = None) -> Any:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    config = Config(functions=(Function(server=f"http://127.0.0.1:{port}"),))
    return SimpleNamespace(command=command, log_file=log_file, config=config)


def python(code: str) -> str:
    return shlex.join([sys.executable, "-c", code])


def test_nobody_s_program_is_started_when_none_is_named() -> None:
    async def test() -> None:
        program = Program(settings())
        await program.start()
        assert program.log is None
        assert await program.wake() is None
        await program.stop()

    asyncio.run(test())


def test_a_command_that_ends_at_once_is_refused_with_its_last_words() -> None:
    async def test() -> None:
        program = Program(settings(python("print('no module named shop'); raise SystemExit(3)")))
        with pytest.raises(StartRefused) as refused:
            await program.start()
        assert refused.value.code is Exit.SERVER
        assert "no module named shop" in refused.value.line
        await program.stop()

    asyncio.run(test())


def test_a_followed_file_feeds_the_log(tmp_path: Path) -> None:
    async def test() -> None:
        place = tmp_path / "app.log"
        place.write_bytes(b"old\n")
        program = Program(settings(log_file=place))
        await program.start()
        assert program.log is not None
        window = program.log.open_window()
        with place.open("ab") as out:
            out.write(b"new\n")
        assert program.log.close_window(window).data == b"new\n"
        await program.stop()

    asyncio.run(test())
