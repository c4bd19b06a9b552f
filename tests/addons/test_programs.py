from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from addons.programs import AT_START, FIRST_CALL, Programs
from addons.refusal import Exit, StartRefused
from addons.settings import NEVER
from gateway.config import Config, Function, Launch
from tests.addons.test_program import SERVER
from tests.proxy import free_port


def function(name: str, code: str = "") -> Function:
    command = (sys.executable, "-c", code) if code else ()
    return Function(name, f"http://127.0.0.1:{free_port()}", launch=Launch(command=command))


def programs(*functions: Function, when: str = AT_START, command: str = "", log_file: Path | None = None) -> Programs:
    settings: Any = SimpleNamespace(
        command=command, log_file=log_file, start=when, folder=Path.cwd(), config=Config(functions=functions)
    )
    return Programs(settings)


def test_each_function_has_a_program_of_its_own() -> None:
    async def test() -> None:
        both = programs(function("a", SERVER), function("b", SERVER), function("c"))
        try:
            await both.start()
            first, second, third = both.all()
            assert both.ours
            assert first.instance is not None
            assert second.instance is not None
            assert first.instance.pid != second.instance.pid
            assert first.log is not second.log
            assert third.keeper is None
            assert both.of("b") is second
            assert both.of("whoever") is first
        finally:
            await both.stop()
        assert first.instance is None
        assert second.instance is None

    asyncio.run(test())


def test_on_the_first_call_nothing_runs_before_it() -> None:
    async def test() -> None:
        lazy = programs(function("a", SERVER), when=FIRST_CALL)
        await lazy.start()
        assert lazy.of("a").asleep
        assert await lazy.of("a").wake() is None
        assert lazy.of("a").instance is not None
        await lazy.stop()

    asyncio.run(test())


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"when": NEVER}, id="never"),
        pytest.param({"log_file": Path("no-such-file.log")}, id="somebody-else-s-log"),
    ],
)
def test_a_command_of_the_config_is_not_ours_when_somebody_else_starts_it(given: dict[str, Any]) -> None:
    assert not programs(function("a", SERVER), **given).ours


def test_a_required_command_that_ends_at_once_is_refused_with_its_last_words() -> None:
    async def test() -> None:
        command = f"{sys.executable} -c \"print('no module named shop'); raise SystemExit(3)\""
        required = programs(function("a"), command=command)
        with pytest.raises(StartRefused) as refused:
            await required.start()
        assert refused.value.code is Exit.SERVER
        assert "no module named shop" in refused.value.line
        await required.stop()

    asyncio.run(test())


def test_a_command_of_the_config_that_fails_is_told_and_the_others_run(caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        both = programs(function("a", "print('no config'); raise SystemExit(3)"), function("b", SERVER))
        try:
            await both.start()
            assert both.of("a").asleep
            assert both.of("b").instance is not None
        finally:
            await both.stop()

    asyncio.run(test())
    assert "function a does not run" in caplog.text
    assert "Its last line: no config" in caplog.text
