from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from mitmproxy import exceptions
from mitmproxy.test import taddons

from addons.fc import FunctionCompute
from addons.options import NAMES
from addons.refusal import Exit, StartRefused


class FakeService:
    """A service that notes what it is told. `refuses`: the start ends in this."""

    def __init__(self, refuses: StartRefused | None = None) -> None:
        self.refuses = refuses
        self.started = True
        self.told: list[str] = []
        self.onlookers = SimpleNamespace(look=lambda: self.told.append("look"))

    async def start(self) -> None:
        self.told.append("start")
        if self.refuses is not None:
            raise self.refuses

    async def stop(self) -> None:
        self.told.append("stop")


def addon_with(service: FakeService) -> FunctionCompute:
    addon = FunctionCompute()
    addon._service = cast("Any", service)
    addon._fixed = True
    return addon


def test_the_options_are_known_to_mitmproxy() -> None:
    addon = FunctionCompute()
    addon._fixed = True
    with taddons.context(addon) as tctx:
        assert set(tctx.options.keys()) >= NAMES


def test_an_option_cannot_change_while_the_proxy_runs() -> None:
    with pytest.raises(exceptions.OptionsError, match="fc_store is read at the start"):
        addon_with(FakeService()).configure({"fc_store"})


def test_other_options_may_bring_onlookers() -> None:
    service = FakeService()
    addon_with(service).configure({"save_stream_file"})
    assert service.told == ["look"]


def test_a_start_that_is_refused_stops_what_had_begun(capsys: pytest.CaptureFixture[str]) -> None:
    service = FakeService(StartRefused(Exit.PORT, "port 1 is taken"))
    with pytest.raises(SystemExit) as left:
        asyncio.run(addon_with(service).running())
    assert left.value.code == Exit.PORT
    assert service.told == ["start", "stop"]
    assert "port 1 is taken" in capsys.readouterr().err


def test_the_end_of_the_proxy_is_the_end_of_the_service() -> None:
    service = FakeService()
    addon = addon_with(service)
    asyncio.run(addon.done())
    asyncio.run(addon.done())
    assert service.told == ["stop"]
