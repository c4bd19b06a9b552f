from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from addons.onlookers import Onlookers, wants_flows
from tests.addons.test_adapt import exchange


class Script:
    """A user's addon."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def request(self, flow: Any) -> None:
        self.seen.append(f"request {flow.request.path}")

    def response(self, flow: Any) -> None:
        self.seen.append(f"response {flow.response.status_code}")


class Addons:
    """As much of mitmproxy's addon manager as is asked for."""

    def __init__(self, *scripts: object, view: object = None) -> None:
        self.scripts = scripts
        self.view = view

    def get(self, name: str) -> object:
        return SimpleNamespace(addons=list(self.scripts)) if name == "scriptloader" else self.view

    async def handle_lifecycle(self, hook: Any) -> None:
        for script in self.scripts:
            handler = getattr(script, hook.name, None)
            if handler is not None:
                handler(*hook.args())


def onlookers(*scripts: object, own: object = None, view: object = None, **options: object) -> Onlookers:
    master = SimpleNamespace(options=SimpleNamespace(**options), addons=Addons(*scripts, view=view))
    found = Onlookers(cast("Any", master), own)
    found.look()
    return found


@pytest.mark.parametrize(
    ("found", "present"),
    [
        pytest.param(onlookers(), False, id="nobody"),
        pytest.param(onlookers(save_stream_file="out"), True, id="-w"),
        pytest.param(onlookers(hardump="out.har"), True, id="hardump"),
        pytest.param(onlookers(view=object()), True, id="a-list-on-a-screen"),
        pytest.param(onlookers(Script()), True, id="a-script-with-hooks"),
        pytest.param(onlookers(SimpleNamespace(load=print)), False, id="a-script-without"),
    ],
)
def test_flows_are_built_only_for_those_who_want_them(found: Onlookers, *, present: bool) -> None:
    assert found.present is present


def test_our_own_hooks_do_not_count() -> None:
    own = Script()
    assert wants_flows(own)
    assert not onlookers(own, own=own).present


def test_hooks_are_fired_in_their_order() -> None:
    script = Script()

    async def test() -> None:
        found = onlookers(script)
        found.show(exchange(), ("127.0.0.1", 9000), [])
        await found.drain()

    asyncio.run(test())
    assert script.seen == ["request /a%20b?x", "response 201"]


def test_options_that_cannot_act_are_named() -> None:
    assert onlookers(map_remote=["|a|b"]).without_effect() == ["map_remote"]
    assert onlookers().without_effect() == []
